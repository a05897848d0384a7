/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "memory/unforked.h"

#include <sys/mman.h>

void *memory_unforked(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		return NULL;
	if (madvise(memory, size, MADV_DONTFORK) < 0) {
		munmap(memory, size);
		return NULL;
	}
	return memory;
}

void memory_unforked_free(void *memory, size_t size)
{
	if (memory)
		munmap(memory, size);
}
