/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* From the format of one event and a probe to the layout of its record. */
#include "target.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpfhost/nearest.h>

#include "field.h"

/* Fields that every format has, which say nothing about the event. */
#define TARGET_SYSCALL_NUMBER "__syscall_nr"
/* The kernel's own bound for one record of a tracepoint (PERF_MAX_TRACE_SIZE). */
#define TARGET_PIECE_MAX   8192
#define TARGET_FIELDS_MAX  128
#define TARGET_OVERWRITTEN 8

struct target_fields {
	struct tracepoint_field items[TARGET_FIELDS_MAX];
	uint32_t count;
};

/* ---- which fields ------------------------------------------------------------------------------ */

static void target_append(struct bpfhost_error *err, const char *before, const char *text)
{
	size_t used = strlen(err->text);

	snprintf(err->text + used, sizeof(err->text) - used, "%s%s", before, text);
}

static int target_unknown_field(const struct format *format, const char *name,
				struct bpfhost_error *err)
{
	const char *candidates[FORMAT_FIELDS_MAX] = { NULL };
	const char *near;
	size_t n = 0;

	for (size_t i = 0; i < format->field_count; i++)
		if (!format->fields[i].is_common)
			candidates[n++] = format->fields[i].name;
	near = bpfhost_nearest(name, candidates, n);
	snprintf(err->text, sizeof(err->text), "%s has no field \"%.64s\"%s%s%s", format->name,
		 name, near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
	for (size_t i = 0; i < n && !near; i++)
		target_append(err, i ? ", " : "; it has ", candidates[i]);
	return -ENOENT;
}

static int target_add(struct target_fields *fields, const struct tracepoint_field *field,
		      struct bpfhost_error *err)
{
	for (uint32_t i = 0; i < fields->count; i++) {
		if (strcmp(fields->items[i].name, field->name) != 0)
			continue;
		snprintf(err->text, sizeof(err->text), "field %s is named twice", field->name);
		return -EINVAL;
	}
	if (fields->count == TARGET_FIELDS_MAX) {
		snprintf(err->text, sizeof(err->text), "more than %d fields", TARGET_FIELDS_MAX);
		return -E2BIG;
	}
	fields->items[fields->count++] = *field;
	return 0;
}

/*
 * Before it runs our program, the kernel writes a pointer of its own over the record's first eight
 * bytes (perf_trace_run_bpf_submit() in kernel/events/core.c), where every event has its common fields.
 */
static bool target_is_overwritten(const struct bpfhost_probe_param *param,
				  const struct format_field *from, struct bpfhost_error *err)
{
	uint32_t offset = param->has_offset ? param->offset : from->offset;

	if (offset >= TARGET_OVERWRITTEN)
		return false;
	snprintf(err->text, sizeof(err->text),
		 "%s lies in the first %d bytes of the record, which BPF programs do not get to "
		 "see; pid, tid and comm are part of every event",
		 param->name, TARGET_OVERWRITTEN);
	return true;
}

static int target_add_param(const struct tracepoint_context *context, const struct format *format,
			    const struct bpfhost_probe_param *param, struct target_fields *fields,
			    struct bpfhost_error *err)
{
	const struct format_field *from = format_find(format, param->name);
	struct tracepoint_field field;
	int ret;

	if (!param->has_offset && !from)
		return target_unknown_field(format, param->name, err);
	if (target_is_overwritten(param, from, err))
		return -EINVAL;
	if (param->has_offset)
		ret = tracepoint_field_by_hand(param, &field, err);
	else
		ret = tracepoint_field_make(context, from, param->type, &field, err);
	return ret ? ret : target_add(fields, &field, err);
}

static int target_select(const struct tracepoint_context *context, const struct format *format,
			 const struct bpfhost_probe *probe, struct target_fields *fields,
			 struct bpfhost_error *err)
{
	static const struct bpfhost_probe_type as_it_is;
	int ret = 0;

	for (uint32_t i = 0; i < probe->param_count && !ret; i++)
		ret = target_add_param(context, format, &probe->params[i], fields, err);
	for (size_t i = 0; i < format->field_count && !probe->has_params && !ret; i++) {
		const struct format_field *from = &format->fields[i];
		struct tracepoint_field field;

		if (from->is_common || !strcmp(from->name, TARGET_SYSCALL_NUMBER))
			continue;
		ret = tracepoint_field_make(context, from, as_it_is, &field, err);
		if (!ret)
			ret = target_add(fields, &field, err);
	}
	return ret;
}

/* ---- where they lie ---------------------------------------------------------------------------- */

static int target_place_piece(const struct target_fields *fields, struct tracepoint_probe *config,
			      struct bpfhost_error *err)
{
	uint32_t from = UINT32_MAX, to = 0;

	for (uint32_t i = 0; i < fields->count; i++) {
		const struct tracepoint_field *field = &fields->items[i];
		uint32_t end = field->source + field->size * field->count;

		if (field->extra)
			continue;
		from = field->source < from ? field->source : from;
		to = end > to ? end : to;
	}
	if (to <= from)
		return 0;
	if (to > TARGET_PIECE_MAX) {
		snprintf(err->text, sizeof(err->text),
			 "a field ends at offset %u; a tracepoint's record has at most %u bytes",
			 to, TARGET_PIECE_MAX);
		return -EINVAL;
	}
	config->from = (uint16_t)from;
	config->length = (uint16_t)(to - from);
	return 0;
}

static uint32_t target_align(uint32_t size)
{
	return (size + 7) & ~7U;
}

/* Extras stand behind the piece, the largest last: so the programs' bounds waste the least. */
static int target_place_extras(struct target_fields *fields, struct tracepoint_probe *config,
			       struct bpfhost_error *err)
{
	uint32_t place = target_align(config->length), smallest = 0;

	while (smallest != UINT32_MAX) {
		uint32_t next = UINT32_MAX;

		for (uint32_t i = 0; i < fields->count; i++) {
			const struct tracepoint_field *field = &fields->items[i];

			if (field->extra && field->size > smallest && field->size < next)
				next = field->size;
		}
		for (uint32_t i = 0; i < fields->count; i++) {
			struct tracepoint_field *field = &fields->items[i];

			if (!field->extra || field->size != next)
				continue;
			if (config->nextras == TRACEPOINT_EXTRAS_MAX) {
				snprintf(err->text, sizeof(err->text),
					 "more than %d strings and the like in one event; name the "
					 "fields that matter",
					 TRACEPOINT_EXTRAS_MAX);
				return -E2BIG;
			}
			config->extras[config->nextras++] = (struct tracepoint_extra){
				.kind = field->extra,
				.source = (uint16_t)field->source,
				.place = (uint16_t)place,
				.capacity = (uint16_t)field->size,
			};
			field->source = place;
			place += target_align(field->size);
		}
		smallest = next;
	}
	return 0;
}

static uint32_t target_record_size(const struct tracepoint_probe *config)
{
	uint32_t size = target_align(config->length);

	for (uint32_t i = 0; i < config->nextras; i++)
		size = config->extras[i].place + target_align(config->extras[i].capacity);
	return (uint32_t)sizeof(struct bpfhost_event) + size;
}

/* ---- how they are told to the host ------------------------------------------------------------- */

static void target_describe_labels(struct bpfhost_schema_builder *builder,
				   const struct tracepoint_field *field)
{
	uint64_t mask = field->size < 8 ? (1ULL << field->size * 8) - 1 : UINT64_MAX;

	for (size_t i = 0; field->labels && i < field->labels->count; i++)
		bpfhost_schema_value(builder, field->labels->items[i].text,
				     field->labels->items[i].value & mask);
}

static void target_describe_field(struct bpfhost_schema_builder *builder,
				  const struct tracepoint_probe *config,
				  const struct tracepoint_field *field)
{
	uint32_t place = field->extra ? field->source : field->source - config->from;

	bpfhost_schema_field(builder, field->name, field->kind,
			     (uint32_t)sizeof(struct bpfhost_event) + place, field->size,
			     field->count);
	target_describe_labels(builder, field);
}

static int target_describe(const struct target_fields *fields, uint32_t type,
			   struct tracepoint_target *target)
{
	struct bpfhost_schema_builder *builder =
		bpfhost_schema_new(type, target->probe, target->record_size);
	int err;

	if (!builder)
		return -ENOMEM;
	for (uint32_t i = 0; i < fields->count; i++)
		target_describe_field(builder, &target->config, &fields->items[i]);
	err = bpfhost_schema_finish(builder, &target->schema);
	bpfhost_schema_free(builder);
	return err;
}

/* ---- all of it --------------------------------------------------------------------------------- */

static int target_name(struct tracepoint_target *target, const char *category, const char *name)
{
	target->category = strdup(category);
	target->name = strdup(name);
	if (!target->category || !target->name ||
	    asprintf(&target->probe, "%s:%s", category, name) < 0)
		return -ENOMEM;
	return 0;
}

static int target_lay_out(const struct tracepoint_context *context, const struct format *format,
			  const struct bpfhost_probe *probe, uint32_t type,
			  struct tracepoint_target *target, struct bpfhost_error *err)
{
	struct target_fields *fields = calloc(1, sizeof(*fields));
	int ret = fields ? target_select(context, format, probe, fields, err) : -ENOMEM;

	if (!ret)
		ret = target_place_piece(fields, &target->config, err);
	if (!ret)
		ret = target_place_extras(fields, &target->config, err);
	if (!ret) {
		target->record_size = target_record_size(&target->config);
		ret = target_describe(fields, type, target);
	}
	free(fields);
	return ret;
}

static int target_condition(const struct format *format, const struct bpfhost_probe *probe,
			    struct tracepoint_target *target, struct bpfhost_error *err)
{
	target->config.condition = TRACEPOINT_NO_CONDITION;
	if (!probe->expr)
		return 0;
	target->condition = calloc(1, sizeof(*target->condition));
	if (!target->condition)
		return -ENOMEM;
	return tracepoint_condition_make(probe, format, target->category, target->condition, err);
}

static int target_parse(const char *category, const char *text, size_t length,
			struct format **ret_format, struct bpfhost_error *err)
{
	struct format_error why = { 0 };
	int ret = format_parse(category, text, length, ret_format, &why);

	if (ret)
		snprintf(err->text, sizeof(err->text),
			 "its format file cannot be read: line %u: %s", why.line,
			 why.cause ? why.cause : strerror(-ret));
	return ret;
}

int tracepoint_target_make(const char *category, const char *name, const char *text, size_t length,
			   const struct bpfhost_probe *probe, uint32_t string_size, uint32_t type,
			   struct tracepoint_target *ret_target, struct bpfhost_error *err)
{
	struct tracepoint_context context = { category, name, string_size };
	struct tracepoint_target target = { .config = { .type = type } };
	struct format *format = NULL;
	int ret = target_parse(category, text, length, &format, err);

	if (!ret)
		ret = target_name(&target, category, name);
	if (!ret)
		ret = target_lay_out(&context, format, probe, type, &target, err);
	if (!ret)
		ret = target_condition(format, probe, &target, err);
	format_free(format);
	if (ret)
		tracepoint_target_free(&target);
	else
		*ret_target = target;
	return ret;
}

void tracepoint_target_free(struct tracepoint_target *target)
{
	free(target->category);
	free(target->name);
	free(target->probe);
	free(target->condition);
	free(target->schema);
	memset(target, 0, sizeof(*target));
}
