/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "fields.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static bool fields_is_pointer(enum bpfhost_probe_type_kind kind)
{
	return kind == BPFHOST_PROBE_TYPE_STR || kind == BPFHOST_PROBE_TYPE_BYTES ||
	       kind == BPFHOST_PROBE_TYPE_IPV6 || kind == BPFHOST_PROBE_TYPE_MAC ||
	       kind == BPFHOST_PROBE_TYPE_SOCKADDR;
}

static bool fields_is_float(enum bpfhost_probe_type_kind kind)
{
	return kind == BPFHOST_PROBE_TYPE_F32 || kind == BPFHOST_PROBE_TYPE_F64;
}

int usdt_fields_check(const struct bpfhost_probe *probe, struct bpfhost_error *err)
{
	if (probe->returns.kind != BPFHOST_PROBE_TYPE_NONE) {
		bpfhost_error_set(err, 0,
				  "a static probe is one place and has no result; leave out the "
				  "\"->\"");
		return -EINVAL;
	}
	for (uint32_t i = 0; i < probe->param_count; i++) {
		const struct bpfhost_probe_param *param = &probe->params[i];

		if (!param->has_offset && !param->has_chain)
			continue;
		bpfhost_error_set(err, param->text_offset,
				  "%s: the arguments of a static probe have no places and members "
				  "of their own; write name or name: type",
				  param->name);
		return -EINVAL;
	}
	return 0;
}

/* ---- one field ------------------------------------------------------------------------------------ */

static void fields_name(struct usdt_fields *fields, uint32_t index, const char *name)
{
	if (!name)
		snprintf(fields->names[index], USDT_FIELD_NAME_MAX, "arg%u", index);
	fields->items[index].name = name ?: fields->names[index];
}

/* What the argument itself says. */
static void fields_untyped(struct usdt_fields *fields, uint32_t index,
			   const struct usdt_column *column)
{
	struct bpfhost_argument_field *field = &fields->items[index];

	field->type = (struct bpfhost_probe_type){ 0 };
	if (column->is_float)
		field->type.kind =
			column->shown.size == 4 ? BPFHOST_PROBE_TYPE_F32 : BPFHOST_PROBE_TYPE_F64;
	fields->labelled[index] = column->unreadable && (!column->is_float || !column->nreadable);
	if (!fields->labelled[index])
		return;
	field->labels = column->labels;
	field->nlabels = column->nlabels;
	field->argument.size = 8;
	field->argument.flags |= BPFHOST_ARGUMENT_SIGNED;
}

static void fields_add(struct usdt_fields *fields, const struct usdt_column *column,
		       const char *name, struct bpfhost_probe_type type)
{
	uint32_t index = fields->count++;
	struct bpfhost_argument_field *field = &fields->items[index];

	fields_name(fields, index, name);
	field->argument = column->shown;
	field->type = type;
	/* A type does not help where there is nothing to read. */
	if (type.kind == BPFHOST_PROBE_TYPE_NONE || !column->nreadable)
		fields_untyped(fields, index, column);
}

/* ---- all ------------------------------------------------------------------------------------------ */

int usdt_fields_by_user(const struct bpfhost_probe *probe, const struct usdt_places *places,
			struct usdt_fields *ret_fields, struct bpfhost_error *err)
{
	memset(ret_fields, 0, sizeof(*ret_fields));
	if (probe->param_count > places->ncolumns) {
		bpfhost_error_set(err, 0, "it has %u argument%s, and %u are named",
				  places->ncolumns, places->ncolumns == 1 ? "" : "s",
				  probe->param_count);
		return -EINVAL;
	}
	for (uint32_t i = 0; i < probe->param_count; i++)
		fields_add(ret_fields, &places->columns[i], probe->params[i].name,
			   probe->params[i].type);
	return 0;
}

/* A catalogue speaks of other builds too: where its type does not fit, it is left out. */
static struct bpfhost_probe_type fields_fitting(struct bpfhost_probe_type type,
						const struct usdt_column *column)
{
	const struct bpfhost_probe_type none = { 0 };

	if (fields_is_pointer(type.kind) && (column->shown.size != 8 || column->is_float))
		return none;
	if (fields_is_float(type.kind) && column->shown.size != bpfhost_probe_type_size(type))
		return none;
	return type;
}

/* The programs take along what lies behind eight pointers at most. */
static void fields_add_texts(struct usdt_fields *fields, const struct usdt_places *places)
{
	uint32_t extras = 0;

	for (uint32_t i = 0; i < fields->count; i++)
		extras += fields_is_pointer(fields->items[i].type.kind);
	for (uint32_t i = 0; i < fields->count && extras < BPFHOST_ARGUMENT_EXTRAS; i++) {
		struct bpfhost_argument_field *field = &fields->items[i];

		field->maybe_text = places->columns[i].is_pointer && !fields->labelled[i] &&
				    field->type.kind == BPFHOST_PROBE_TYPE_NONE;
		extras += field->maybe_text;
	}
}

void usdt_fields_by_catalogue(const struct bpfhost_probe *line, const struct usdt_places *places,
			      struct usdt_fields *ret_fields)
{
	memset(ret_fields, 0, sizeof(*ret_fields));
	for (uint32_t i = 0; i < places->ncolumns; i++) {
		const struct usdt_column *column = &places->columns[i];
		struct bpfhost_probe_type type = { 0 };
		const char *name = NULL;

		if (line && i < line->param_count) {
			name = line->params[i].name;
			type = fields_fitting(line->params[i].type, column);
		}
		fields_add(ret_fields, column, name, type);
	}
	fields_add_texts(ret_fields, places);
}
