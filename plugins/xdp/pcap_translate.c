/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Classic BPF is a machine with two registers, A and X, sixteen words of memory, loads from the packet in network
 * order, and jumps that only lead forward (McCanne and Jacobson, 1993; as bpf_filter() of libpcap runs it).
 * Here A is r6 and X is r9; the memory lies on the stack. A load calls bpf_xdp_load_bytes(), which reaches any
 * byte of a packet in however many pieces, and refuses those behind its end: then the filter returns 0, as it
 * does when it divides by zero.
 *
 * One classic instruction becomes a few, always the same number for the same instruction, so a first pass that
 * writes nowhere finds where each begins, and a second knows where jumps lead.
 */
#include "pcap_translate.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

enum {
	REG_A = BPF_REG_6,
	REG_CONTEXT = BPF_REG_7,
	REG_STACK = BPF_REG_8,
	REG_X = BPF_REG_9,
};

#define PLACE_LOADED 4 /* on the stack: where bytes of the packet go */
#define PLACE_MEMORY 8
#define OFFSET_MAX   0xffff /* no packet is longer */
#define COUNT_MAX    BPF_MAXINSNS

struct translation {
	struct bpf_insn *code; /* NULL: only count */
	uint32_t room;
	uint32_t count;
	const uint32_t *
		starts; /* of each classic instruction, and behind them of "return 0" and the end */
	uint32_t reject;
	uint32_t end;
	int error;
};

static void emit(struct translation *t, uint8_t code, uint8_t dst, uint8_t src, int32_t off,
		 uint32_t imm)
{
	if (t->code && t->count >= t->room)
		t->error = -E2BIG;
	if (t->code && (off < INT16_MIN || off > INT16_MAX))
		t->error = -E2BIG;
	if (t->code && !t->error)
		t->code[t->count] = (struct bpf_insn){ .code = code,
						       .dst_reg = dst & 15,
						       .src_reg = src & 15,
						       .off = (int16_t)off,
						       .imm = (int32_t)imm };
	t->count++;
}

/* From the instruction that comes next to one whose place is known by then. */
static int32_t distance(const struct translation *t, uint32_t to)
{
	return (int32_t)to - (int32_t)t->count - 1;
}

static void jump(struct translation *t, uint8_t code, uint8_t dst, uint8_t src, uint32_t imm,
		 uint32_t to)
{
	emit(t, code, dst, src, distance(t, to), imm);
}

static void emit_goto(struct translation *t, uint32_t to)
{
	jump(t, BPF_JMP | BPF_JA, 0, 0, 0, to);
}

static void move(struct translation *t, uint8_t dst, uint8_t src)
{
	emit(t, BPF_ALU | BPF_MOV | BPF_X, dst, src, 0, 0);
}

static void set(struct translation *t, uint8_t dst, uint32_t value)
{
	emit(t, BPF_ALU | BPF_MOV | BPF_K, dst, 0, 0, value);
}

/* ---- loads ------------------------------------------------------------------------------------- */

static uint32_t load_size(uint16_t code)
{
	return BPF_SIZE(code) == BPF_W ? 4 : BPF_SIZE(code) == BPF_H ? 2 : 1;
}

/* Bytes of the packet at r2 to the stack; the filter ends where they are not there. */
static void load_bytes(struct translation *t, uint32_t size)
{
	emit(t, BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_1, REG_CONTEXT, 0, 0);
	emit(t, BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_3, REG_STACK, 0, 0);
	emit(t, BPF_ALU64 | BPF_ADD | BPF_K, BPF_REG_3, 0, 0, PLACE_LOADED);
	set(t, BPF_REG_4, size);
	emit(t, BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_xdp_load_bytes);
	jump(t, BPF_JMP | BPF_JNE | BPF_K, BPF_REG_0, 0, 0, t->reject);
}

static void load_packet(struct translation *t, const struct sock_filter *from, uint8_t to)
{
	uint32_t size = load_size(from->code);

	set(t, BPF_REG_2, from->k);
	if (BPF_MODE(from->code) == BPF_IND)
		emit(t, BPF_ALU64 | BPF_ADD | BPF_X, BPF_REG_2, REG_X, 0, 0);
	jump(t, BPF_JMP | BPF_JGT | BPF_K, BPF_REG_2, 0, OFFSET_MAX, t->reject);
	load_bytes(t, size);
	emit(t, (uint8_t)(BPF_LDX | BPF_MEM | BPF_SIZE(from->code)), to, REG_STACK, PLACE_LOADED,
	     0);
	if (size > 1)
		emit(t, BPF_ALU | BPF_END | BPF_TO_BE, to, 0, 0, size * 8);
}

/* X = 4 * (P[k] & 15): the length of an IPv4 header. */
static void load_header_length(struct translation *t, const struct sock_filter *from)
{
	load_packet(t, from, REG_X);
	emit(t, BPF_ALU | BPF_AND | BPF_K, REG_X, 0, 0, 15);
	emit(t, BPF_ALU | BPF_LSH | BPF_K, REG_X, 0, 0, 2);
}

static void load_length(struct translation *t, uint8_t to)
{
	emit(t, BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_1, REG_CONTEXT, 0, 0);
	emit(t, BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_xdp_get_buff_len);
	move(t, to, BPF_REG_0);
}

static int16_t memory_of(struct translation *t, const struct sock_filter *from)
{
	if (from->k >= BPF_MEMWORDS)
		t->error = -EINVAL;
	return (int16_t)(PLACE_MEMORY + 4 * (from->k % BPF_MEMWORDS));
}

static void translate_load(struct translation *t, const struct sock_filter *from, uint8_t to)
{
	switch (BPF_MODE(from->code)) {
	case BPF_IMM:
		set(t, to, from->k);
		return;
	case BPF_MEM:
		emit(t, BPF_LDX | BPF_MEM | BPF_W, to, REG_STACK, memory_of(t, from), 0);
		return;
	case BPF_LEN:
		load_length(t, to);
		return;
	case BPF_ABS:
	case BPF_IND:
		/* Where the kernel's own filters have more than the packet, <linux/filter.h>. */
		if (BPF_MODE(from->code) == BPF_ABS && (int32_t)from->k < 0)
			t->error = -ENOTSUP;
		if (to == REG_A)
			load_packet(t, from, to);
		else
			t->error = -EINVAL;
		return;
	case BPF_MSH:
		load_header_length(t, from);
		return;
	default:
		t->error = -EINVAL;
	}
}

/* ---- arithmetic -------------------------------------------------------------------------------- */

static bool is_shift(uint16_t op)
{
	return op == BPF_LSH || op == BPF_RSH;
}

static bool is_division(uint16_t op)
{
	return op == BPF_DIV || op == BPF_MOD;
}

static void translate_with_x(struct translation *t, uint16_t op)
{
	if (is_division(op))
		jump(t, BPF_JMP32 | BPF_JEQ | BPF_K, REG_X, 0, 0, t->reject);
	emit(t, (uint8_t)(BPF_ALU | op | BPF_X), REG_A, REG_X, 0, 0);
	if (!is_shift(op))
		return;
	/* By 32 and more, nothing is left of it. */
	emit(t, BPF_JMP32 | BPF_JLT | BPF_K, REG_X, 0, 1, 32);
	set(t, REG_A, 0);
}

static void translate_with_k(struct translation *t, uint16_t op, uint32_t k)
{
	if (is_division(op) && !k)
		jump(t, BPF_JMP | BPF_JNE | BPF_K, BPF_REG_10, 0, 0, t->reject);
	else if (is_shift(op) && k >= 32)
		set(t, REG_A, 0);
	else
		emit(t, (uint8_t)(BPF_ALU | op | BPF_K), REG_A, 0, 0, k);
}

static void translate_alu(struct translation *t, const struct sock_filter *from)
{
	uint16_t op = BPF_OP(from->code);

	if (op > BPF_XOR || op == 0xf0) {
		t->error = -EINVAL;
	} else if (op == BPF_NEG) {
		emit(t, BPF_ALU | BPF_NEG, REG_A, 0, 0, 0);
	} else if (BPF_SRC(from->code) == BPF_X) {
		translate_with_x(t, op);
	} else {
		translate_with_k(t, op, from->k);
	}
}

/* ---- jumps and the rest ------------------------------------------------------------------------ */

static uint32_t start_of(struct translation *t, uint64_t index, uint32_t filter_count)
{
	if (index >= filter_count) {
		t->error = t->error ?: -EINVAL;
		return 0;
	}
	return t->starts ? t->starts[index] : 0;
}

static void translate_jump(struct translation *t, const struct sock_filter *from, uint32_t index,
			   uint32_t count)
{
	uint16_t op = BPF_OP(from->code);
	uint64_t next = (uint64_t)index + 1;
	bool with_x = BPF_SRC(from->code) == BPF_X;

	if (op == BPF_JA) {
		/* Only `protochain` makes loops, whose end the kernel's verifier does not see. */
		if ((int32_t)from->k < 0)
			t->error = -ELOOP;
		emit_goto(t, start_of(t, next + from->k, count));
		return;
	}
	if (op != BPF_JEQ && op != BPF_JGT && op != BPF_JGE && op != BPF_JSET) {
		t->error = -EINVAL;
		return;
	}
	jump(t, (uint8_t)(BPF_JMP32 | op | BPF_SRC(from->code)), REG_A, with_x ? REG_X : 0,
	     with_x ? 0 : from->k, start_of(t, next + from->jt, count));
	emit_goto(t, start_of(t, next + from->jf, count));
}

static void translate_return(struct translation *t, const struct sock_filter *from)
{
	uint16_t what = BPF_RVAL(from->code);

	if (what == BPF_A)
		move(t, BPF_REG_0, REG_A);
	else if (what == BPF_X)
		move(t, BPF_REG_0, REG_X);
	else
		set(t, BPF_REG_0, from->k);
	emit_goto(t, t->end - 1);
}

static void translate_one(struct translation *t, const struct sock_filter *from, uint32_t index,
			  uint32_t count)
{
	switch (BPF_CLASS(from->code)) {
	case BPF_LD:
		translate_load(t, from, REG_A);
		break;
	case BPF_LDX:
		translate_load(t, from, REG_X);
		break;
	case BPF_ST:
	case BPF_STX:
		emit(t, BPF_STX | BPF_MEM | BPF_W, REG_STACK,
		     BPF_CLASS(from->code) == BPF_ST ? REG_A : REG_X, memory_of(t, from), 0);
		break;
	case BPF_ALU:
		translate_alu(t, from);
		break;
	case BPF_JMP:
		translate_jump(t, from, index, count);
		break;
	case BPF_RET:
		translate_return(t, from);
		break;
	default:
		if (BPF_MISCOP(from->code) == BPF_TAX)
			move(t, REG_X, REG_A);
		else
			move(t, REG_A, REG_X);
	}
}

/* The kernel refuses code to which no way leads: so one that is never taken leads to "return 0". */
static void translate_begin(struct translation *t)
{
	set(t, BPF_REG_0, 1);
	jump(t, BPF_JMP32 | BPF_JEQ | BPF_K, BPF_REG_0, 0, 0, t->reject);
	set(t, REG_A, 0);
	set(t, REG_X, 0);
	for (int32_t i = 0; i < BPF_MEMWORDS; i++)
		emit(t, BPF_ST | BPF_MEM | BPF_W, REG_STACK, 0, PLACE_MEMORY + 4 * i, 0);
}

/* Both ways out meet at the last instruction, which stores the answer. */
static void translate_end(struct translation *t)
{
	t->reject = t->count;
	set(t, BPF_REG_0, 0);
	emit(t, BPF_STX | BPF_MEM | BPF_W, REG_STACK, BPF_REG_0, XDP_PCAP_ANSWER, 0);
	t->end = t->count;
}

static void translate_all(struct translation *t, const struct sock_filter *filter, uint32_t count,
			  uint32_t *ret_starts)
{
	t->count = 0;
	translate_begin(t);
	for (uint32_t i = 0; i < count; i++) {
		if (ret_starts)
			ret_starts[i] = t->count;
		translate_one(t, &filter[i], i, count);
	}
	translate_end(t);
}

int xdp_pcap_translate(const struct sock_filter *filter, uint32_t count, struct bpf_insn *ret_code,
		       uint32_t room, uint32_t *ret_count)
{
	struct translation t = { 0 };
	uint32_t *starts;

	/* The last one must not fall through into what stands behind. */
	if (!count || count > COUNT_MAX || BPF_CLASS(filter[count - 1].code) != BPF_RET)
		return -EINVAL;
	starts = calloc(count, sizeof(*starts));
	if (!starts)
		return -ENOMEM;
	translate_all(&t, filter, count, starts);
	t.starts = starts;
	t.code = ret_code;
	t.room = room;
	if (!t.error)
		translate_all(&t, filter, count, NULL);
	free(starts);
	if (!t.error)
		*ret_count = t.count;
	return t.error;
}
