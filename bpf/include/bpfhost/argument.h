/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Where the arguments of a probe in a user program are found, and what is taken along from behind
 * them. User space works this out once a probe; the programs only follow it (argument.bpf.h). A record
 * is laid out as
 *
 *	struct bpfhost_event | one u64 for each value | extras | struct bpfhost_stack
 *
 * The stack is there only when it is asked for. A value is an argument, sign-extended where it is signed; so a field of any width lies at the begin
 * of its value (little-endian machines only). Extras are what a value points to.
 */
#ifndef BPFHOST_ARGUMENT_H
#define BPFHOST_ARGUMENT_H

#include <linux/types.h>

/* As many as a static probe can have (STAP_PROBE12 of <sys/sdt.h>). */
#define BPFHOST_ARGUMENTS_MAX    12
#define BPFHOST_ARGUMENT_EXTRAS  8
#define BPFHOST_ARGUMENT_HOPS    4
#define BPFHOST_ARGUMENT_NOWHERE 0xffffU /* as base or index: no register */

enum bpfhost_argument_place {
	BPFHOST_ARGUMENT_UNKNOWN = 0, /* cannot be read: the value is 0 */
	BPFHOST_ARGUMENT_CONSTANT,    /* offset is the value */
	BPFHOST_ARGUMENT_REGISTER,    /* the register at base, shifted right by shift bits */
	BPFHOST_ARGUMENT_MEMORY,      /* user memory at [base] + ([index] << shift) + offset */
	BPFHOST_ARGUMENT_COOKIE,      /* the low 32 bits of the attach cookie */
};

#define BPFHOST_ARGUMENT_ADDRESS 0x1 /* the last hop gives the address itself, reads nothing */
#define BPFHOST_ARGUMENT_SIGNED  0x2

struct bpfhost_argument {
	__s64 offset; /* of CONSTANT the value, of MEMORY the displacement in bytes */
	__u16 base;   /* offset of a register in the kernel's struct pt_regs, in bytes */
	__u16 index;
	__u8 place; /* enum bpfhost_argument_place */
	__u8 size;  /* bytes of the value: 1, 2, 4 or 8 (behind the hops, where there are any) */
	__u8 shift;
	__u8 flags; /* BPFHOST_ARGUMENT_... */
	/* Each hop takes the value so far for a pointer and reads what lies so many bytes behind it. */
	__u8 hops;
	__u8 reserved[3];
	__s32 hop[BPFHOST_ARGUMENT_HOPS];
	__u32 reserved_too;
};

enum bpfhost_argument_extra_kind {
	BPFHOST_ARGUMENT_STRING = 1, /* to its NUL */
	BPFHOST_ARGUMENT_BYTES,      /* as many as there is room for */
	BPFHOST_ARGUMENT_SOCKADDR,   /* BPFHOST_SOCKADDR_SIZE bytes of room */
	BPFHOST_ARGUMENT_TEXT,       /* a string if all of it is printable ASCII, else empty */
};

#define BPFHOST_ARGUMENT_TEXT_SIZE 64 /* the capacity of a TEXT */

struct bpfhost_argument_extra {
	__u8 kind;  /* enum bpfhost_argument_extra_kind */
	__u8 value; /* index of the value that is the address */
	__u16 reserved;
	__u16 place;    /* offset behind the header */
	__u16 capacity; /* bytes there */
};

#define BPFHOST_NO_CONDITION 0xffffffffU

/* One entry of the map bpfhost_arguments; the high 32 bits of the attach cookie are its index. */
struct bpfhost_arguments {
	__u32 type;      /* of the event */
	__u32 condition; /* index into bpfhost_conditions, or BPFHOST_NO_CONDITION */
	__u8 nvalues;    /* values on entry */
	__u8 nextras; /* extras on entry; of a call, those of the returned value stand behind them */
	__u8 nreturned; /* 1: of a call the extra behind them is read from what was returned */
	__u8 late;      /* of a call: the condition is asked on return */
	__u32 pid;      /* the only process that is meant; 0: all */
	struct bpfhost_argument returned; /* of a call */
	struct bpfhost_argument values[BPFHOST_ARGUMENTS_MAX];
	struct bpfhost_argument_extra extras[BPFHOST_ARGUMENT_EXTRAS];
};

/*
 * Of a call, two values stand behind those of the entry: what was returned, and the latency in ns.
 */
#define BPFHOST_VALUES_MAX (BPFHOST_ARGUMENTS_MAX + 2)

/*
 * The verifier wants constants for what a record may hold. There are a few programs that differ in
 * nothing else, so that a probe with small records does not pay for another's long strings.
 */
#define BPFHOST_ARGUMENT_CLASSES 3

struct bpfhost_argument_class {
	__u32 record;   /* bytes reserved, header included */
	__u32 values;   /* the most values of any probe of this class */
	__u32 place;    /* the largest place of an extra */
	__u32 capacity; /* the largest capacity; header + place + capacity <= record */
	__u32 stack;    /* offset of the stack behind the header, where one is taken */
};

/*
 * Who called: frames of the traced program, then of the kernel, each innermost first. The kernel names
 * the file of a user frame by its build-id, so that nobody has to ask a process, which may be gone, what
 * was mapped where. This is struct bpf_stack_build_id of <linux/bpf.h>.
 */
#define BPFHOST_STACK_BUILD_ID 20
#define BPFHOST_STACK_DEPTH    127 /* what kernel.perf_event_max_stack allows unless changed */

enum bpfhost_stack_frame_status {
	BPFHOST_STACK_FRAME_EMPTY = 0,
	BPFHOST_STACK_FRAME_VALID,   /* build_id and the offset in that file */
	BPFHOST_STACK_FRAME_ADDRESS, /* no file, or one without a build-id: an address */
};

struct bpfhost_stack_frame {
	__s32 status; /* enum bpfhost_stack_frame_status */
	__u8 build_id[BPFHOST_STACK_BUILD_ID];
	__u64 offset;
};

/* How many frames of each, a constant of the programs. */
struct bpfhost_stack_depth {
	__u32 user; /* 0: none */
	__u32 kernel;
};

/*
 * Behind it user frames, then kernel frames as plain addresses, room for the depth of each. Frames are
 * found along the frame pointers, and at the begin of a function its own is not set up yet: its caller
 * is among them only if the kernel knows better (from Linux 6.11 on, where the first instruction is
 * `push %rbp`). So some addresses are taken from where they must be then.
 */
struct bpfhost_stack {
	__s32 user;    /* bytes that were filled, or -errno */
	__s32 kernel;  /* likewise */
	__u64 address; /* of the instruction under the probe */
	__u64 caller;  /* what lies where a function finds its return address when it begins */
	__u64 next;    /* the return address that lies at the frame pointer */
	struct bpfhost_stack_frame frames[];
};

/*
 * A call that is under way: key and, in front of its payload, value of the map bpfhost_calls. The stack
 * pointer tells a function's frames apart, however deep it calls itself. Functions of one probe may
 * share a frame, where one ends by a jump to the other; so it is the whole cookie that tells them apart.
 */
struct bpfhost_call_key {
	__u64 frame; /* of the return address */
	__u64 cookie;
	__u32 tid;
	__u32 reserved;
};

struct bpfhost_call {
	__u64 entered_ns;
	__u16 flags; /* of the event, so far */
	__u16 reserved[3];
};

/* Rare things that happened to calls, all CPUs together. */
struct bpfhost_call_counters {
	__u64 full;     /* not followed: the table was full */
	__u64 replaced; /* another call took the same frame: this one never returned */
	__u64 unknown;  /* a return whose entry was not seen, where all entries are */
};

#ifndef __cplusplus
_Static_assert(sizeof(struct bpfhost_argument) == 40, "ABI");
_Static_assert(sizeof(struct bpfhost_argument_extra) == 8, "ABI");
_Static_assert(sizeof(struct bpfhost_stack_frame) == 32, "ABI");
_Static_assert(sizeof(struct bpfhost_stack) == 32, "ABI");
#endif

#endif
