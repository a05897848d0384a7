/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef BPFHOST_CONDITION_BPF_H
#define BPFHOST_CONDITION_BPF_H

/*
 * The kernel side of conditions. Include after <linux/bpf.h> and <bpf/bpf_helpers.h>.
 *
 * The tests are run by bpf_loop(), whose callback the verifier checks for one round instead of for
 * sixteen, and a string is matched by an inner bpf_loop() that reads it in pieces and steps a
 * Knuth-Morris-Pratt automaton. So nothing here needs more scratch than one small struct on the BPF
 * stack, which is private to the running program however often it is preempted, and a traced string
 * may be much longer than that scratch.
 *
 * Indices and offsets are masked where they are used: the verifier does not believe the compiler
 * in user space, and neither does it remember bounds across bpf_loop().
 */
#include <stdbool.h>

#include <bpfhost/condition.h>

#define BPFHOST_CONDITION_CHUNK 32

/*
 * The verifier remembers what it knows of a number that was stored at a multiple of eight bytes,
 * and would follow each of its values through the loops. So nothing that changes lies at such a
 * place: read back, it is any number, and one round stands for all. (Measured with all of it in one
 * naturally laid out struct: 14,160 instructions processed instead of 2,924.)
 */
struct bpfhost_condition_run {
	const struct bpfhost_condition *condition;
	const void *base;
	__u32 unused;
	__u32 next;
};

struct bpfhost_condition_scan {
	const struct bpfhost_condition_string *want;
	const void *base;
	__u64 pointer; /* start of a USER_STR or KERNEL_STR */
	__u32 unused;
	__u32 start; /* of any other string, from base */
	__u8 unused_too;
	__u8 source;  /* enum bpfhost_load_kind */
	__u16 length; /* of any other string, if no NUL ends it earlier */
	__u16 at;     /* next byte of the string; the chunk holds those from a multiple of 32 on */
	__u8 matched; /* state of the automaton */
	__u8 outcome;
	union {
		__u8 chunk[BPFHOST_CONDITION_CHUNK + 8]; /* one more than a chunk, for a NUL */
		__u32 place; /* before there is a chunk: length << 16 | offset */
	};
};

/*
 * A zero of which the verifier knows only that it is 0 or 1. Before Linux 6.7 it follows a loop's
 * callback no further than its first round; what it knows to be zero then, it takes to be zero in
 * every round, and removes the branches that are taken only when it is not. So nothing that the
 * rounds change may begin as a zero that it knows.
 */
static __always_inline __u32 bpfhost_condition_zero(void)
{
	return bpf_get_smp_processor_id() >> 31;
}

/* Reads the chunk that begins at the current byte. */
static __always_inline long bpfhost_condition_fetch(struct bpfhost_condition_scan *scan)
{
	const void *from = (const void *)(scan->pointer + scan->at);
	__u32 size;

	if (scan->source == BPFHOST_LOAD_USER_STR)
		return bpf_probe_read_user_str(scan->chunk, BPFHOST_CONDITION_CHUNK + 1, from);
	if (scan->source == BPFHOST_LOAD_KERNEL_STR)
		return bpf_probe_read_kernel_str(scan->chunk, BPFHOST_CONDITION_CHUNK + 1, from);
	size = scan->length - scan->at;
	if (size > BPFHOST_CONDITION_CHUNK)
		size = BPFHOST_CONDITION_CHUNK;
	return bpf_probe_read_kernel(scan->chunk, size,
				     scan->base + ((scan->start + scan->at) & 0x3ffff));
}

/* Steps the automaton by one byte; returns the outcome when it is known, else 0. */
static __always_inline __u32 bpfhost_condition_advance(struct bpfhost_condition_scan *scan,
						       __u8 byte)
{
	const struct bpfhost_condition_string *want = scan->want;
	__u32 state = scan->matched;

	if (state < want->length && want->text[state & (BPFHOST_CONDITION_TEXT_MAX - 1)] == byte) {
		scan->at++;
		scan->matched = state + 1;
		return 0;
	}
	if (!(want->glob & BPFHOST_GLOB_SUFFIX))
		return BPFHOST_CONDITION_GREATER;
	if (state)
		scan->matched = want->fail[(state - 1) & (BPFHOST_CONDITION_TEXT_MAX - 1)];
	else
		scan->at++;
	return 0;
}

static long bpfhost_condition_scan(__u32 round, void *data)
{
	struct bpfhost_condition_scan *scan = data;
	__u8 outcome, byte = 0;

	(void)round;
	if (scan->at < scan->length) {
		if (!(scan->at & (BPFHOST_CONDITION_CHUNK - 1)) &&
		    bpfhost_condition_fetch(scan) < 0)
			return 1;
		byte = scan->chunk[scan->at & (BPFHOST_CONDITION_CHUNK - 1)];
	}
	if (scan->matched == scan->want->length &&
	    (!byte || scan->want->glob & BPFHOST_GLOB_PREFIX))
		outcome = BPFHOST_CONDITION_EQUAL;
	else if (!byte)
		outcome = BPFHOST_CONDITION_GREATER;
	else
		outcome = bpfhost_condition_advance(scan, byte);
	scan->outcome = outcome;
	return !!outcome;
}

/* Sets the scan to the start of the string; returns false when its place cannot be read. */
static __always_inline bool bpfhost_condition_find(struct bpfhost_condition_scan *scan,
						   const struct bpfhost_load *load)
{
	__u32 offset = load->offset & BPFHOST_CONDITION_OFFSET_MAX;

	scan->source = load->kind;
	scan->start = offset;
	scan->length = load->size;
	if (load->kind == BPFHOST_LOAD_CHARS)
		return true;
	if (load->kind == BPFHOST_LOAD_USER_STR || load->kind == BPFHOST_LOAD_KERNEL_STR)
		return !bpf_probe_read_kernel(&scan->pointer, 8, scan->base + offset);
	if (bpf_probe_read_kernel(&scan->place, 4, scan->base + offset))
		return false;
	scan->length = scan->place >> 16;
	scan->start = scan->place & 0xffff;
	if (load->kind == BPFHOST_LOAD_REL_LOC)
		scan->start += offset + 4;
	return true;
}

static __attribute__((noinline)) __u32 bpfhost_condition_text(
	const struct bpfhost_condition_run *run, const struct bpfhost_condition_test *test)
{
	__u32 zero = bpfhost_condition_zero();
	struct bpfhost_condition_scan scan = { .base = run->base };

	scan.at = zero;
	scan.matched = zero;
	scan.outcome = zero;
	for (__u32 i = 0; i < sizeof(scan.chunk) / 8; i++)
		((volatile __u64 *)scan.chunk)[i] = zero;
	scan.want = &run->condition->strings[test->string & (BPFHOST_CONDITION_STRING_MAX - 1)];
	if (!bpfhost_condition_find(&scan, &test->left))
		return 0;
	/* Each byte takes at most two steps of the automaton, and the end one. Of a longer string
	 * nothing is known, as of one that cannot be read. */
	bpf_loop(2 * BPFHOST_CONDITION_SCAN_MAX + 1, bpfhost_condition_scan, &scan, 0);
	return scan.outcome;
}

static __always_inline bool bpfhost_condition_number(const struct bpfhost_condition_run *run,
						     const struct bpfhost_load *load,
						     __u64 *ret_value)
{
	__u32 offset = load->offset & BPFHOST_CONDITION_OFFSET_MAX;
	__u32 size = load->size;
	__u32 shift;

	*ret_value = 0;
	if (size < 1 || size > 8 || bpf_probe_read_kernel(ret_value, size, run->base + offset))
		return false;
	shift = (64 - size * 8) & 63;
	if (load->kind == BPFHOST_LOAD_INT)
		*ret_value = (__u64)((__s64)(*ret_value << shift) >> shift);
	return true;
}

/* Of two numbers with their signs known: two negative ones are ordered as their two's complements,
 * and any negative one is below any other. */
static __always_inline __u32 bpfhost_condition_order(__u64 left, bool left_negative, __u64 right,
						     bool right_negative)
{
	if (left_negative != right_negative)
		return left_negative ? BPFHOST_CONDITION_LESS : BPFHOST_CONDITION_GREATER;
	if (left == right)
		return BPFHOST_CONDITION_EQUAL;
	return left < right ? BPFHOST_CONDITION_LESS : BPFHOST_CONDITION_GREATER;
}

static __attribute__((noinline)) __u32 bpfhost_condition_numbers(
	const struct bpfhost_condition_run *run, const struct bpfhost_condition_test *test)
{
	__u64 left, right = test->value;
	bool left_negative, right_negative = test->negative;

	if (!bpfhost_condition_number(run, &test->left, &left))
		return 0;
	left_negative = test->left.kind == BPFHOST_LOAD_INT && (__s64)left < 0;
	if (test->masked) {
		left &= test->mask;
		left_negative = false;
	}
	if (test->right.kind) {
		if (!bpfhost_condition_number(run, &test->right, &right))
			return 0;
		right_negative = test->right.kind == BPFHOST_LOAD_INT && (__s64)right < 0;
	}
	return bpfhost_condition_order(left, left_negative, right, right_negative);
}

/* Bytes 8 to 11 of an IPv4 address that is written as one of IPv6. */
#define bpfhost_condition_mapped 0xffff0000U

/* The leading BITS of two pieces of eight bytes in network order. */
static __always_inline bool bpfhost_condition_prefix(__u64 left, __u64 right, __u32 bits)
{
	__u64 differ = __builtin_bswap64(left ^ right);

	if (!bits)
		return true;
	return bits >= 64 ? !differ : !(differ >> (64 - bits));
}

static __attribute__((noinline)) __u32 bpfhost_condition_address(
	const struct bpfhost_condition_run *run, const struct bpfhost_condition_test *test)
{
	__u32 size = test->left.kind == BPFHOST_LOAD_IPV4 ? 4 : 16;
	__u32 bits = test->bits;
	__u64 words[4] = { 0 };
	bool equal;

	__builtin_memcpy(&words[2], test->address, 16);
	if (bpf_probe_read_kernel(&words[0], size,
				  run->base + (test->left.offset & BPFHOST_CONDITION_OFFSET_MAX)))
		return 0;
	if (test->right.kind &&
	    bpf_probe_read_kernel(&words[2], size,
				  run->base + (test->right.offset & BPFHOST_CONDITION_OFFSET_MAX)))
		return 0;
	if (test->is_ipv6 && !words[0] && (__u32)words[1] == bpfhost_condition_mapped)
		return BPFHOST_CONDITION_GREATER;
	equal = bpfhost_condition_prefix(words[0], words[2], bits) &&
		bpfhost_condition_prefix(words[1], words[3], bits > 64 ? bits - 64 : 0);
	return equal ? BPFHOST_CONDITION_EQUAL : BPFHOST_CONDITION_GREATER;
}

/* What the record lacks makes its comparison false. */
static __always_inline bool bpfhost_condition_has(const struct bpfhost_condition_run *run,
						  const struct bpfhost_load *load)
{
	__u32 bits = 0;

	if (!load->present)
		return true;
	bpf_probe_read_kernel(&bits, sizeof(bits), run->base + run->condition->present);
	return bits >> ((load->present - 1) & 31) & 1;
}

static __always_inline __u32 bpfhost_condition_test(const struct bpfhost_condition_run *run,
						    const struct bpfhost_condition_test *test)
{
	__u8 kind = test->left.kind;

	if (!bpfhost_condition_has(run, &test->left) || !bpfhost_condition_has(run, &test->right))
		return 0;
	if (kind == BPFHOST_LOAD_UINT || kind == BPFHOST_LOAD_INT)
		return bpfhost_condition_numbers(run, test);
	if (kind == BPFHOST_LOAD_IPV4 || kind == BPFHOST_LOAD_IPV6 || kind == BPFHOST_LOAD_ADDRESS)
		return bpfhost_condition_address(run, test);
	return bpfhost_condition_text(run, test);
}

static long bpfhost_condition_step(__u32 round, void *data)
{
	const struct bpfhost_condition_test *test;
	struct bpfhost_condition_run *run = data;

	(void)round;
	test = &run->condition->tests[run->next & (BPFHOST_CONDITION_TEST_MAX - 1)];
	if (bpfhost_condition_test(run, test) & test->accept)
		run->next = test->next_true;
	else
		run->next = test->next_false;
	return run->next >= BPFHOST_CONDITION_TEST_MAX;
}

static __attribute__((noinline, unused)) bool bpfhost_condition_evaluate(
	const struct bpfhost_condition *condition, const void *base)
{
	struct bpfhost_condition_run run = {
		.condition = condition,
		.base = base,
		.next = bpfhost_condition_zero(),
	};

	bpf_loop(BPFHOST_CONDITION_TEST_MAX, bpfhost_condition_step, &run, 0);
	return run.next == BPFHOST_CONDITION_HOLDS;
}

/*
 * Whether CONDITION, in a map value or in .rodata, holds for the record at BASE, which may be a
 * program's context, its stack, a map value or any kernel address. A field that cannot be read
 * (also one of user memory that is not present) makes its comparison false. Needs bpf_loop(),
 * Linux 5.17, and no more than 160 bytes of stack.
 */
static __always_inline __attribute__((unused)) bool bpfhost_condition_holds(
	const struct bpfhost_condition *condition, const void *base)
{
	return !condition->test_count || bpfhost_condition_evaluate(condition, base);
}

#endif
