/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What user space tells the BPF programs about each probe, and how a record is laid out:
 *
 *	struct bpfhost_event | a piece of the tracepoint's own record, as it is | extras
 *
 * The piece holds all fields of fixed size that were asked for; extras are what the record only
 * points to, each with room of its own. So a field that is simply there costs no work of its own in
 * the kernel: user space knows its offset from the format file.
 */
#ifndef TRACEPOINT_EVENT_H
#define TRACEPOINT_EVENT_H

#include <bpfhost/condition.h>
#include <bpfhost/event.h>

#define TRACEPOINT_EXTRAS_MAX   8
#define TRACEPOINT_NO_CONDITION 0xffffffffU

enum tracepoint_extra_kind {
	TRACEPOINT_DATA_LOC_STR = 1,
	TRACEPOINT_REL_LOC_STR,
	TRACEPOINT_DATA_LOC_BYTES, /* a u32 that counts the bytes, then the bytes */
	TRACEPOINT_REL_LOC_BYTES,
	TRACEPOINT_USER_STR,
	TRACEPOINT_KERNEL_STR,
	TRACEPOINT_USER_SOCKADDR,
};

struct tracepoint_extra {
	__u16 kind;     /* enum tracepoint_extra_kind */
	__u16 source;   /* offset in the tracepoint's record */
	__u16 place;    /* offset behind the header */
	__u16 capacity; /* bytes there */
};

struct tracepoint_probe {
	__u32 type;
	__u32 condition; /* index, or TRACEPOINT_NO_CONDITION */
	__u16 from;      /* the piece: offset in the tracepoint's record */
	__u16 length;    /* its bytes */
	__u32 nextras;
	struct tracepoint_extra extras[TRACEPOINT_EXTRAS_MAX];
};

/*
 * The verifier wants constants for what a record may hold. There are a few programs that differ in
 * nothing else, so that a probe with small records does not pay for another's long strings.
 */
#define TRACEPOINT_SIZES 4

struct tracepoint_size {
	__u32 record;   /* bytes reserved, header included */
	__u32 piece;    /* the longest piece */
	__u32 place;    /* the largest place of an extra */
	__u32 capacity; /* the largest capacity; header + place + capacity <= record */
};

#endif
