/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What follows the "@" in the description of an argument: an operand as an assembler reads it. All
 * offsets of registers are those of the kernel's struct pt_regs of that machine, whatever machine
 * this was built for.
 */
#ifndef USDT_OPERAND_H
#define USDT_OPERAND_H

#include <stdbool.h>
#include <stdint.h>

#include <bpfhost/usdt.h>

#define USDT_X86_IP   128
#define USDT_ARM64_PC 256

/*
 * Each fills in place, offset, base, index, shift and symbol, and size where it is 0 (not told). It
 * returns false, with the argument in any state, for what it does not understand or cannot express.
 */
typedef bool (*usdt_operand_fn)(const char *text, struct bpfhost_usdt_argument *argument);

bool usdt_operand_x86(const char *text, struct bpfhost_usdt_argument *argument);
bool usdt_operand_arm64(const char *text, struct bpfhost_usdt_argument *argument);

/* ---- what both are made of; each moves *at behind what it took, and nowhere when it took nothing */

void usdt_skip_space(const char **at);
bool usdt_accept(const char **at, char c);
/* A run of letters and digits, such as the name of a register, into word; false when it is empty or
 * does not fit. */
bool usdt_take_word(const char **at, char *word, size_t capacity);
/* A number with its sign: decimal, 0x10 or 010, from INT64_MIN to UINT64_MAX, as 64 bits. */
bool usdt_take_number(const char **at, int64_t *ret_number);
/* "4", "name", "name+4", "4+name-8": the sum of the numbers, and at most one symbol (else ""). */
bool usdt_take_sum(const char **at, int64_t *ret_number, char symbol[BPFHOST_USDT_SYMBOL_MAX]);

/* Fills in a register, a constant; the size where it was not told. */
void usdt_set_register(struct bpfhost_argument *argument, uint16_t base, uint8_t size);
void usdt_set_constant(struct bpfhost_argument *argument, int64_t value);
/*
 * Memory at what base, index and shift of the argument say, plus displacement, plus the symbol, if
 * there is one: its address is going to be relative to the program counter, which takes one of the two
 * places for registers. False where there is none left.
 */
bool usdt_set_memory(struct bpfhost_usdt_argument *argument, int64_t displacement, uint16_t pc);

#endif
