/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "fields.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpfhost/nearest.h>

/* What is known of the function that a probe is on; function NULL: nothing. */
struct fields_source {
	struct bpfhost_file *file;
	const struct uprobe_place *place;
	struct bpfhost_dwarf_function *function;
	bool by_name;      /* the debug information knows all names that the probe has */
	uint32_t position; /* of the next parameter that has none of its own */
};

static bool fields_is_float(struct bpfhost_probe_type type)
{
	return type.kind == BPFHOST_PROBE_TYPE_F32 || type.kind == BPFHOST_PROBE_TYPE_F64;
}

static bool fields_is_typed(struct bpfhost_probe_type type)
{
	return type.kind != BPFHOST_PROBE_TYPE_NONE;
}

/* ---- as the debug information says ------------------------------------------------------------- */

static const struct bpfhost_dwarf_value *fields_find(const struct bpfhost_dwarf_function *function,
						     const char *name, size_t length)
{
	for (uint32_t i = 0; function && i < function->parameter_count; i++)
		if (strlen(function->parameters[i].name) == length &&
		    !strncmp(function->parameters[i].name, name, length))
			return &function->parameters[i];
	return NULL;
}

static size_t fields_name_length(const struct bpfhost_probe_param *param)
{
	return param->has_chain ? (size_t)(strstr(param->name, "->") - param->name)
				: strlen(param->name);
}

static bool fields_is_known(const struct fields_source *source,
			    const struct bpfhost_probe_param *param)
{
	return fields_find(source->function, param->name, fields_name_length(param)) != NULL;
}

static int fields_misspelt(const struct bpfhost_dwarf_function *function,
			   const struct bpfhost_probe_param *param, struct bpfhost_error *err)
{
	const char *names[BPFHOST_PROBE_PARAM_MAX], *near;
	uint32_t n = 0;

	for (; n < function->parameter_count && n < BPFHOST_PROBE_PARAM_MAX; n++)
		names[n] = function->parameters[n].name;
	near = bpfhost_nearest(param->name, names, n);
	bpfhost_error_set(err, param->text_offset,
			  "the function has no parameter \"%.64s\"; %s%s%s", param->name,
			  near ? "did you mean \"" : "write all with their types",
			  near ? near : " to have them by position", near ? "\"?" : "");
	return -EINVAL;
}

/*
 * By name where all are known, by position where they are somebody's own names. Types say that these are
 * meant; without one a name was misspelt, and what would be shown under it is another parameter.
 */
static int fields_choose(struct fields_source *source, const struct bpfhost_probe *probe,
			 struct bpfhost_error *err)
{
	const struct bpfhost_probe_param *untyped = NULL;
	uint32_t unknown = 0;

	for (uint32_t i = 0; i < probe->param_count && source->function; i++) {
		const struct bpfhost_probe_param *param = &probe->params[i];

		if (param->has_offset)
			continue;
		if (fields_is_known(source, param))
			continue;
		unknown++;
		if (!fields_is_typed(param->type) && !param->has_chain)
			untyped = param;
	}
	source->by_name = source->function && !unknown;
	return untyped ? fields_misspelt(source->function, untyped, err) : 0;
}

static void fields_from_value(const struct bpfhost_dwarf_value *value,
			      struct bpfhost_argument_field *field)
{
	field->argument = value->argument;
	field->type = value->type;
	field->labels = value->enumerators;
	field->nlabels = value->enumerator_count;
}

static int fields_chain(const struct fields_source *source, const char *chain,
			struct bpfhost_dwarf_value *ret_end, struct bpfhost_error *err)
{
	return bpfhost_file_chain(source->file, source->place->name, source->place->address,
				  source->function, chain, ret_end, err);
}

static int fields_known(const struct fields_source *source, const struct bpfhost_probe_param *param,
			struct bpfhost_argument_field *field, struct bpfhost_error *err)
{
	const struct bpfhost_dwarf_value *value =
		fields_find(source->function, param->name, fields_name_length(param));
	struct bpfhost_dwarf_value end;
	int ret;

	if (param->has_chain) {
		ret = fields_chain(source, param->name, &end, err);
		if (ret)
			return ret;
		value = &end;
	}
	if (value->argument.place == BPFHOST_ARGUMENT_UNKNOWN) {
		bpfhost_error_set(err, param->text_offset, "%s %s", param->name,
				  value->reason ? value->reason : "cannot be read");
		return -EINVAL;
	}
	fields_from_value(value, field);
	if (fields_is_typed(param->type)) {
		field->type = param->type;
		field->nlabels = 0;
	}
	return 0;
}

/* All parameters that can be read and shown. */
static void fields_all(const struct fields_source *source, struct uprobe_fields *fields)
{
	const struct bpfhost_dwarf_function *function = source->function;

	for (uint32_t i = 0; i < function->parameter_count; i++) {
		const struct bpfhost_dwarf_value *value = &function->parameters[i];
		struct bpfhost_argument_field *field = &fields->items[fields->count];

		if (value->argument.place == BPFHOST_ARGUMENT_UNKNOWN ||
		    !fields_is_typed(value->type) || fields->count == BPFHOST_ARGUMENTS_MAX)
			continue;
		field->name = value->name;
		fields_from_value(value, field);
		fields->count++;
	}
}

/* ---- as the probe says -------------------------------------------------------------------------- */

static int fields_unknown_chain(const struct fields_source *source,
				const struct bpfhost_probe_param *param, struct bpfhost_error *err)
{
	struct bpfhost_dwarf_value ignored;

	if (source->function)
		return fields_chain(source, param->name, &ignored, err) ?: -EINVAL;
	bpfhost_error_set(
		err, param->text_offset,
		"%s: what lies behind a parameter is known from debug information only, and "
		"there is none of this function",
		param->name);
	return -EINVAL;
}

/*
 * "query->8->0": the argument is a pointer, 8 bytes behind it lies another, and what is wanted lies where
 * that leads. It is shown as "query". 0, or -ENOENT: some step is a name.
 */
static int fields_offsets(const struct bpfhost_probe_param *param, struct uprobe_fields *fields,
			  uint32_t index, struct bpfhost_argument *argument)
{
	const char *at = param->name;
	char *end;

	while ((at = strstr(at, "->"))) {
		unsigned long offset = strtoul(at + 2, &end, 0);

		if (end == at + 2 || (*end && *end != '-') || offset > INT32_MAX ||
		    argument->hops == BPFHOST_ARGUMENT_HOPS)
			return -ENOENT;
		argument->hop[argument->hops++] = (int32_t)offset;
		at = end;
	}
	snprintf(fields->names[index], UPROBE_FIELD_NAME_SIZE, "%.*s",
		 (int)fields_name_length(param), param->name);
	fields->items[index].name = fields->names[index];
	return 0;
}

static int fields_by_position(struct fields_source *source, const struct bpfhost_probe_param *param,
			      struct uprobe_fields *fields, uint32_t index,
			      struct bpfhost_error *err)
{
	struct bpfhost_argument_field *field = &fields->items[index];

	field->argument = bpfhost_argument_position(source->position++);
	field->type = param->type;
	if (param->has_chain)
		return fields_offsets(param, fields, index, &field->argument)
			       ? fields_unknown_chain(source, param, err)
			       : 0;
	if (fields_is_float(param->type)) {
		bpfhost_error_set(err, param->text_offset,
				  "%s: floating-point numbers are passed in registers that BPF "
				  "programs cannot read; leave it out, it takes no place among the "
				  "others",
				  param->name);
		return -EINVAL;
	}
	return 0;
}

static int fields_param(struct fields_source *source, const struct bpfhost_probe_param *param,
			struct uprobe_fields *fields, uint32_t index, struct bpfhost_error *err)
{
	struct bpfhost_argument_field *field = &fields->items[index];

	field->name = param->name;
	if (param->has_offset) {
		field->argument = bpfhost_argument_on_stack(param->offset);
		field->type = param->type;
		return 0;
	}
	return source->by_name ? fields_known(source, param, field, err)
			       : fields_by_position(source, param, fields, index, err);
}

static int fields_returned(const struct bpfhost_probe *probe, struct uprobe_fields *fields,
			   struct bpfhost_error *err)
{
	fields->has_return = fields_is_typed(probe->returns);
	fields->ret_type = probe->returns;
	fields->returned = bpfhost_argument_result();
	if (!fields_is_float(probe->returns))
		return 0;
	bpfhost_error_set(err, 0,
			  "floating-point numbers are returned in a register that BPF programs "
			  "cannot read; write \"-> void\" for the latency alone");
	return -EINVAL;
}

static int fields_named(struct fields_source *source, const struct bpfhost_probe *probe,
			struct uprobe_fields *fields, struct bpfhost_error *err)
{
	int ret;

	if (probe->param_count > BPFHOST_ARGUMENTS_MAX) {
		bpfhost_error_set(err, 0, "more than %d parameters", BPFHOST_ARGUMENTS_MAX);
		return -E2BIG;
	}
	ret = fields_choose(source, probe, err);
	for (uint32_t i = 0; i < probe->param_count && !ret; i++)
		ret = fields_param(source, &probe->params[i], fields, fields->count++, err);
	return ret;
}

int uprobe_fields_make(struct uprobe_debugs *debugs, struct bpfhost_file *file,
		       const struct uprobe_place *place, const struct bpfhost_probe *probe,
		       struct uprobe_fields *ret_fields, struct bpfhost_error *err)
{
	struct fields_source source = { .file = file, .place = place };
	int ret = 0;

	*ret_fields = (struct uprobe_fields){ 0 };
	if (place && place->name && !place->inside)
		ret = uprobe_debugs_function(debugs, file, place->name, place->address,
					     &source.function, err);
	if (ret && ret != -ENOENT)
		return ret;
	if (probe->has_params)
		ret = fields_named(&source, probe, ret_fields, err);
	else
		ret = 0;
	if (!probe->has_params && source.function)
		fields_all(&source, ret_fields);
	return ret ? ret : fields_returned(probe, ret_fields, err);
}
