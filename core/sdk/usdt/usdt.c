/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <bpfhost/usdt.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "pack.h"

#define NOTES_SECTION  ".note.stapsdt"
#define NOTES_SIZE_MAX (16U << 20) /* a hundred times what the largest known program has */

static int compare_numbers(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static int compare_sites(const void *left, const void *right)
{
	const struct bpfhost_usdt_site *a = left, *b = right;
	int order = strcmp(a->provider, b->provider);

	if (!order)
		order = strcmp(a->name, b->name);
	if (!order)
		order = compare_numbers(a->address, b->address);
	if (!order)
		order = strcmp(a->arguments, b->arguments);
	return order ? order : compare_numbers(a->semaphore, b->semaphore);
}

static void sort(struct usdt_sites *sites)
{
	size_t kept = 0;

	if (!sites->count)
		return;
	qsort(sites->all, sites->count, sizeof(*sites->all), compare_sites);
	for (size_t i = 1; i < sites->count; i++) {
		if (compare_sites(&sites->all[kept], &sites->all[i]) != 0)
			sites->all[++kept] = sites->all[i];
	}
	sites->count = kept + 1;
}

static int fail(struct bpfhost_error *err, int code)
{
	switch (code) {
	case -ENOENT:
		bpfhost_error_set(err, 0, "it has no static probes (no notes of <sys/sdt.h>)");
		break;
	case -ENOEXEC:
		bpfhost_error_set(err, 0, "section %s is damaged: none of its notes makes sense",
				  NOTES_SECTION);
		break;
	case -E2BIG:
		bpfhost_error_set(err, 0, "section %s is too large: at most %u sites in %u MiB",
				  NOTES_SECTION, USDT_SITES_MAX, NOTES_SIZE_MAX >> 20);
		break;
	default:
		bpfhost_error_set(err, 0, "failed to read section %s: %s", NOTES_SECTION,
				  strerror(-code));
	}
	return code;
}

static int read_section(struct bpfhost_elf *elf, const struct bpfhost_elf_section *section,
			struct bpfhost_usdt *usdt)
{
	int ret;

	usdt->text = malloc(section->size + 1);
	if (!usdt->text)
		return -ENOMEM;
	memcpy(usdt->text, section->data, section->size);
	ret = usdt_notes_read(elf, usdt->text, section->size, &usdt->sites);
	if (ret)
		return ret;
	sort(&usdt->sites);
	return usdt->sites.count ? 0 : usdt->sites.left_out ? -ENOEXEC : -ENOENT;
}

int bpfhost_usdt_read(struct bpfhost_elf *elf, struct bpfhost_usdt **ret_usdt,
		      struct bpfhost_error *err)
{
	struct bpfhost_elf_section section;
	struct bpfhost_usdt *usdt;
	uint64_t size;
	int ret = bpfhost_elf_section_size(elf, NOTES_SECTION, &size);

	if (!ret && size > NOTES_SIZE_MAX)
		ret = -E2BIG;
	if (!ret)
		ret = bpfhost_elf_section(elf, NOTES_SECTION, &section);
	if (ret)
		return fail(err, ret);
	usdt = calloc(1, sizeof(*usdt));
	ret = usdt ? read_section(elf, &section, usdt) : -ENOMEM;
	if (ret) {
		bpfhost_usdt_free(usdt);
		return fail(err, ret);
	}
	*ret_usdt = usdt;
	return 0;
}

void bpfhost_usdt_free(struct bpfhost_usdt *usdt)
{
	if (!usdt)
		return;
	free(usdt->sites.all);
	free(usdt->text);
	bpfhost_blocks_free(&usdt->blocks);
	free(usdt);
}

const struct bpfhost_usdt_site *bpfhost_usdt_sites(const struct bpfhost_usdt *usdt,
						   size_t *ret_count)
{
	*ret_count = usdt->sites.count;
	return usdt->sites.all;
}
