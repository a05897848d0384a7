/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A function's description as bytes, for <bpfhost/reader.h>. */
#include "pack.h"

#include <errno.h>
#include <stdlib.h>

#include "private.h"

#define PACK_TEXT_MAX  4096U /* bytes of a name, of a type too */
#define PACK_LABEL_MIN 16U   /* bytes that a label takes at least */
#define PACK_VALUE_MIN 64U

/* ---- there ---------------------------------------------------------------------------------------- */

static void pack_value(struct bpfhost_pack *pack, const struct bpfhost_dwarf_value *value)
{
	bpfhost_pack_text(pack, value->name);
	bpfhost_pack_text(pack, value->type_name);
	bpfhost_pack_number(pack, value->type.kind);
	bpfhost_pack_number(pack, value->type.size);
	bpfhost_pack_number(pack, value->size);
	bpfhost_pack_argument(pack, &value->argument);
	bpfhost_pack_text(pack, value->reason);
	bpfhost_pack_number(pack, value->position);
	bpfhost_pack_number(pack, value->is_artificial);
	bpfhost_pack_number(pack, value->enumerator_count);
	for (uint32_t i = 0; i < value->enumerator_count; i++) {
		bpfhost_pack_text(pack, value->enumerators[i].name);
		bpfhost_pack_number(pack, (uint64_t)value->enumerators[i].value);
	}
}

static void pack_function(struct bpfhost_pack *pack, const struct bpfhost_dwarf_function *function)
{
	bpfhost_pack_text(pack, function->name);
	bpfhost_pack_number(pack, function->is_variadic);
	bpfhost_pack_number(pack, function->is_cut);
	pack_value(pack, &function->returns);
	bpfhost_pack_number(pack, function->parameter_count);
	for (uint32_t i = 0; i < function->parameter_count; i++)
		pack_value(pack, &function->parameters[i]);
}

/* The question: name and address, and for a chain that. */
static int pack_ask(struct bpfhost_read *read, struct bpfhost_unpack *question,
		    struct bpfhost_pack *answer, struct bpfhost_error *err)
{
	struct bpfhost_dwarf *dwarf = bpfhost_read_dwarf(read);
	struct bpfhost_dwarf_function *function = NULL;
	struct bpfhost_dwarf_value value;
	const char *name = bpfhost_unpack_some_text(question, SIZE_MAX - 1);
	uint64_t address = bpfhost_unpack_number(question, UINT64_MAX);
	const char *chain = bpfhost_unpack_text(question, SIZE_MAX - 1);
	int ret = dwarf && name ? bpfhost_dwarf_function(dwarf, name, address, &function, err)
				: -ENOENT;

	if (!ret && chain)
		ret = bpfhost_dwarf_chain(dwarf, function, chain, &value, err);
	if (!ret && chain)
		pack_value(answer, &value);
	else if (!ret)
		pack_function(answer, function);
	bpfhost_dwarf_function_free(function);
	return ret;
}

/* ---- here ----------------------------------------------------------------------------------------- */

struct unpack {
	struct dw_function *function; /* what everything belongs to */
	struct bpfhost_unpack *from;
};

static const char *unpack_text(const struct unpack *unpack, bool may_be_missing)
{
	const char *text = may_be_missing ? bpfhost_unpack_text(unpack->from, PACK_TEXT_MAX)
					  : bpfhost_unpack_some_text(unpack->from, PACK_TEXT_MAX);

	return text ? dw_keep_text(unpack->function, text) : NULL;
}

static int unpack_labels(const struct unpack *unpack, struct bpfhost_dwarf_value *value)
{
	size_t count =
		bpfhost_unpack_count(unpack->from, BPFHOST_DWARF_ENUMERATORS_MAX, PACK_LABEL_MIN);
	struct bpfhost_label *labels;

	if (!count)
		return 0;
	labels = dw_keep(unpack->function, count * sizeof(*labels));
	if (!labels)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		labels[i].name = unpack_text(unpack, false);
		labels[i].value = (int64_t)bpfhost_unpack_number(unpack->from, UINT64_MAX);
		if (!labels[i].name)
			return unpack->from->is_bad ? 0 : -ENOMEM;
	}
	value->enumerators = labels;
	value->enumerator_count = (uint32_t)count;
	return 0;
}

static int unpack_value(const struct unpack *unpack, struct bpfhost_dwarf_value *value)
{
	struct bpfhost_unpack *from = unpack->from;

	value->name = unpack_text(unpack, false);
	value->type_name = unpack_text(unpack, false);
	value->type.kind =
		(enum bpfhost_probe_type_kind)bpfhost_unpack_number(from, BPFHOST_PROBE_TYPE_VOID);
	value->type.size = (uint32_t)bpfhost_unpack_number(from, BPFHOST_PROBE_SIZE_MAX);
	value->size = (uint32_t)bpfhost_unpack_number(from, UINT32_MAX);
	bpfhost_unpack_argument(from, &value->argument);
	value->reason = unpack_text(unpack, true);
	value->position = (uint8_t)bpfhost_unpack_number(from, BPFHOST_DWARF_NO_POSITION);
	value->is_artificial = bpfhost_unpack_number(from, 1);
	if (!value->name || !value->type_name)
		return from->is_bad ? 0 : -ENOMEM;
	return unpack_labels(unpack, value);
}

static int unpack_function(const struct unpack *unpack)
{
	struct bpfhost_dwarf_function *shown = &unpack->function->shown;
	size_t count;
	int ret;

	shown->name = unpack_text(unpack, true);
	shown->is_variadic = bpfhost_unpack_number(unpack->from, 1);
	shown->is_cut = bpfhost_unpack_number(unpack->from, 1);
	ret = unpack_value(unpack, &shown->returns);
	count = bpfhost_unpack_count(unpack->from, BPFHOST_PROBE_PARAM_MAX, PACK_VALUE_MIN);
	for (size_t i = 0; i < count && !ret; i++)
		ret = unpack_value(unpack, &unpack->function->values[i]);
	shown->parameters = unpack->function->values;
	shown->parameter_count = (uint32_t)count;
	return ret;
}

int dw_unpack_function(struct bpfhost_unpack *from, struct bpfhost_dwarf_function **ret_function)
{
	struct unpack unpack = { .from = from, .function = calloc(1, sizeof(struct dw_function)) };
	int ret = unpack.function ? unpack_function(&unpack) : -ENOMEM;

	if (!ret && !from->is_bad) {
		*ret_function = &unpack.function->shown;
		return 0;
	}
	if (unpack.function)
		bpfhost_dwarf_function_free(&unpack.function->shown);
	return ret;
}

int dw_unpack_value(struct bpfhost_unpack *from, struct bpfhost_dwarf_function *function,
		    struct bpfhost_dwarf_value *ret_value)
{
	struct unpack unpack = { .from = from, .function = (struct dw_function *)function };
	struct bpfhost_dwarf_value value = { 0 };
	int ret = unpack_value(&unpack, &value);

	if (!ret && !from->is_bad)
		*ret_value = value;
	return ret;
}

/* ---- asking --------------------------------------------------------------------------------------- */

struct ask {
	struct bpfhost_dwarf_function *function;
	struct bpfhost_dwarf_value *value;
	bool was_answered;
};

static int ask_take(void *ctx, struct bpfhost_unpack *part)
{
	struct ask *ask = ctx;
	int ret;

	part->is_bad |= ask->was_answered;
	if (part->is_bad)
		return 0;
	ret = ask->value ? dw_unpack_value(part, ask->function, ask->value)
			 : dw_unpack_function(part, &ask->function);
	ask->was_answered = !ret && !part->is_bad;
	return ret;
}

static int ask(struct bpfhost_file *file, const char *name, uint64_t address, const char *chain,
	       struct ask *asked, struct bpfhost_error *err)
{
	struct bpfhost_pack question = { 0 };
	int ret;

	bpfhost_pack_text(&question, name);
	bpfhost_pack_number(&question, address);
	bpfhost_pack_text(&question, chain);
	ret = bpfhost_file_ask(file, pack_ask, &question, ask_take, asked, err);
	bpfhost_pack_free(&question);
	return ret || asked->was_answered ? ret : -ENOENT;
}

int bpfhost_file_function(struct bpfhost_file *file, const char *name, uint64_t address,
			  struct bpfhost_dwarf_function **ret_function, struct bpfhost_error *err)
{
	struct ask asked = { 0 };
	int ret = ask(file, name, address, NULL, &asked, err);

	if (ret && asked.was_answered)
		bpfhost_dwarf_function_free(asked.function);
	else if (!ret)
		*ret_function = asked.function;
	return ret;
}

int bpfhost_file_chain(struct bpfhost_file *file, const char *name, uint64_t address,
		       struct bpfhost_dwarf_function *function, const char *chain,
		       struct bpfhost_dwarf_value *ret_value, struct bpfhost_error *err)
{
	struct ask asked = { .function = function, .value = ret_value };

	return ask(file, name, address, chain, &asked, err);
}
