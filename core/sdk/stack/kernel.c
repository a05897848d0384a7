/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Names of the kernel's functions, as /proc/kallsyms has them: address, type, name, [module]. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "private.h"

enum {
	KERNEL_SYMBOLS_MAX = 4 << 20,
	KERNEL_NAME_MAX = 512, /* KSYM_NAME_LEN */
	KERNEL_FUNCTION_MAX =
		1 << 16, /* bytes: sizes are not told, and behind it lies something else */
};

void stack_kernel_free(struct stack_kernel *kernel)
{
	free(kernel->symbols);
	free(kernel->names);
	memset(kernel, 0, sizeof(*kernel));
}

/* Both tables are doubled whenever they are full. */
static int kernel_add(struct stack_kernel *kernel, uint64_t address, const char *name)
{
	size_t size = strlen(name) + 1, count = kernel->count;
	void *more;

	if (!(count & (count - 1))) {
		more = reallocarray(kernel->symbols, count ? count * 2 : 1,
				    sizeof(*kernel->symbols));
		if (!more)
			return -ENOMEM;
		kernel->symbols = more;
	}
	/* Room for a power of two of names of the greatest length would be too much; so by pages. */
	if (!kernel->names || (kernel->names_size >> 16) != ((kernel->names_size + size) >> 16)) {
		more = realloc(kernel->names, ((kernel->names_size + size) | 0xffff) + 1);
		if (!more)
			return -ENOMEM;
		kernel->names = more;
	}
	memcpy(kernel->names + kernel->names_size, name, size);
	kernel->symbols[kernel->count++] =
		(struct stack_kernel_symbol){ .address = address, .name = kernel->names_size };
	kernel->names_size += size;
	return 0;
}

static int kernel_by_address(const void *left, const void *right)
{
	const struct stack_kernel_symbol *a = left, *b = right;

	if (a->address != b->address)
		return a->address < b->address ? -1 : 1;
	return (a->name > b->name) - (a->name < b->name);
}

static int kernel_line(struct stack_kernel *kernel, const char *line)
{
	char name[KERNEL_NAME_MAX + 1], type;
	uint64_t address;

	if (sscanf(line, "%" SCNx64 " %c %512s", &address, &type, name) != 3)
		return 0;
	if (!address || !strchr("tTwW", type))
		return 0;
	return kernel_add(kernel, address, name);
}

int stack_kernel_read(FILE *file, struct stack_kernel *ret_kernel)
{
	struct stack_kernel kernel = { 0 };
	char *line = NULL;
	size_t room = 0;
	int ret = 0;

	while (!ret && kernel.count < KERNEL_SYMBOLS_MAX && getline(&line, &room, file) > 0)
		ret = kernel_line(&kernel, line);
	free(line);
	if (!ret && !kernel.count)
		ret = -EPERM;
	if (ret) {
		stack_kernel_free(&kernel);
		return ret;
	}
	qsort(kernel.symbols, kernel.count, sizeof(*kernel.symbols), kernel_by_address);
	*ret_kernel = kernel;
	return 0;
}

int bpfhost_stacks_add_kernel(struct bpfhost_stacks *stacks)
{
	FILE *file = fopen("/proc/kallsyms", "re");
	int ret;

	if (!file)
		return -errno;
	stack_kernel_free(&stacks->kernel);
	ret = stack_kernel_read(file, &stacks->kernel);
	fclose(file);
	return ret;
}

void stack_kernel_text(const struct stack_kernel *kernel, uint64_t address, char *text, size_t size)
{
	const struct stack_kernel_symbol *symbol;
	size_t low = 0, high = kernel->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (kernel->symbols[middle].address < address)
			low = middle + 1;
		else
			high = middle;
	}
	symbol = low ? &kernel->symbols[low - 1] : NULL;
	if (symbol && address - symbol->address < KERNEL_FUNCTION_MAX)
		snprintf(text, size, "%s+0x%" PRIx64 "_[k]", kernel->names + symbol->name,
			 address - symbol->address);
	else
		snprintf(text, size, "0x%" PRIx64 "_[k]", address);
}
