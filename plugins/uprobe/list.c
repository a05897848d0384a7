/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* `bpfhost probes uprobe TARGET [GLOB] [-v]`: functions of a file, and with -v where each lies. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpfhost/sdk.h>

#include "place.h"
#include "uprobe.h"

/* In the process that reads the file. */
struct describe {
	struct bpfhost_read *read;
	struct bpfhost_dwarf *dwarf; /* NULL: there is none, or nobody asks */
	struct bpfhost_pack *answer;
	bool verbose;
};

/* ---- there: what one function is like ------------------------------------------------------------- */

static const char *list_step(uint8_t step)
{
	switch (step) {
	case BPFHOST_STEP_EMULATED:
		return "emulated: cheap";
	case BPFHOST_STEP_SINGLE:
		return "single-stepped: dear";
	default:
		return "takes no probe";
	}
}

static void list_instruction(FILE *out, const struct bpfhost_elf *elf,
			     const struct bpfhost_symbol *symbol)
{
	struct bpfhost_instruction instruction;
	uint64_t offset = symbol->offset;

	while (!uprobe_place_look(elf, offset, &instruction) &&
	       uprobe_place_may_move(elf, symbol->offset, symbol->size, offset, &instruction)) {
		fprintf(out, "    %s, passed over\n", instruction.text);
		offset += instruction.length;
	}
	if (!uprobe_place_look(elf, offset, &instruction))
		fprintf(out, "    at offset 0x%" PRIx64 ": %s%s%s\n", offset, instruction.text,
			*instruction.text ? ", " : "", list_step(instruction.step));
}

static void list_parameters(FILE *out, struct bpfhost_dwarf *dwarf,
			    const struct bpfhost_symbol *symbol)
{
	struct bpfhost_dwarf_function *function;

	if (!dwarf || bpfhost_dwarf_function(dwarf, symbol->name, symbol->address, &function, NULL))
		return;
	for (uint32_t i = 0; i < function->parameter_count; i++) {
		const struct bpfhost_dwarf_value *value = &function->parameters[i];

		fprintf(out, "    %s: %s%s%s\n", value->name, value->type_name,
			value->reason ? ", which " : "", value->reason ? value->reason : "");
	}
	if (function->parameter_count == 0)
		fprintf(out, "    no parameters\n");
	fprintf(out, "    returns %s\n", function->returns.type_name);
	bpfhost_dwarf_function_free(function);
}

static char *list_describe(const struct describe *describe, const struct bpfhost_symbol *symbol)
{
	char *text = NULL, *readable = bpfhost_demangle(symbol->name);
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (out) {
		if (readable)
			fprintf(out, "    %s\n", readable);
		fprintf(out, "    address 0x%" PRIx64 " size %" PRIu64 "%s%s%s%s\n",
			symbol->address, symbol->size, symbol->version ? " version " : "",
			symbol->version ? symbol->version : "", symbol->is_local ? " local" : "",
			symbol->kind == BPFHOST_SYMBOL_IFUNC
				? " (IFUNC: chosen when the program starts)"
				: "");
		list_parameters(out, describe->dwarf, symbol);
		list_instruction(out, describe->read->elf, symbol);
		fclose(out);
	}
	free(readable);
	return text;
}

static int list_pack(void *ctx, const struct bpfhost_symbol *symbol)
{
	const struct describe *describe = ctx;
	char *detail = describe->verbose ? list_describe(describe, symbol) : NULL;

	bpfhost_pack_text(describe->answer, symbol->name);
	bpfhost_pack_text(describe->answer, detail);
	bpfhost_pack_part(describe->answer);
	free(detail);
	return describe->answer->failed ? -ENOMEM : 0;
}

static int list_answer(struct bpfhost_read *read, struct bpfhost_unpack *question,
		       struct bpfhost_pack *answer, struct bpfhost_error *err)
{
	struct describe describe = { .read = read, .answer = answer };
	const char *pattern = bpfhost_unpack_some_text(question, BPFHOST_PROBE_TEXT_MAX);
	bool literal = bpfhost_unpack_number(question, 1);
	struct bpfhost_symbols *symbols;
	int ret = bpfhost_read_symbols(read, &symbols, err);

	describe.verbose = bpfhost_unpack_number(question, 1);
	/* Behind the symbols, with which a separate debug file is found. */
	if (!ret && describe.verbose)
		describe.dwarf = bpfhost_read_dwarf(read);
	if (!ret)
		ret = bpfhost_symbols_match(symbols, pattern, literal, list_pack, &describe);
	return ret < 0 ? ret : 0;
}

/* ---- here: which ---------------------------------------------------------------------------------- */

#define LIST_TEXT_MAX (1U << 20)

struct list {
	struct bpfhost_instance *self;
	struct bpfhost_file *file;
	const char *target;
	int verbose;
	void (*found)(void *ctx, const char *probe, const char *detail);
	void *ctx;
};

static int list_take(void *ctx, struct bpfhost_unpack *part)
{
	const struct list *list = ctx;

	while (part->at < part->end) {
		const char *name = bpfhost_unpack_some_text(part, LIST_TEXT_MAX);
		const char *detail = bpfhost_unpack_text(part, LIST_TEXT_MAX);
		char *probe;

		if (part->is_bad)
			return 0;
		if (asprintf(&probe, "%s:%s", list->target, name) < 0)
			return -ENOMEM;
		list->found(list->ctx, probe, detail);
		free(probe);
	}
	return 0;
}

static int list_of_file(struct list *list, const struct bpfhost_probe_part *function)
{
	struct bpfhost_pack question = { 0 };
	struct bpfhost_error why = { 0 };
	int ret;

	bpfhost_pack_text(&question, function ? function->text : "*");
	bpfhost_pack_number(&question, function && function->quoted);
	bpfhost_pack_number(&question, list->verbose != 0);
	ret = bpfhost_file_ask(list->file, list_answer, &question, list_take, list, &why);
	bpfhost_pack_free(&question);
	return ret ? bpfhost_fail(list->self, ret, "%s", why.text[0] ? why.text : strerror(-ret))
		   : 0;
}

static int list_parsed(struct list *list, const struct bpfhost_probe *probe)
{
	char target[BPFHOST_PROBE_TEXT_MAX + 1];
	struct bpfhost_files files = { 0 };
	struct bpfhost_error why = { 0 };
	uint32_t parts = bpfhost_target_parts(probe, target, sizeof(target)), pid;
	int ret;

	if (!parts || probe->part_count > parts + 1)
		return bpfhost_fail(list->self, -EINVAL,
				    "a target and a glob are wanted, as in: "
				    "bpfhost probes uprobe libc 'get*'");
	list->target = target;
	ret = bpfhost_files_get(&files, target, 0, &list->file, &pid, &why);
	if (ret)
		bpfhost_fail(list->self, ret, "%s", why.text);
	else
		ret = list_of_file(list, probe->part_count > parts ? &probe->parts[parts] : NULL);
	bpfhost_files_free(&files);
	return ret;
}

/* "ns::*": as a glob it is written "ns??*" in a probe, where colons part what it is made of. */
static void list_free_colons(char *glob)
{
	for (char *at = glob; (at = strstr(at, "::"));)
		memcpy(at, "??", 2);
}

static int list_parse(struct bpfhost_instance *self, const char *glob,
		      struct bpfhost_probe **ret_probe)
{
	struct bpfhost_error why = { 0 };
	char *text = strdup(glob);
	int ret = -ENOMEM;

	if (text && !strchr(text, '"'))
		list_free_colons(text);
	if (text)
		ret = bpfhost_probe_parse(text, ret_probe, &why);
	free(text);
	return ret ? bpfhost_fail(self, ret, "\"%s\": %s", glob, why.text) : 0;
}

static int list_all(struct bpfhost_instance *self, const char *glob, int verbose,
		    void (*found)(void *ctx, const char *probe, const char *detail), void *ctx)
{
	struct list list = { .self = self, .verbose = verbose, .found = found, .ctx = ctx };
	struct bpfhost_probe *probe = NULL;
	int ret;

	if (!glob)
		return bpfhost_fail(self, -EINVAL,
				    "functions of which file? bpfhost probes uprobe libc 'get*'");
	ret = list_parse(self, glob, &probe);
	if (ret)
		return ret;
	ret = list_parsed(&list, probe);
	bpfhost_probe_free(probe);
	return ret;
}

const struct bpfhost_ext_probes uprobe_ext_probes = {
	.size = sizeof(struct bpfhost_ext_probes),
	.list = list_all,
};
