/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <elf.h>
#include <stdint.h>
#include <stdlib.h>

#include <bpfhost/elf.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint16_t machines[] = { EM_X86_64, EM_AARCH64 };

	for (size_t i = 0; i < sizeof(machines) / sizeof(machines[0]); i++) {
		struct bpfhost_instruction got = { 0 };

		if (bpfhost_instruction_look(machines[i], data, size, &got))
			abort();
		if (got.length > size || !got.text || !*got.text ||
		    got.step < BPFHOST_STEP_EMULATED || got.step > BPFHOST_STEP_REFUSED)
			abort();
		if (got.is_marker && (got.length != 4 || got.step != BPFHOST_STEP_SINGLE))
			abort();
	}
	return 0;
}
