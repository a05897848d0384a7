/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the process that reads may answer, be it whatever: the first byte says to which question. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "dwarf/pack.h"
#include "place.h"
#include "reader/info.h"
#include "stack/private.h"
#include "usdt/pack.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static volatile size_t used;

/* Reads all of it, so that a sanitizer sees what is not there. */
static void use_text(const char *text)
{
	used += text ? strlen(text) : 0;
}

static void use_value(const struct bpfhost_dwarf_value *value)
{
	use_text(value->name);
	use_text(value->type_name);
	use_text(value->reason);
	for (uint32_t i = 0; i < value->enumerator_count; i++)
		use_text(value->enumerators[i].name);
	if (value->argument.hops > BPFHOST_ARGUMENT_HOPS || value->argument.size > 8)
		abort();
}

static void try_info(struct bpfhost_unpack *part)
{
	struct bpfhost_elf_info info;

	reader_unpack_info(part, &info);
	if (!part->is_bad &&
	    (info.build_id_size > BPFHOST_BUILD_ID_MAX || (info.bits != 32 && info.bits != 64)))
		abort();
}

static void try_function(struct bpfhost_unpack *part)
{
	struct bpfhost_dwarf_function *function = NULL;
	struct bpfhost_dwarf_value value = { 0 };

	if (dw_unpack_function(part, &function) || !function)
		return;
	use_text(function->name);
	use_value(&function->returns);
	for (uint32_t i = 0; i < function->parameter_count; i++)
		use_value(&function->parameters[i]);
	if (!dw_unpack_value(part, function, &value) && !part->is_bad)
		use_value(&value);
	bpfhost_dwarf_function_free(function);
}

static int use_site(void *ctx, const struct bpfhost_usdt_site *site, bool takes_probe,
		    const struct bpfhost_usdt_argument *arguments, uint32_t n)
{
	if (takes_probe && site->offset >= *(uint64_t *)ctx)
		abort();
	for (uint32_t i = 0; i < n; i++)
		use_text(arguments[i].text);
	return 0;
}

/* Half of it sites, the rest what is known of them. */
static void try_usdt(struct bpfhost_unpack *part)
{
	struct bpfhost_unpack sites = { part->at, part->at + (part->end - part->at) / 2, false };
	struct bpfhost_unpack arguments = { sites.end, part->end, false };
	struct bpfhost_usdt *usdt = calloc(1, sizeof(*usdt));
	uint64_t file_size = 4096;
	struct usdt_take take = { .file_size = file_size, .found = use_site, .ctx = &file_size };

	if (!usdt)
		return;
	usdt_take_sites(usdt, &sites);
	for (size_t i = 0; i < usdt->sites.count; i++) {
		use_text(usdt->sites.all[i].provider);
		use_text(usdt->sites.all[i].name);
		use_text(usdt->sites.all[i].arguments);
	}
	take.next = usdt->sites.all;
	take.end = usdt->sites.all ? usdt->sites.all + usdt->sites.count : NULL;
	usdt_take_arguments(&take, &arguments);
	bpfhost_usdt_free(usdt);
}

static void try_stack(struct bpfhost_unpack *part)
{
	struct stack_file file = { 0 };
	struct stack_looked looked = { .file = &file };

	stack_look_take(&looked, part);
	if (!part->is_bad && looked.debug.candidate > DEBUG_CANDIDATES)
		abort();
	use_text(file.run_path);
	for (size_t i = 0; i < file.nneeded; i++)
		use_text(file.needed[i]);
	bpfhost_blocks_free(&file.texts);
	free(file.needed);
}

static void try_places(struct bpfhost_unpack *part)
{
	struct uprobe_places places = { 0 };
	struct uprobe_places_take take = { &places, 4096 };

	uprobe_places_take(&take, part);
	for (uint32_t i = 0; i < places.count; i++) {
		use_text(places.items[i].name);
		use_text(places.items[i].readable);
		if (places.items[i].offset >= 4096)
			abort();
	}
	if (!part->is_bad)
		use_text(places.copy);
	use_text(places.doubt);
	uprobe_places_free(&places);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const all[])(struct bpfhost_unpack * part) = { try_info, try_function,
								     try_usdt, try_stack,
								     try_places };
	struct bpfhost_unpack part = { 0 };

	if (!size)
		return 0;
	part.at = (const char *)data + 1;
	part.end = (const char *)data + size;
	all[*data % (sizeof(all) / sizeof(all[0]))](&part);
	return 0;
}
