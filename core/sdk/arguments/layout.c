/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* From the plan of one probe to the layout of its record, its schema, and the programs' table. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpfhost/arguments.h>

#include "condition.h"
#include "kinds.h"

#define LAYOUT_RETURN_FIELD  "ret"
#define LAYOUT_LATENCY_FIELD "latency_ns"
#define LAYOUT_NAME_MAX      96
#define LAYOUT_NAME_GAP      "..."

struct layout {
	const struct bpfhost_argument_plan *plan;
	struct bpfhost_argument_layout *out;
	struct bpfhost_schema_builder *schema;
	struct argument_names names;
	uint32_t nvalues; /* so far */
	uint32_t end;     /* of the record so far, behind the header */
	struct bpfhost_error *err;
};

static int layout_value_place(uint32_t index)
{
	return (int)(sizeof(struct bpfhost_event) + index * sizeof(uint64_t));
}

/* Room behind the values; the schema's offset of it. */
static int layout_add_extra(struct layout *layout, uint32_t kind, uint32_t value, uint32_t capacity,
			    uint32_t *ret_place)
{
	struct bpfhost_arguments *config = &layout->out->config;
	uint32_t n = config->nextras + config->nreturned;

	if (n == BPFHOST_ARGUMENT_EXTRAS) {
		bpfhost_error_set(layout->err, 0,
				  "more than %d strings and other data behind pointers",
				  BPFHOST_ARGUMENT_EXTRAS);
		return -E2BIG;
	}
	if (layout->end + capacity > BPFHOST_RECORD_MAX / 2) {
		bpfhost_error_set(layout->err, 0, "a record of more than %u bytes",
				  BPFHOST_RECORD_MAX / 2);
		return -E2BIG;
	}
	config->extras[n] = (struct bpfhost_argument_extra){
		.kind = (uint8_t)kind,
		.value = (uint8_t)value,
		.place = (uint16_t)layout->end,
		.capacity = (uint16_t)capacity,
	};
	*ret_place = layout->end;
	layout->end += (capacity + 7) & ~7U;
	return 0;
}

/*
 * A name that comes from the traced program, or a path, as a schema takes it: a long one loses its
 * middle (C++ names begin alike, paths end alike), and control characters are shown as '?'.
 */
static const char *layout_name(const char *name, char text[BPFHOST_SCHEMA_NAME_MAX + 1])
{
	const size_t length = strlen(name), head = BPFHOST_SCHEMA_NAME_MAX / 3;
	const size_t tail = BPFHOST_SCHEMA_NAME_MAX - head - strlen(LAYOUT_NAME_GAP);

	if (length <= BPFHOST_SCHEMA_NAME_MAX)
		snprintf(text, BPFHOST_SCHEMA_NAME_MAX + 1, "%s", length ? name : "?");
	else
		snprintf(text, BPFHOST_SCHEMA_NAME_MAX + 1, "%.*s%s%s", (int)head, name,
			 LAYOUT_NAME_GAP, name + length - tail);
	for (char *at = text; *at; at++)
		if ((unsigned char)*at < 0x20 || *at == 0x7f)
			*at = '?';
	return text;
}

/* ---- fields --------------------------------------------------------------------------------------- */

static int layout_maybe_text(struct layout *layout, const char *name, uint32_t value)
{
	struct bpfhost_arguments *config = &layout->out->config;
	char text[LAYOUT_NAME_MAX];
	uint32_t place;
	int err = layout_add_extra(layout, BPFHOST_ARGUMENT_TEXT, value, BPFHOST_ARGUMENT_TEXT_SIZE,
				   &place);

	if (err)
		return err;
	config->nextras++;
	snprintf(text, sizeof(text), "%s" ARGUMENT_NAME_TEXT, name);
	bpfhost_schema_field(layout->schema, text, BPFHOST_STRING,
			     (uint32_t)sizeof(struct bpfhost_event) + place,
			     BPFHOST_ARGUMENT_TEXT_SIZE, 1);
	return 0;
}

/* The argument as the programs shall fetch it. */
static void layout_size(struct bpfhost_argument *argument, const struct argument_kind *kind)
{
	argument->size = (uint8_t)kind->size;
	argument->flags &= (uint8_t)~BPFHOST_ARGUMENT_SIGNED;
	if (kind->is_signed)
		argument->flags |= BPFHOST_ARGUMENT_SIGNED;
}

static void layout_labels(struct layout *layout, const struct bpfhost_argument_field *field,
			  struct argument_name *name)
{
	if (!name)
		return;
	name->labels = field->labels;
	name->nlabels = field->nlabels;
	for (uint32_t i = 0; i < field->nlabels; i++)
		bpfhost_schema_value(layout->schema, field->labels[i].name,
				     (uint64_t)field->labels[i].value);
}

/* One value and what lies behind it; argument is where the programs shall find it. */
static int layout_value(struct layout *layout, const struct bpfhost_argument_field *field,
			struct bpfhost_argument *argument, uint8_t *nextras)
{
	uint32_t index = layout->nvalues++, place = (uint32_t)layout_value_place(index), behind = 0;
	struct argument_kind kind;
	int err = argument_kind_of(field->type, argument, layout->plan->string_size, &kind,
				   layout->err);

	if (err)
		return err;
	layout_size(argument, &kind);
	if (field->nlabels && !kind.extra)
		kind.kind = BPFHOST_ENUM;
	if (kind.extra) {
		err = layout_add_extra(layout, kind.extra, index, kind.capacity, &behind);
		if (err)
			return err;
		(*nextras)++;
		place = (uint32_t)sizeof(struct bpfhost_event) + behind;
	}
	bpfhost_schema_field(layout->schema, field->name, kind.kind, place,
			     kind.extra ? kind.capacity : kind.size, 1);
	if (kind.kind == BPFHOST_ENUM && kind.is_signed)
		bpfhost_schema_flags(layout->schema, BPFHOST_FIELD_SIGNED);
	layout_labels(layout, field,
		      argument_names_add(&layout->names, field->name, index, &kind, behind));
	return 0;
}

/* The names of the fields that are there anyway are taken. */
static int layout_duplicate(const struct layout *layout, const char *name)
{
	const struct bpfhost_argument_plan *plan = layout->plan;
	bool has_return = plan->is_call && plan->ret_type.kind != BPFHOST_PROBE_TYPE_VOID;
	bool is_ours = (plan->nfunctions && !strcmp(name, ARGUMENT_NAME_FUNCTION)) ||
		       (has_return && !strcmp(name, LAYOUT_RETURN_FIELD)) ||
		       (plan->is_call && !strcmp(name, LAYOUT_LATENCY_FIELD));

	if (!is_ours && !argument_names_find(&layout->names, name))
		return 0;
	bpfhost_error_set(layout->err, 0,
			  is_ours ? "every event of this probe has a field \"%.64s\" already; "
				    "name the parameters, and this one otherwise"
				  : "\"%.64s\" is named twice",
			  name);
	return -EINVAL;
}

static int layout_field(struct layout *layout, const struct bpfhost_argument_field *field)
{
	struct bpfhost_arguments *config = &layout->out->config;
	uint32_t index = layout->nvalues;
	int err = layout_duplicate(layout, field->name);

	if (err)
		return err;
	config->values[index] = field->argument;
	err = layout_value(layout, field, &config->values[index], &config->nextras);
	if (err || !field->maybe_text)
		return err;
	layout->names.items[layout->names.count - 1].has_text = true;
	return layout_maybe_text(layout, field->name, index);
}

static void layout_function(struct layout *layout)
{
	const struct bpfhost_argument_plan *plan = layout->plan;
	uint32_t index = layout->nvalues++;
	char text[BPFHOST_SCHEMA_NAME_MAX + 1];

	layout->names.has_functions = true;
	layout->out->config.values[index] = (struct bpfhost_argument){
		.place = BPFHOST_ARGUMENT_COOKIE,
		.size = 4,
	};
	bpfhost_schema_field(layout->schema, ARGUMENT_NAME_FUNCTION, BPFHOST_ENUM,
			     (uint32_t)layout_value_place(index), 4, 1);
	for (uint32_t i = 0; i < plan->nfunctions; i++)
		bpfhost_schema_value(layout->schema, layout_name(plan->functions[i], text), i);
}

static int layout_call(struct layout *layout)
{
	struct bpfhost_arguments *config = &layout->out->config;
	const struct bpfhost_argument_plan *plan = layout->plan;
	uint32_t latency = config->nvalues + 1U;
	const struct bpfhost_argument_field ret = { .name = LAYOUT_RETURN_FIELD,
						    .type = plan->ret_type };
	struct argument_kind span = { .kind = BPFHOST_NS, .size = 8 };
	int err = 0;

	if (!plan->is_call)
		return 0;
	config->returned = plan->returned;
	argument_names_late(&layout->names);
	if (plan->ret_type.kind != BPFHOST_PROBE_TYPE_VOID)
		err = layout_value(layout, &ret, &config->returned, &config->nreturned);
	if (err)
		return err;
	layout->nvalues = latency + 1;
	bpfhost_schema_field(layout->schema, LAYOUT_LATENCY_FIELD, BPFHOST_NS,
			     (uint32_t)layout_value_place(latency), 8, 1);
	argument_names_add(&layout->names, LAYOUT_LATENCY_FIELD, latency, &span, 0);
	return 0;
}

static int layout_fields(struct layout *layout)
{
	const struct bpfhost_argument_plan *plan = layout->plan;
	uint32_t most = BPFHOST_ARGUMENTS_MAX - (plan->nfunctions ? 1 : 0);
	int err = 0;

	if (plan->nfields > most) {
		bpfhost_error_set(layout->err, 0, "more than %u arguments", most);
		return -E2BIG;
	}
	layout->out->config.nvalues = (uint8_t)(plan->nfields + (plan->nfunctions ? 1 : 0));
	layout->end = 8 * (layout->out->config.nvalues + (plan->is_call ? 2U : 0));
	if (plan->nfunctions)
		layout_function(layout);
	for (uint32_t i = 0; i < plan->nfields && !err; i++)
		err = layout_field(layout, &plan->fields[i]);
	return err ? err : layout_call(layout);
}

/* Its frames become a text in user space; that is what the schema describes. */
static int layout_stack(struct layout *layout)
{
	struct bpfhost_argument_layout *out = layout->out;

	out->stack = layout->plan->stack;
	if (!out->stack.user && !out->stack.kernel)
		return 0;
	if (argument_names_find(&layout->names, ARGUMENT_NAME_STACK)) {
		bpfhost_error_set(layout->err, 0,
				  "a parameter is named \"" ARGUMENT_NAME_STACK
				  "\", as the stack of calls is; leave one of them out");
		return -EINVAL;
	}
	out->stack_place = out->record_size;
	bpfhost_schema_field(layout->schema, ARGUMENT_NAME_STACK, BPFHOST_STRING, out->stack_place,
			     BPFHOST_STACK_TEXT_SIZE, 1);
	return 0;
}

/* ---- the whole ------------------------------------------------------------------------------------ */

static int layout_condition(struct layout *layout)
{
	struct bpfhost_argument_layout *out = layout->out;
	int err;

	out->config.condition = BPFHOST_NO_CONDITION;
	layout->names.has_stack = layout->plan->stack.user || layout->plan->stack.kernel;
	if (!layout->plan->condition)
		return 0;
	out->condition = calloc(1, sizeof(*out->condition));
	if (!out->condition)
		return -ENOMEM;
	err = argument_condition_make(&layout->names, layout->plan->condition, out->condition,
				      layout->err);
	out->config.late = layout->names.asked_late;
	return err;
}

static int layout_make(struct layout *layout)
{
	struct bpfhost_argument_layout *out = layout->out;
	int err = layout_fields(layout);

	if (!err)
		err = layout_condition(layout);
	if (err)
		return err;
	out->record_size = (uint32_t)sizeof(struct bpfhost_event) + layout->end;
	err = layout_stack(layout);
	if (err)
		return err;
	bpfhost_schema_record_size(layout->schema,
				   out->record_size +
					   (out->stack_place ? BPFHOST_STACK_TEXT_SIZE : 0));
	err = bpfhost_schema_finish(layout->schema, &out->schema);
	if (err)
		bpfhost_error_set(layout->err, 0, "failed to describe the event: %s",
				  strerror(-err));
	return err;
}

int bpfhost_arguments_lay_out(const struct bpfhost_argument_plan *plan,
			      struct bpfhost_argument_layout *ret_layout, struct bpfhost_error *err)
{
	struct bpfhost_argument_layout out = { .is_call = plan->is_call,
					       .at_entry = plan->at_entry };
	struct layout layout = { .plan = plan, .out = &out, .err = err };
	char event[BPFHOST_SCHEMA_NAME_MAX + 1];
	int ret;

	layout.schema = bpfhost_schema_new(plan->type, layout_name(plan->event, event),
					   sizeof(struct bpfhost_event));
	if (!layout.schema)
		return -ENOMEM;
	out.config.type = plan->type;
	out.config.pid = plan->pid;
	ret = layout_make(&layout);
	bpfhost_schema_free(layout.schema);
	if (ret) {
		bpfhost_argument_layout_clear(&out);
		return ret;
	}
	*ret_layout = out;
	return 0;
}

/* ---- several places ------------------------------------------------------------------------------- */

/* Cut to what is shown; a narrower one is extended as it is itself. */
static struct bpfhost_argument layout_fit(const struct bpfhost_argument *shown,
					  const struct bpfhost_argument *own)
{
	struct bpfhost_argument fit = *own;

	if (own->size < shown->size)
		return fit;
	fit.size = shown->size;
	fit.flags &= (uint8_t)~BPFHOST_ARGUMENT_SIGNED;
	fit.flags |= shown->flags & BPFHOST_ARGUMENT_SIGNED;
	return fit;
}

int bpfhost_arguments_lay_out_places(const struct bpfhost_argument_plan *plan,
				     const struct bpfhost_argument *arguments, uint32_t places,
				     struct bpfhost_argument_layout *ret_layouts,
				     struct bpfhost_error *err)
{
	struct bpfhost_argument_layout layout, again;
	uint32_t first = plan->nfunctions ? 1 : 0;
	int ret = bpfhost_arguments_lay_out(plan, &layout, err);

	if (ret)
		return ret;
	again = layout;
	again.schema = NULL;
	again.condition = NULL;
	for (uint32_t i = 0; i < places; i++) {
		ret_layouts[i] = i ? again : layout;
		for (uint32_t n = 0; n < plan->nfields; n++)
			ret_layouts[i].config.values[first + n] =
				layout_fit(&layout.config.values[first + n],
					   &arguments[i * (size_t)plan->nfields + n]);
	}
	return 0;
}

void bpfhost_argument_layout_clear(struct bpfhost_argument_layout *layout)
{
	free(layout->schema);
	free(layout->condition);
	layout->schema = NULL;
	layout->condition = NULL;
}
