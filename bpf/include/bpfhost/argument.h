/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Where the arguments of a probe in a user program are found, and what is taken along from behind
 * them. User space works this out once per probe; the programs only follow it (argument.bpf.h). A
 * record is laid out as
 *
 *	struct bpfhost_event | one u64 for each value | extras
 *
 * An argument is one u64, sign-extended where it is signed; so a field of any width lies at the begin
 * of its value (little-endian machines only). Extras are what an argument points to.
 */
#ifndef BPFHOST_ARGUMENT_H
#define BPFHOST_ARGUMENT_H

#include <linux/types.h>

/* As many as a static probe can have (STAP_PROBE12 of <sys/sdt.h>). */
#define BPFHOST_ARGUMENTS_MAX     12
#define BPFHOST_ARGUMENT_EXTRAS   8
#define BPFHOST_ARGUMENT_HOPS     4
#define BPFHOST_ARGUMENT_NOWHERE  0xffffU /* as base or index: no register */
#define BPFHOST_ARGUMENT_SOCKADDR 112     /* room for a struct sockaddr_un, rounded up */

enum bpfhost_argument_place {
	BPFHOST_ARGUMENT_UNKNOWN = 0, /* cannot be read: the value is 0 */
	BPFHOST_ARGUMENT_CONSTANT,    /* offset is the value */
	BPFHOST_ARGUMENT_REGISTER,    /* the register at base, shifted right by shift bits */
	BPFHOST_ARGUMENT_MEMORY,      /* user memory at [base] + ([index] << shift) + offset */
};

/* One step through memory: the value so far is a pointer, go to what lies offset bytes behind it. */
#define BPFHOST_ARGUMENT_ADDRESS 0x1 /* the last step gives the address itself, reads nothing */
#define BPFHOST_ARGUMENT_SIGNED  0x2

struct bpfhost_argument {
	__s64 offset; /* of CONSTANT the value, of MEMORY the displacement in bytes */
	__u16 base;   /* offset of a register in the kernel's struct pt_regs, in bytes */
	__u16 index;
	__u8 place; /* enum bpfhost_argument_place */
	__u8 size;  /* bytes of the value: 1, 2, 4 or 8 (behind the hops, where there are any) */
	__u8 shift;
	__u8 flags; /* BPFHOST_ARGUMENT_... */
	__u8 hops;
	__u8 reserved[3];
	__s32 hop[BPFHOST_ARGUMENT_HOPS]; /* offsets in bytes */
	__u32 reserved_too;
};

enum bpfhost_argument_extra_kind {
	BPFHOST_ARGUMENT_STRING = 1, /* to its NUL */
	BPFHOST_ARGUMENT_BYTES,      /* so many as there is room for */
	BPFHOST_ARGUMENT_SOCKADDR_AT,
	BPFHOST_ARGUMENT_TEXT, /* a string, but only where all of it is printable; else empty */
};

struct bpfhost_argument_extra {
	__u8 kind;      /* enum bpfhost_argument_extra_kind */
	__u8 value;     /* index of the value that is the address */
	__u16 place;    /* offset behind the header */
	__u16 capacity; /* bytes there */
	__u16 reserved;
};

_Static_assert(sizeof(struct bpfhost_argument) == 40, "ABI");
_Static_assert(sizeof(struct bpfhost_argument_extra) == 8, "ABI");

#endif
