/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* `if EXPR`: what its names mean in one event, and where the kernel finds them. */
#include <errno.h>
#include <string.h>

#include <bpfhost/condition_compile.h>
#include <bpfhost/kind.h>

#include "field.h"
#include "target.h"

/* A slot is an index into the format's fields, or behind them into the probe's parameters. */
struct condition_names {
	const struct bpfhost_probe *probe;
	const struct format *format;
	struct tracepoint_context context;
};

static const struct bpfhost_probe_param *condition_param(const struct condition_names *names,
							 const char *name, uint32_t *ret_index)
{
	for (uint32_t i = 0; i < names->probe->param_count; i++) {
		if (strcmp(names->probe->params[i].name, name) != 0)
			continue;
		*ret_index = i;
		return &names->probe->params[i];
	}
	return NULL;
}

/* The field behind a slot, typed as the probe says where it does. */
static int condition_field(const struct condition_names *names, uint32_t slot,
			   struct tracepoint_field *ret_field)
{
	struct bpfhost_probe_type type = { 0 };
	const struct bpfhost_probe_param *param;
	struct bpfhost_error ignored;
	uint32_t index;

	if (slot >= names->format->field_count)
		return tracepoint_field_by_hand(
			&names->probe->params[slot - names->format->field_count], ret_field,
			&ignored);
	param = condition_param(names, names->format->fields[slot].name, &index);
	if (param && !param->has_offset)
		type = param->type;
	return tracepoint_field_make(&names->context, &names->format->fields[slot], type, ret_field,
				     &ignored);
}

static int condition_slot(const struct condition_names *names, const char *name, uint32_t *ret_slot)
{
	const struct bpfhost_probe_param *param;
	uint32_t index;

	param = condition_param(names, name, &index);
	if (param && param->has_offset) {
		*ret_slot = (uint32_t)names->format->field_count + index;
		return 0;
	}
	for (uint32_t i = 0; i < names->format->field_count; i++) {
		if (names->format->fields[i].is_common ||
		    strcmp(names->format->fields[i].name, name) != 0)
			continue;
		*ret_slot = i;
		return 0;
	}
	return -ENOENT;
}

static int condition_resolve(void *ctx, const char *name, struct bpfhost_operand *ret_operand)
{
	const struct condition_names *names = ctx;
	struct tracepoint_field field;
	uint32_t slot;
	int err = condition_slot(names, name, &slot);

	if (!err)
		err = condition_field(names, slot, &field);
	if (err)
		return err;
	*ret_operand =
		(struct bpfhost_operand){ .kind = bpfhost_kind_operand(field.kind, field.is_signed),
					  .slot = slot };
	return 0;
}

static bool condition_is_errno(const struct condition_names *names, const char *name)
{
	struct tracepoint_field field;
	uint32_t slot;

	return !condition_slot(names, name, &slot) && !condition_field(names, slot, &field) &&
	       field.kind == BPFHOST_ERRNO;
}

static int condition_enumerator(void *ctx, const char *field, const char *name,
				struct bpfhost_operand *ret_operand)
{
	const struct condition_names *names = ctx;
	const struct format_field *from = format_find(names->format, field);

	if (condition_is_errno(names, field))
		return bpfhost_expr_errno(name, ret_operand);
	for (size_t i = 0; from && i < from->labels.count; i++) {
		if (strcmp(from->labels.items[i].text, name) != 0)
			continue;
		*ret_operand = (struct bpfhost_operand){
			.kind = BPFHOST_OPERAND_ENUMERATOR,
			.value = from->labels.items[i].value,
			.is_signed = from->value_signed,
		};
		return 0;
	}
	return -ENOENT;
}

static const char *condition_candidate(void *ctx, const char *field, uint32_t index)
{
	const struct condition_names *names = ctx;
	const struct format_field *from = field ? format_find(names->format, field) : NULL;

	if (field)
		return from && index < from->labels.count ? from->labels.items[index].text : NULL;
	for (uint32_t i = 0; i < names->format->field_count; i++)
		if (!names->format->fields[i].is_common && !index--)
			return names->format->fields[i].name;
	return NULL;
}

static int condition_place_string(const struct tracepoint_field *field, struct bpfhost_load *load)
{
	switch (field->extra) {
	case 0:
		load->kind = BPFHOST_LOAD_CHARS;
		load->size = (uint16_t)field->size;
		return 0;
	case TRACEPOINT_DATA_LOC_STR:
		load->kind = BPFHOST_LOAD_DATA_LOC;
		return 0;
	case TRACEPOINT_REL_LOC_STR:
		load->kind = BPFHOST_LOAD_REL_LOC;
		return 0;
	case TRACEPOINT_USER_STR:
		load->kind = BPFHOST_LOAD_USER_STR;
		return 0;
	default:
		load->kind = BPFHOST_LOAD_KERNEL_STR;
		return 0;
	}
}

static int condition_place_number(const struct tracepoint_field *field, struct bpfhost_load *load)
{
	bool whole = field->size == 1 || field->size == 2 || field->size == 4 || field->size == 8;

	if (field->extra || field->count != 1 || !whole)
		return -ENOTSUP;
	load->kind = field->is_signed ? BPFHOST_LOAD_INT : BPFHOST_LOAD_UINT;
	load->size = (uint16_t)field->size;
	return 0;
}

static int condition_place(void *ctx, uint32_t slot, struct bpfhost_load *ret_load)
{
	struct bpfhost_load load = { 0 };
	struct tracepoint_field field;
	int err = condition_field(ctx, slot, &field);

	if (err)
		return err;
	load.offset = field.source;
	switch (field.kind) {
	case BPFHOST_STRING:
		err = condition_place_string(&field, &load);
		break;
	case BPFHOST_IPV4:
		load.kind = BPFHOST_LOAD_IPV4;
		break;
	case BPFHOST_IPV6:
		load.kind = BPFHOST_LOAD_IPV6;
		break;
	default:
		err = condition_place_number(&field, &load);
	}
	if (!err)
		*ret_load = load;
	return err;
}

int tracepoint_condition_make(const struct bpfhost_probe *probe, const struct format *format,
			      const char *category, struct bpfhost_condition *ret_condition,
			      struct bpfhost_error *err)
{
	static const struct bpfhost_resolver resolver = {
		.field = condition_resolve,
		.enumerator = condition_enumerator,
		.candidate = condition_candidate,
	};
	struct condition_names names = {
		.probe = probe,
		.format = format,
		.context = { category, format->name, 256 },
	};
	int ret = bpfhost_expr_bind(probe->expr, &resolver, &names, err);

	if (ret == -ENOENT && !strstr(err->text, "did you mean"))
		strncat(err->text,
			" (of the header's names, pid and the like, only --filter knows)",
			sizeof(err->text) - strlen(err->text) - 1);
	return ret ? ret
		   : bpfhost_condition_compile(probe->expr, condition_place, &names, ret_condition,
					       err);
}
