/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Static probes as bytes, for <bpfhost/reader.h>. */
#include "pack.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpfhost/file.h>

#define PACK_TEXT_MAX  (16U << 20) /* bytes of a name or of arguments: all notes together */
#define PACK_CODE_SIZE 16

/* ---- there: sites --------------------------------------------------------------------------------- */

static int pack_sites(struct bpfhost_read *read, struct bpfhost_unpack *question,
		      struct bpfhost_pack *answer, struct bpfhost_error *err)
{
	const struct bpfhost_usdt *usdt;
	const struct bpfhost_usdt_site *sites;
	int ret = bpfhost_read_usdt(read, &usdt, err);
	size_t count;

	(void)question;
	if (ret)
		return ret;
	sites = bpfhost_usdt_sites(usdt, &count);
	for (size_t i = 0; i < count; i++) {
		bpfhost_pack_text(answer, sites[i].provider);
		bpfhost_pack_text(answer, sites[i].name);
		bpfhost_pack_text(answer, sites[i].arguments);
		bpfhost_pack_number(answer, sites[i].address);
		bpfhost_pack_number(answer, sites[i].offset);
		bpfhost_pack_number(answer, sites[i].semaphore);
		bpfhost_pack_part(answer);
	}
	return 0;
}

/* ---- there: arguments ----------------------------------------------------------------------------- */

static bool takes_probe(const struct bpfhost_elf *elf, const struct bpfhost_usdt_site *site)
{
	struct bpfhost_instruction instruction = { 0 };
	unsigned char code[PACK_CODE_SIZE];
	int64_t got;

	if (!bpfhost_elf_is_code(elf, site->offset))
		return false;
	got = bpfhost_elf_read(elf, site->offset, code, sizeof(code));
	if (got <= 0)
		return false;
	return bpfhost_instruction_look(bpfhost_elf_info(elf)->machine, code, (size_t)got,
					&instruction) ||
	       instruction.step != BPFHOST_STEP_REFUSED;
}

static void bind(struct bpfhost_read *read, const struct bpfhost_usdt_site *site,
		 struct bpfhost_usdt_argument *argument)
{
	struct bpfhost_symbols *symbols;

	if (!argument->symbol[0])
		return;
	if (bpfhost_read_symbols(read, &symbols, NULL))
		argument->argument.place = BPFHOST_ARGUMENT_UNKNOWN;
	else
		bpfhost_usdt_bind_symbol(symbols, bpfhost_elf_info(read->elf)->machine, site,
					 argument);
}

static void pack_site(struct bpfhost_read *read, const struct bpfhost_usdt_site *site,
		      struct bpfhost_pack *answer)
{
	struct bpfhost_usdt_argument arguments[BPFHOST_ARGUMENTS_MAX];
	uint32_t n = bpfhost_usdt_arguments(site->arguments, bpfhost_elf_info(read->elf)->machine,
					    arguments);

	bpfhost_pack_number(answer, takes_probe(read->elf, site));
	bpfhost_pack_number(answer, n);
	for (uint32_t i = 0; i < n; i++) {
		bind(read, site, &arguments[i]);
		bpfhost_pack_argument(answer, &arguments[i].argument);
		bpfhost_pack_number(answer, arguments[i].is_float);
		bpfhost_pack_text(answer, arguments[i].text);
	}
	bpfhost_pack_part(answer);
}

static int pack_arguments(struct bpfhost_read *read, struct bpfhost_unpack *question,
			  struct bpfhost_pack *answer, struct bpfhost_error *err)
{
	const struct bpfhost_usdt *usdt;
	const struct bpfhost_usdt_site *sites;
	int ret = bpfhost_read_usdt(read, &usdt, err);
	size_t first = bpfhost_unpack_number(question, SIZE_MAX);
	size_t count = bpfhost_unpack_number(question, SIZE_MAX), all;

	if (ret)
		return ret;
	sites = bpfhost_usdt_sites(usdt, &all);
	for (size_t i = first; i < all && i - first < count; i++)
		pack_site(read, &sites[i], answer);
	return 0;
}

/* ---- here: sites ---------------------------------------------------------------------------------- */

/* Where they are is looked at by the kernel, too, for those that take a probe. */
static int take_site(struct bpfhost_usdt *usdt, struct bpfhost_unpack *part)
{
	struct bpfhost_usdt_site site;

	site.provider = bpfhost_unpack_some_text(part, PACK_TEXT_MAX);
	site.name = bpfhost_unpack_some_text(part, PACK_TEXT_MAX);
	site.arguments = bpfhost_unpack_some_text(part, PACK_TEXT_MAX);
	site.address = bpfhost_unpack_number(part, UINT64_MAX);
	site.offset = bpfhost_unpack_number(part, INT64_MAX);
	site.semaphore = bpfhost_unpack_number(part, INT64_MAX);
	part->is_bad |= usdt->sites.count == USDT_SITES_MAX;
	return part->is_bad ? 0 : usdt_sites_add(&usdt->sites, &site);
}

int usdt_take_sites(void *ctx, struct bpfhost_unpack *part)
{
	struct bpfhost_usdt *usdt = ctx;
	int ret = bpfhost_blocks_keep(&usdt->blocks, part);

	while (!ret && !part->is_bad && part->at < part->end)
		ret = take_site(usdt, part);
	return ret;
}

int bpfhost_file_usdt(struct bpfhost_file *file, struct bpfhost_usdt **ret_usdt,
		      struct bpfhost_error *err)
{
	struct bpfhost_usdt *usdt = calloc(1, sizeof(*usdt));
	int ret = -ENOMEM;

	if (usdt)
		ret = bpfhost_file_ask(file, pack_sites, NULL, usdt_take_sites, usdt, err);
	if (!ret && !usdt->sites.count)
		ret = -ENOENT;
	if (ret)
		bpfhost_usdt_free(usdt);
	else
		*ret_usdt = usdt;
	return ret;
}

/* ---- here: arguments ------------------------------------------------------------------------------ */

static void take_argument(struct bpfhost_unpack *part, struct bpfhost_usdt_argument *argument)
{
	const char *text;

	bpfhost_unpack_argument(part, &argument->argument);
	argument->is_float = bpfhost_unpack_number(part, 1);
	text = bpfhost_unpack_some_text(part, BPFHOST_USDT_TEXT_MAX - 1);
	if (text)
		strcpy(argument->text, text);
}

static int take_one(struct usdt_take *take, struct bpfhost_unpack *part)
{
	struct bpfhost_usdt_argument arguments[BPFHOST_ARGUMENTS_MAX];
	bool takes = bpfhost_unpack_number(part, 1);
	uint32_t n = (uint32_t)bpfhost_unpack_number(part, BPFHOST_ARGUMENTS_MAX);

	for (uint32_t i = 0; i < n; i++) {
		arguments[i].symbol[0] = arguments[i].text[0] = '\0';
		take_argument(part, &arguments[i]);
	}
	part->is_bad |= take->next == take->end || (takes && take->next->offset >= take->file_size);
	return part->is_bad ? 0 : take->found(take->ctx, take->next++, takes, arguments, n);
}

int usdt_take_arguments(void *ctx, struct bpfhost_unpack *part)
{
	int ret = 0;

	while (!ret && !part->is_bad && part->at < part->end)
		ret = take_one(ctx, part);
	return ret;
}

int bpfhost_file_usdt_arguments(struct bpfhost_file *file, const struct bpfhost_usdt *usdt,
				size_t first, size_t count, bpfhost_usdt_fn found, void *ctx,
				struct bpfhost_error *err)
{
	const struct bpfhost_usdt_site *sites = usdt->sites.all + first;
	struct usdt_take take = { sites, sites + count, file->size, found, ctx };
	struct bpfhost_pack question = { 0 };
	int ret;

	bpfhost_pack_number(&question, first);
	bpfhost_pack_number(&question, count);
	ret = bpfhost_file_ask(file, pack_arguments, &question, usdt_take_arguments, &take, err);
	bpfhost_pack_free(&question);
	if (ret || take.next == take.end)
		return ret;
	bpfhost_error_set(err, 0, "%s: it was changed meanwhile", file->target.address);
	return -EBADMSG;
}
