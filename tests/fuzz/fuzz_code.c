/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What is read of a BPF object's instructions, symbols and sections before any of it is loaded. */
#include <stddef.h>
#include <stdint.h>

#include "loader/changes.h"
#include "loader/code.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct code_use use;
	uint64_t used;

	if (code_read(data, size, &use) != changes_read(data, size, &used, NULL))
		__builtin_trap();
	return 0;
}
