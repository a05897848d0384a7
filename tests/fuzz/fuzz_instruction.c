/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <elf.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

#include <bpfhost/elf.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LONGEST = 15 };

/* What is known of its begin holds for all of it, and what lies behind it does not count. */
static int try_length(uint16_t machine, const uint8_t *data, size_t size)
{
	int length = bpfhost_instruction_length(machine, data, size);

	if (length != bpfhost_instruction_length(machine, data, size < LONGEST ? size : LONGEST))
		abort();
	if (length <= 0) {
		if (length != -EILSEQ && length != -ENODATA)
			abort();
		return 0;
	}
	if (length > LONGEST || (size_t)length > size)
		abort();
	for (int less = 0; less < length; less++)
		if (bpfhost_instruction_length(machine, data, (size_t)less) != -ENODATA)
			abort();
	if (bpfhost_instruction_length(machine, data, (size_t)length) != length)
		abort();
	return length;
}

/* The second of two neighbours begins where the first ends. */
static void try_at(uint16_t machine, const uint8_t *data, size_t size)
{
	struct bpfhost_instruction_span span, next;
	size_t at = size ? data[0] % size : 0;
	int ret = bpfhost_instruction_at(machine, data, size, at, &span);

	if (ret) {
		if (ret != -EILSEQ && ret != -ENODATA)
			abort();
		return;
	}
	if (span.begin > at || at >= span.begin + span.length || span.begin + span.length > size)
		abort();
	if (bpfhost_instruction_length(machine, data + span.begin, size - span.begin) !=
	    span.length)
		abort();
	at = span.begin + span.length;
	if (!bpfhost_instruction_at(machine, data, size, at, &next) && next.begin != at)
		abort();
}

static void try_jump(const uint8_t *data, size_t size)
{
	int32_t distance = 0;
	size_t jump = bpfhost_instruction_jump(data, size, &distance);

	if (jump && (int)jump != bpfhost_instruction_length(EM_X86_64, data, size))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint16_t machines[] = { EM_X86_64, EM_AARCH64 };

	for (size_t i = 0; i < sizeof(machines) / sizeof(machines[0]); i++) {
		struct bpfhost_instruction got = { 0 };
		int length = try_length(machines[i], data, size);

		try_at(machines[i], data, size);
		if (bpfhost_instruction_look(machines[i], data, size, &got))
			abort();
		if (got.length > size || !got.text || !*got.text ||
		    got.step < BPFHOST_STEP_EMULATED || got.step > BPFHOST_STEP_REFUSED)
			abort();
		if (got.is_marker && (got.length != 4 || got.step != BPFHOST_STEP_SINGLE))
			abort();
		if (got.length && length && got.length != length)
			abort();
	}
	try_jump(data, size);
	return 0;
}
