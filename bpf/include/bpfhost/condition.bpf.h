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

enum {
	BPFHOST_SCAN_UNREADABLE,
	BPFHOST_SCAN_DIFFERS,
	BPFHOST_SCAN_MATCHES,
};

struct bpfhost_condition_run {
	const struct bpfhost_condition *condition;
	const void *base;
	__u64 pointer; /* start of a USER_STR or KERNEL_STR */
	__u32 next;
	__u32 position; /* next byte to read, from base or from pointer */
	__u32 left; /* bytes to read there; of a pointer's string: 1 until its end was seen */
	__u8 source; /* enum bpfhost_load_kind */
	__u8 string;
	__u8 matched; /* state of the automaton */
	__u8 verdict;
	__u32 at; /* next byte of the chunk, and how many it has */
	__u32 have;
	union {
		__u8 chunk[BPFHOST_CONDITION_CHUNK];
		__u64 words[BPFHOST_CONDITION_CHUNK / 8];
	};
};

/* Reads the next piece of the string. Returns how many bytes it has, 0 at the end, -1 when it
 * cannot be read. */
static __always_inline long bpfhost_condition_fetch(struct bpfhost_condition_run *run)
{
	const void *from = (const void *)(run->pointer + run->position);
	__u32 size = run->left;
	long got;

	if (!size)
		return 0;
	if (run->source == BPFHOST_LOAD_USER_STR || run->source == BPFHOST_LOAD_KERNEL_STR) {
		if (run->source == BPFHOST_LOAD_USER_STR)
			got = bpf_probe_read_user_str(run->chunk, sizeof(run->chunk), from);
		else
			got = bpf_probe_read_kernel_str(run->chunk, sizeof(run->chunk), from);
		if (got <= 0)
			return -1;
		run->left = got == sizeof(run->chunk);
		run->position += got - 1;
		return got - 1;
	}
	if (size > sizeof(run->chunk))
		size = sizeof(run->chunk);
	if (bpf_probe_read_kernel(run->chunk, size, run->base + (run->position & 0x3ffff)))
		return -1;
	run->left -= size;
	run->position += size;
	return size;
}

/* Compares one byte; returns false when the verdict is known. */
static __always_inline bool bpfhost_condition_advance(struct bpfhost_condition_run *run, __u8 byte)
{
	const struct bpfhost_condition_string *want;
	bool early, anchored;
	__u32 state = run->matched;

	want = &run->condition->strings[run->string & (BPFHOST_CONDITION_STRING_MAX - 1)];
	early = want->glob == BPFHOST_GLOB_PREFIX || want->glob == BPFHOST_GLOB_PART;
	anchored = want->glob == BPFHOST_GLOB_WHOLE || want->glob == BPFHOST_GLOB_PREFIX;
	run->verdict = BPFHOST_SCAN_DIFFERS;
	if (state < want->length &&
	    want->text[state & (BPFHOST_CONDITION_TEXT_MAX - 1)] == byte) {
		state++;
		run->at++;
	} else if (state >= want->length && early) {
		state = want->length;
	} else if (anchored) {
		return false;
	} else if (state) {
		state = want->fail[(state - 1) & (BPFHOST_CONDITION_TEXT_MAX - 1)];
	} else {
		run->at++;
	}
	run->matched = state;
	if (!early || state < want->length)
		return true;
	run->verdict = BPFHOST_SCAN_MATCHES;
	return false;
}

static long bpfhost_condition_scan(__u32 round, void *data)
{
	const struct bpfhost_condition_string *want;
	struct bpfhost_condition_run *run = data;
	long got = 1;

	(void)round;
	if (run->at >= run->have) {
		got = bpfhost_condition_fetch(run);
		run->at = 0;
		run->have = got > 0 ? got : 0;
	}
	if (got < 0) {
		run->verdict = BPFHOST_SCAN_UNREADABLE;
		return 1;
	}
	if (got && run->chunk[run->at & (BPFHOST_CONDITION_CHUNK - 1)])
		return !bpfhost_condition_advance(
			run, run->chunk[run->at & (BPFHOST_CONDITION_CHUNK - 1)]);
	want = &run->condition->strings[run->string & (BPFHOST_CONDITION_STRING_MAX - 1)];
	run->verdict = run->matched == want->length ? BPFHOST_SCAN_MATCHES : BPFHOST_SCAN_DIFFERS;
	return 1;
}

/* Sets the scan to the start of the string; returns false when its place cannot be read. */
static __always_inline bool bpfhost_condition_find(struct bpfhost_condition_run *run,
						   const struct bpfhost_load *load)
{
	__u32 offset = load->offset & BPFHOST_CONDITION_OFFSET_MAX;
	__u32 place = 0;

	run->source = load->kind;
	run->position = 0;
	run->left = 1;
	if (load->kind == BPFHOST_LOAD_CHARS) {
		run->position = offset;
		run->left = load->size;
		return true;
	}
	if (load->kind == BPFHOST_LOAD_USER_STR || load->kind == BPFHOST_LOAD_KERNEL_STR)
		return !bpf_probe_read_kernel(&run->pointer, 8, run->base + offset);
	if (bpf_probe_read_kernel(&place, 4, run->base + offset))
		return false;
	run->left = place >> 16;
	run->position = place & 0xffff;
	if (load->kind == BPFHOST_LOAD_REL_LOC)
		run->position += offset + 4;
	return true;
}

static __always_inline bool bpfhost_condition_text(struct bpfhost_condition_run *run,
						   const struct bpfhost_condition_test *test)
{
	run->string = test->string;
	run->matched = 0;
	run->at = 0;
	run->have = 0;
	run->verdict = BPFHOST_SCAN_UNREADABLE;
	if (!bpfhost_condition_find(run, &test->left))
		return false;
	/* Each byte takes at most two steps of the automaton, and the end one. */
	bpf_loop(2 * BPFHOST_CONDITION_SCAN_MAX + 1, bpfhost_condition_scan, run, 0);
	if (test->op == BPFHOST_CONDITION_NE)
		return run->verdict == BPFHOST_SCAN_DIFFERS;
	return run->verdict == BPFHOST_SCAN_MATCHES;
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
static __always_inline bool bpfhost_condition_order(__u8 op, __u64 left, bool left_negative,
						    __u64 right, bool right_negative)
{
	bool equal = left == right && left_negative == right_negative;
	bool less = left_negative == right_negative ? left < right : left_negative;

	switch (op) {
	case BPFHOST_CONDITION_EQ:
		return equal;
	case BPFHOST_CONDITION_NE:
		return !equal;
	case BPFHOST_CONDITION_LT:
		return less;
	case BPFHOST_CONDITION_LE:
		return less || equal;
	case BPFHOST_CONDITION_GT:
		return !less && !equal;
	case BPFHOST_CONDITION_GE:
		return !less;
	default:
		return false;
	}
}

static __always_inline bool bpfhost_condition_numbers(const struct bpfhost_condition_run *run,
						      const struct bpfhost_condition_test *test)
{
	__u64 left, right = test->value;
	bool left_negative, right_negative = test->negative;

	if (!bpfhost_condition_number(run, &test->left, &left))
		return false;
	left_negative = test->left.kind == BPFHOST_LOAD_INT && (__s64)left < 0;
	if (test->masked) {
		left &= test->mask;
		left_negative = false;
	}
	if (test->right.kind) {
		if (!bpfhost_condition_number(run, &test->right, &right))
			return false;
		right_negative = test->right.kind == BPFHOST_LOAD_INT && (__s64)right < 0;
	}
	return bpfhost_condition_order(test->op, left, left_negative, right, right_negative);
}

/* The leading BITS of two pieces of eight bytes in network order. */
static __always_inline bool bpfhost_condition_prefix(__u64 left, __u64 right, __u32 bits)
{
	__u64 differ = __builtin_bswap64(left ^ right);

	if (!bits)
		return true;
	return bits >= 64 ? !differ : !(differ >> (64 - bits));
}

static __always_inline bool bpfhost_condition_address(struct bpfhost_condition_run *run,
						      const struct bpfhost_condition_test *test)
{
	__u32 size = test->left.kind == BPFHOST_LOAD_IPV4 ? 4 : 16;
	__u32 bits = test->bits;
	bool equal;

	run->words[0] = 0;
	run->words[1] = 0;
	__builtin_memcpy(&run->words[2], test->address, 16);
	if (bpf_probe_read_kernel(&run->words[0], size,
				  run->base + (test->left.offset & BPFHOST_CONDITION_OFFSET_MAX)))
		return false;
	if (test->right.kind &&
	    bpf_probe_read_kernel(&run->words[2], size,
				  run->base + (test->right.offset & BPFHOST_CONDITION_OFFSET_MAX)))
		return false;
	equal = bpfhost_condition_prefix(run->words[0], run->words[2], bits) &&
		bpfhost_condition_prefix(run->words[1], run->words[3], bits > 64 ? bits - 64 : 0);
	return test->op == BPFHOST_CONDITION_NE ? !equal : equal;
}

static __always_inline bool bpfhost_condition_test_holds(struct bpfhost_condition_run *run,
							 const struct bpfhost_condition_test *test)
{
	__u8 kind = test->left.kind;

	if (test->op == BPFHOST_CONDITION_NEVER)
		return false;
	if (kind == BPFHOST_LOAD_UINT || kind == BPFHOST_LOAD_INT)
		return bpfhost_condition_numbers(run, test);
	if (kind == BPFHOST_LOAD_IPV4 || kind == BPFHOST_LOAD_IPV6)
		return bpfhost_condition_address(run, test);
	return bpfhost_condition_text(run, test);
}

static long bpfhost_condition_step(__u32 round, void *data)
{
	const struct bpfhost_condition_test *test;
	struct bpfhost_condition_run *run = data;

	(void)round;
	test = &run->condition->tests[run->next & (BPFHOST_CONDITION_TEST_MAX - 1)];
	if (bpfhost_condition_test_holds(run, test))
		run->next = test->next_true;
	else
		run->next = test->next_false;
	return run->next >= BPFHOST_CONDITION_TEST_MAX;
}

static __attribute__((noinline, unused)) bool
bpfhost_condition_evaluate(const struct bpfhost_condition *condition, const void *base)
{
	struct bpfhost_condition_run run = {
		.condition = condition,
		.base = base,
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
static __always_inline __attribute__((unused)) bool
bpfhost_condition_holds(const struct bpfhost_condition *condition, const void *base)
{
	return !condition->test_count || bpfhost_condition_evaluate(condition, base);
}

#endif
