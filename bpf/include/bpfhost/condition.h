/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef BPFHOST_CONDITION_H
#define BPFHOST_CONDITION_H

#include <linux/types.h>

/*
 * A condition as a BPF program evaluates it: tests in jump form. Both sides include this file;
 * bpfhost_condition_compile() fills it in user space and bpfhost_condition_holds() runs it in the
 * kernel. All zero, a condition always holds. Little-endian machines only.
 */
#define BPFHOST_CONDITION_TEST_MAX   16
#define BPFHOST_CONDITION_STRING_MAX 8
#define BPFHOST_CONDITION_TEXT_MAX   64
#define BPFHOST_CONDITION_OFFSET_MAX 65535
/* A comparison that must look further into a traced string than so many bytes is false. */
#define BPFHOST_CONDITION_SCAN_MAX 4096

/* Where next_true and next_false lead when the answer is known. */
#define BPFHOST_CONDITION_HOLDS 254
#define BPFHOST_CONDITION_FAILS 255

enum bpfhost_load_kind {
	BPFHOST_LOAD_NONE,       /* no load: the constant */
	BPFHOST_LOAD_UINT,       /* size 1, 2, 4, 6, 8 */
	BPFHOST_LOAD_INT,        /* size 1, 2, 4, 8, sign-extended */
	BPFHOST_LOAD_CHARS,      /* size bytes at offset, ended early by a NUL */
	BPFHOST_LOAD_DATA_LOC,   /* u32 at offset: length << 16 | offset from base */
	BPFHOST_LOAD_REL_LOC,    /* the same, the offset counted from the end of that u32 */
	BPFHOST_LOAD_USER_STR,   /* u64 at offset: pointer to a string in user memory */
	BPFHOST_LOAD_KERNEL_STR, /* the same, in kernel memory */
	BPFHOST_LOAD_IPV4,       /* 4 bytes in network order */
	BPFHOST_LOAD_IPV6,       /* 16 bytes in network order */
	BPFHOST_LOAD_ADDRESS,    /* 16 bytes: IPv6, or IPv4 as ::ffff:a.b.c.d */
};

struct bpfhost_load {
	__u8 kind;    /* enum bpfhost_load_kind */
	__u8 present; /* n > 0: it is there only where bit n - 1 of the u32 at `present` is set */
	__u16 size;   /* bytes; of UINT, INT and CHARS only */
	__u32 offset; /* from the base pointer, at most BPFHOST_CONDITION_OFFSET_MAX */
};

/* How left and right turned out, a bit each: a test holds when its `accept` has the bit. So == is
 * EQUAL, != LESS | GREATER, <= LESS | EQUAL, ...; of strings and addresses, `~` and `in` are EQUAL
 * and any difference is GREATER; 0 never holds. */
enum bpfhost_condition_outcome {
	BPFHOST_CONDITION_EQUAL = 1,
	BPFHOST_CONDITION_LESS = 2,
	BPFHOST_CONDITION_GREATER = 4,
};

/* Bits: more may follow the text, more may stand before it. */
enum bpfhost_glob_kind {
	BPFHOST_GLOB_WHOLE = 0,
	BPFHOST_GLOB_PREFIX = 1, /* text* */
	BPFHOST_GLOB_SUFFIX = 2, /* *text */
	BPFHOST_GLOB_PART = 3,   /* *text* */
};

struct bpfhost_condition_test {
	struct bpfhost_load left;
	struct bpfhost_load right;
	__u64 mask; /* of the left value, where masked */
	union {
		__u64 value; /* two's complement where negative */
		__u8 address[16];
	};
	__u8 accept; /* enum bpfhost_condition_outcome */
	__u8 masked;
	__u8 negative;
	__u8 bits;   /* of address that must be equal: 0..32, 0..128 */
	__u8 string; /* index into strings */
	__u8 next_true;
	__u8 next_false;
	__u8 is_ipv6; /* of an ADDRESS: it is compared with one of IPv6, which no IPv4 one equals */
};

/* fail[i] is the length of the longest proper prefix of text that ends text[0..i] as well, so that
 * a string can be matched as a stream, without going back in it. */
struct bpfhost_condition_string {
	__u8 length;
	__u8 glob; /* enum bpfhost_glob_kind */
	__u8 reserved[2];
	__u8 text[BPFHOST_CONDITION_TEXT_MAX];
	__u8 fail[BPFHOST_CONDITION_TEXT_MAX];
};

struct bpfhost_condition {
	__u32 test_count; /* 0: always holds */
	__u16 string_count;
	__u16 present; /* offset from the base pointer */
	struct bpfhost_condition_test tests[BPFHOST_CONDITION_TEST_MAX];
	struct bpfhost_condition_string strings[BPFHOST_CONDITION_STRING_MAX];
};

#endif
