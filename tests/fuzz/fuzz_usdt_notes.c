/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpfhost/usdt.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int compare(const struct bpfhost_usdt_site *a, const struct bpfhost_usdt_site *b)
{
	int order = strcmp(a->provider, b->provider);

	if (!order)
		order = strcmp(a->name, b->name);
	if (!order)
		order = a->address < b->address ? -1 : a->address > b->address;
	return order;
}

/* What came through can be named, and lies where a probe can be set. */
static void check(const struct bpfhost_elf *elf, const struct bpfhost_usdt_site *site)
{
	struct bpfhost_usdt_argument arguments[BPFHOST_ARGUMENTS_MAX];
	uint64_t offset;

	if (!*site->provider || !*site->name || !site->arguments)
		abort();
	if (bpfhost_elf_offset(elf, site->address, &offset) || offset != site->offset ||
	    !bpfhost_elf_is_code(elf, site->offset))
		abort();
	bpfhost_usdt_arguments(site->arguments, bpfhost_elf_info(elf)->machine, arguments);
}

static void check_all(const struct bpfhost_elf *elf, const struct bpfhost_usdt *usdt)
{
	size_t count = 0;
	const struct bpfhost_usdt_site *sites = bpfhost_usdt_sites(usdt, &count);

	if (!count)
		abort();
	for (size_t i = 0; i < count; i++) {
		check(elf, &sites[i]);
		if (i && compare(&sites[i - 1], &sites[i]) > 0)
			abort();
	}
}

static void read_notes(struct bpfhost_elf *elf)
{
	struct bpfhost_error err = { 0 };
	struct bpfhost_usdt *usdt = NULL;

	if (!bpfhost_usdt_read(elf, &usdt, &err))
		check_all(elf, usdt);
	else if (usdt || !*err.text)
		abort();
	bpfhost_usdt_free(usdt);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);
	struct bpfhost_elf *elf = NULL;

	if (fd < 0)
		return 0;
	if (write(fd, data, size) == (ssize_t)size && !bpfhost_elf_open(fd, &elf, NULL))
		read_notes(elf);
	bpfhost_elf_close(elf);
	close(fd);
	return 0;
}
