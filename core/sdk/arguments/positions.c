/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Calling conventions: System V Application Binary Interface, AMD64 supplement, 3.2.3; Procedure Call
 * Standard for the Arm 64-bit Architecture, 6.4. Offsets are those of the kernel's struct pt_regs.
 */
#include <bpfhost/arguments.h>

#if defined(__x86_64__)
/* rdi, rsi, rdx, rcx, r8, r9 */
static const uint16_t positions_registers[] = { 112, 104, 96, 88, 72, 64 };
#define POSITIONS_STACK  152
#define POSITIONS_FIRST  8 /* the return address lies on top */
#define POSITIONS_RESULT 80
#elif defined(__aarch64__)
static const uint16_t positions_registers[] = { 0, 8, 16, 24, 32, 40, 48, 56 };
#define POSITIONS_STACK  248
#define POSITIONS_FIRST  0
#define POSITIONS_RESULT 0
#else
#error "the calling convention of this machine is not known"
#endif

#define POSITIONS_COUNT (sizeof(positions_registers) / sizeof(positions_registers[0]))

static struct bpfhost_argument positions_register(uint16_t offset)
{
	return (struct bpfhost_argument){
		.place = BPFHOST_ARGUMENT_REGISTER,
		.base = offset,
		.index = BPFHOST_ARGUMENT_NOWHERE,
		.size = 8,
	};
}

struct bpfhost_argument bpfhost_argument_on_stack(uint32_t bytes)
{
	return (struct bpfhost_argument){
		.place = BPFHOST_ARGUMENT_MEMORY,
		.base = POSITIONS_STACK,
		.index = BPFHOST_ARGUMENT_NOWHERE,
		.offset = (int64_t)bytes,
		.size = 8,
	};
}

struct bpfhost_argument bpfhost_argument_position(uint32_t index)
{
	if (index < POSITIONS_COUNT)
		return positions_register(positions_registers[index]);
	return bpfhost_argument_on_stack(POSITIONS_FIRST + 8 * (index - (uint32_t)POSITIONS_COUNT));
}

struct bpfhost_argument bpfhost_argument_result(void)
{
	return positions_register(POSITIONS_RESULT);
}
