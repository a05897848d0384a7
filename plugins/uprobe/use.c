/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "use.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fields.h"
#include "unfollowed.h"

/* A schema holds so many names of functions and some more bytes of them (<bpfhost/schema.h>). */
#define USE_FUNCTIONS_MAX  4096U
#define USE_NAMES_MAX      262144U
#define USE_EVENT_NAME_MAX 512

/* One probe on its way. */
struct use_maker {
	struct uprobe_uses *uses;
	const struct bpfhost_probe *probe;
	const struct bpfhost_probe_part *function;
	const struct uprobe_settings *settings;
	const char *target;
	const char *event;  /* NULL: target:function */
	bool is_inside;     /* some place is not where its function begins */
	uint32_t first_use; /* those from here on are this probe's */
	struct bpfhost_error *err;
};

/* ---- keeping -------------------------------------------------------------------------------------- */

static int uses_keep_use(struct uprobe_uses *uses, const struct uprobe_use *use)
{
	struct uprobe_use *items = reallocarray(uses->items, uses->count + 1, sizeof(*items));

	if (!items)
		return -ENOMEM;
	uses->items = items;
	items[uses->count++] = *use;
	return 0;
}

static int uses_new_places(struct uprobe_uses *uses, struct uprobe_places **ret_places)
{
	struct uprobe_places **items =
		reallocarray(uses->places, uses->nplaces + 1, sizeof(struct uprobe_places *));

	if (!items)
		return -ENOMEM;
	uses->places = items;
	items[uses->nplaces] = calloc(1, sizeof(struct uprobe_places));
	if (!items[uses->nplaces])
		return -ENOMEM;
	*ret_places = items[uses->nplaces++];
	return 0;
}

static int uses_new_layout(struct uprobe_uses *uses, struct bpfhost_argument_layout **ret_layout)
{
	struct bpfhost_argument_layout *layouts =
		reallocarray(uses->layouts, uses->nlayouts + 1, sizeof(*layouts));

	if (!layouts)
		return -ENOMEM;
	uses->layouts = layouts;
	*ret_layout = &layouts[uses->nlayouts];
	return 0;
}

void uprobe_uses_free(struct uprobe_uses *uses)
{
	for (uint32_t i = 0; i < uses->nlayouts; i++)
		bpfhost_argument_layout_clear(&uses->layouts[i]);
	for (uint32_t i = 0; i < uses->nplaces; i++) {
		uprobe_places_free(uses->places[i]);
		free(uses->places[i]);
	}
	bpfhost_stacks_free(uses->stacks);
	uprobe_debugs_free(&uses->debugs);
	bpfhost_files_free(&uses->files);
	free(uses->layouts);
	free(uses->places);
	free(uses->items);
	memset(uses, 0, sizeof(*uses));
}

/* ---- one lot of places ---------------------------------------------------------------------------- */

static bool use_is_one_function(const struct uprobe_places *places)
{
	for (uint32_t i = 1; i < places->count; i++)
		if (!places->items[i].name || !places->items[0].name ||
		    strcmp(places->items[i].name, places->items[0].name) != 0)
			return false;
	return true;
}

static bool use_is_inside(const struct uprobe_places *places)
{
	for (uint32_t i = 0; i < places->count; i++)
		if (places->items[i].inside)
			return true;
	return false;
}

/* The most that a function's name takes of a schema; what is mangled may grow, and is cut. */
static size_t use_name_size(const char *name)
{
	size_t length = name ? strlen(name) : 0;
	bool grows = length > 1 && name[0] == '_' && (name[1] == 'Z' || name[1] == 'R');

	return 1 + (grows && length < BPFHOST_SCHEMA_NAME_MAX ? BPFHOST_SCHEMA_NAME_MAX : length);
}

/* How many places from first on share a layout. */
static uint32_t use_lot(const struct uprobe_places *places, uint32_t first)
{
	uint32_t n = 0;
	size_t bytes = 0;

	while (first + n < places->count && n < USE_FUNCTIONS_MAX && bytes < USE_NAMES_MAX) {
		bytes += use_name_size(places->items[first + n].name);
		n++;
	}
	return n;
}

static void use_free_names(char **names, uint32_t count)
{
	for (uint32_t i = 0; names && i < count; i++)
		free(names[i]);
	free(names);
}

/* As people read them. */
static int use_name_functions(const struct uprobe_places *places, uint32_t first, uint32_t count,
			      char ***ret_names)
{
	char **names = calloc(count, sizeof(*names));

	if (!names)
		return -ENOMEM;
	for (uint32_t i = 0; i < count; i++) {
		const struct uprobe_place *place = &places->items[first + i];

		names[i] = strdup(place->readable ?: place->name ?: "");
		if (!names[i]) {
			use_free_names(names, i);
			return -ENOMEM;
		}
	}
	*ret_names = names;
	return 0;
}

static int use_lay_out(struct use_maker *maker, const struct uprobe_use *use,
		       const struct uprobe_fields *fields, char *const *functions)
{
	struct uprobe_uses *uses = maker->uses;
	struct bpfhost_argument_layout *layout;
	char event[USE_EVENT_NAME_MAX];
	struct bpfhost_argument_plan plan = {
		.type = BPFHOST_TYPE_RUNTIME + uses->nlayouts,
		.event = event,
		.fields = fields->items,
		.nfields = fields->count,
		.functions = (const char *const *)functions,
		.nfunctions = functions ? use->count : 0,
		.is_call = fields->has_return,
		.returned = fields->returned,
		.ret_type = fields->ret_type,
		.condition = maker->probe->expr,
		.string_size = maker->settings->string_size,
		.stack = maker->settings->stack,
		.at_entry = !maker->is_inside,
		/* Where it is --pid that names them, the common filter has it. */
		.pid = maker->settings->npids ? 0 : use->pid,
	};
	int ret = uses_new_layout(uses, &layout);

	if (maker->event)
		snprintf(event, sizeof(event), "%s", maker->event);
	else
		snprintf(event, sizeof(event), "%s:%s", maker->target, maker->function->text);
	if (!ret)
		ret = bpfhost_arguments_lay_out(&plan, layout, maker->err);
	if (!ret)
		uses->nlayouts++;
	return ret;
}

static int use_make(struct use_maker *maker, struct uprobe_use *use,
		    const struct uprobe_fields *fields, bool one)
{
	char **names = NULL;
	int ret = one ? 0 : use_name_functions(use->places, use->first, use->count, &names);

	if (!ret)
		ret = use_lay_out(maker, use, fields, names);
	use_free_names(names, use->count);
	use->layout = maker->uses->nlayouts - 1;
	return ret ? ret : uses_keep_use(maker->uses, use);
}

/* ---- one file ------------------------------------------------------------------------------------- */

/* Whether the calls may be followed that are meant. 0, or -ENOTSUP with a sentence. */
static int use_check_guard(const struct use_maker *maker, const struct uprobe_use *use)
{
	const struct uprobe_settings *settings = maker->settings;
	int ret = 0;

	if (settings->force)
		return 0;
	if (!settings->is_vouched_for)
		ret = uprobe_guard_returns(use->file, &use->places->returns, maker->err);
	return ret ? ret : uprobe_guard_check(&maker->uses->guard, use->file, use->pid, maker->err);
}

/* Another process that runs the same file needs nothing but to be attached to. */
static int use_for_another(struct use_maker *maker, const struct bpfhost_file *file, uint32_t pid,
			   bool *ret_found)
{
	struct uprobe_uses *uses = maker->uses;
	uint32_t end = uses->count, model = 0;
	int ret = 0;

	for (uint32_t i = maker->first_use; i < end && !ret; i++) {
		struct uprobe_use use = uses->items[i];

		if (use.file != file)
			continue;
		if (!*ret_found)
			model = use.pid;
		*ret_found = true;
		if (use.pid != model)
			continue;
		use.pid = pid;
		if (uses->layouts[use.layout].is_call)
			ret = use_check_guard(maker, &use);
		if (!ret)
			ret = uses_keep_use(uses, &use);
	}
	return ret;
}

static int use_check_call(const struct use_maker *maker, const struct uprobe_use *use,
			  struct uprobe_places *places)
{
	int ret = 0;

	if (maker->is_inside) {
		bpfhost_error_set(maker->err, 0,
				  "a call can only be followed from the begin of its function; "
				  "leave out the \"->\" or the place inside");
		return -EINVAL;
	}
	if (!maker->settings->force)
		ret = uprobe_unfollowed_drop(places, maker->function->has_glob, maker->err);
	return ret ? ret : use_check_guard(maker, use);
}

static int use_of_file(struct use_maker *maker, struct bpfhost_file *file, uint32_t pid)
{
	const struct uprobe_places_wanted wanted = {
		.force = maker->settings->force,
		.returns = maker->probe->returns.kind != BPFHOST_PROBE_TYPE_NONE,
	};
	struct uprobe_use use = { .file = file, .pid = pid };
	struct uprobe_places *places;
	struct uprobe_fields fields;
	int ret = uses_new_places(maker->uses, &places);
	bool one;

	if (!ret)
		ret = uprobe_places_ask(file, maker->function, &wanted, places, maker->err);
	if (ret)
		return ret;
	maker->is_inside = use_is_inside(places);
	one = !maker->function->has_glob && use_is_one_function(places);
	ret = uprobe_fields_make(&maker->uses->debugs, file, one ? &places->items[0] : NULL,
				 maker->probe, &fields, maker->err);
	use.places = places;
	if (!ret && fields.has_return)
		ret = use_check_call(maker, &use, places);
	if (ret)
		return ret;
	for (; use.first < places->count && !ret; use.first += use.count) {
		use.count = use_lot(places, use.first);
		ret = use_make(maker, &use, &fields, one);
	}
	return ret;
}

static int use_for_process(void *ctx, struct bpfhost_file *file, uint32_t pid)
{
	struct use_maker *maker = ctx;
	bool found = false;
	int ret = use_for_another(maker, file, pid, &found);

	return ret || found ? ret : use_of_file(maker, file, pid);
}

/* ---- one probe ------------------------------------------------------------------------------------ */

static int use_check_shape(struct use_maker *maker, uint32_t target_parts)
{
	const struct bpfhost_probe *probe = maker->probe;

	if (target_parts && probe->part_count == target_parts + 1) {
		maker->function = &probe->parts[target_parts];
		return 0;
	}
	bpfhost_error_set(
		maker->err, 0,
		"a probe is written target:function, as libc:getaddrinfo or "
		"/usr/sbin/nginx:main; a name that holds \"::\" is quoted, and so is a path that "
		"holds ':', as in \"/opt/a:b\":main");
	return -EINVAL;
}

void uprobe_uses_take_back(struct uprobe_uses *uses, uint32_t count, uint32_t nlayouts)
{
	while (uses->nlayouts > nlayouts)
		bpfhost_argument_layout_clear(&uses->layouts[--uses->nlayouts]);
	uses->count = count;
}

int uprobe_uses_add(struct uprobe_uses *uses, const char *text, const char *event,
		    const struct uprobe_settings *settings, struct bpfhost_error *err)
{
	char target[BPFHOST_PROBE_TEXT_MAX + 1];
	struct bpfhost_probe *probe = NULL;
	struct use_maker maker = {
		.uses = uses,
		.settings = settings,
		.target = target,
		.event = event,
		.first_use = uses->count,
		.err = err,
	};
	uint32_t nlayouts = uses->nlayouts;
	int ret = bpfhost_probe_parse(text, &probe, err);

	maker.probe = probe;
	if (!ret)
		ret = use_check_shape(&maker, bpfhost_target_parts(probe, target, sizeof(target)));
	if (!ret)
		ret = bpfhost_files_each(&uses->files, target, settings->pids, settings->npids,
					 use_for_process, &maker, err);
	if (ret)
		uprobe_uses_take_back(uses, maker.first_use, nlayouts);
	bpfhost_probe_free(probe);
	return ret;
}
