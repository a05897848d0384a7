/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "use.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fields.h"
#include "select.h"

/* One probe on its way. */
struct use_maker {
	struct usdt_uses *uses;
	const struct usdt_settings *settings;
	const struct bpfhost_probe *probe; /* NULL: nobody asked for it */
	struct usdt_select select;
	uint32_t first_use; /* those from here on are this probe's */
	struct bpfhost_error *err;
};

/* ---- keeping -------------------------------------------------------------------------------------- */

/* Room for more in an array that is doubled whenever it is full. */
static int use_grow(void **items, uint32_t count, uint32_t more, size_t size)
{
	uint32_t have = 0, want = 16;
	void *grown;

	while (have < count)
		have = have ? have * 2 : 16;
	while (want < count + more)
		want *= 2;
	if (want <= have)
		return 0;
	grown = reallocarray(*items, want, size);
	if (!grown)
		return -ENOMEM;
	*items = grown;
	return 0;
}

uint32_t usdt_uses_sites(const struct usdt_uses *uses)
{
	return uses->before.sites + uses->count;
}

static int uses_keep(struct usdt_uses *uses, const struct usdt_use *use, struct bpfhost_error *err)
{
	int ret;

	if (usdt_uses_sites(uses) >= USDT_SITES_LIMIT) {
		bpfhost_error_set(err, 0, "more than %u sites", USDT_SITES_LIMIT);
		return -E2BIG;
	}
	ret = use_grow((void **)&uses->items, uses->count, 1, sizeof(*uses->items));
	if (!ret)
		uses->items[uses->count++] = *use;
	return ret;
}

static int uses_name(struct usdt_uses *uses, const struct bpfhost_usdt_site *site,
		     const char **ret_name)
{
	char *name;
	int ret = use_grow((void **)&uses->names, uses->nnames, 1, sizeof(*uses->names));

	if (ret)
		return ret;
	if (asprintf(&name, "%s:%s", site->provider, site->name) < 0)
		return -ENOMEM;
	uses->names[uses->nnames++] = name;
	*ret_name = name;
	return 0;
}

/* Takes back what came behind these. */
static void uses_cut(struct usdt_uses *uses, struct usdt_sums kept)
{
	while (uses->nlayouts > kept.layouts)
		bpfhost_argument_layout_clear(&uses->layouts[--uses->nlayouts]);
	while (uses->nnames > kept.events)
		free(uses->names[--uses->nnames]);
	uses->count = kept.sites;
}

static struct usdt_sums uses_sums(const struct usdt_uses *uses)
{
	return (struct usdt_sums){ uses->count, uses->nlayouts, uses->nnames };
}

void usdt_uses_free(struct usdt_uses *uses)
{
	uses_cut(uses, (struct usdt_sums){ 0 });
	usdt_files_free(&uses->files);
	free(uses->layouts);
	free(uses->names);
	free(uses->items);
	*uses = (struct usdt_uses){ .before = uses->before };
}

void usdt_uses_forget(struct usdt_uses *uses)
{
	uses->before.sites += uses->count;
	uses->before.layouts += uses->nlayouts;
	uses->before.events += uses->nnames;
	usdt_uses_free(uses);
}

/* ---- one probe of a file -------------------------------------------------------------------------- */

static int use_fields(const struct use_maker *maker, const struct usdt_places *places,
		      struct usdt_fields *ret_fields)
{
	const struct bpfhost_usdt_site *site = places->rows[0].site;
	const struct bpfhost_probe *line;

	if (maker->probe && maker->probe->has_params)
		return usdt_fields_by_user(maker->probe, places, ret_fields, maker->err);
	line = usdt_catalogue_find(maker->settings->catalogue, site->provider, site->name);
	usdt_fields_by_catalogue(line, places, ret_fields);
	return 0;
}

static int use_lay_out(struct use_maker *maker, uint32_t pid, const struct usdt_fields *fields,
		       const char *event, const struct bpfhost_argument *arguments, uint32_t count)
{
	struct usdt_uses *uses = maker->uses;
	struct bpfhost_argument_plan plan = {
		.type = BPFHOST_TYPE_RUNTIME + uses->before.events + uses->nnames - 1,
		.event = event,
		.fields = fields->items,
		.nfields = fields->count,
		.condition = maker->probe ? maker->probe->expr : NULL,
		.string_size = maker->settings->string_size,
		/* Where it is --pid that names them, the common filter has it. */
		.pid = maker->settings->npids ? 0 : pid,
	};
	int ret = use_grow((void **)&uses->layouts, uses->nlayouts, count, sizeof(*uses->layouts));

	if (!ret)
		ret = bpfhost_arguments_lay_out_places(&plan, arguments, count,
						       &uses->layouts[uses->nlayouts], maker->err);
	if (!ret)
		uses->nlayouts += count;
	return ret;
}

/* Its places have all the same. */
static int use_check_room(const struct use_maker *maker, uint32_t layout)
{
	if (!maker->settings->running ||
	    bpfhost_arguments_fit(&maker->uses->layouts[layout], maker->settings->string_size))
		return 0;
	bpfhost_error_set(maker->err, 0,
			  "its strings are longer than option \"string_size\", which is no longer "
			  "possible while the programs run");
	return -E2BIG;
}

static int use_keep_rows(struct use_maker *maker, const struct usdt_file *file, uint32_t pid,
			 const struct usdt_places *places, const char *name, uint32_t layout)
{
	int ret = 0;

	for (uint32_t i = 0; i < places->nrows && !ret; i++) {
		const struct usdt_use use = {
			.file = file,
			.offset = places->rows[i].site->offset,
			.semaphore = places->rows[i].site->semaphore,
			.name = name,
			.pid = pid,
			.layout = layout + places->rows[i].place,
		};

		ret = uses_keep(maker->uses, &use, maker->err);
	}
	return ret;
}

static void use_tell_unreadable(const struct use_maker *maker, const struct usdt_places *places,
				const struct usdt_fields *fields, const char *name)
{
	for (uint32_t i = 0; i < fields->count; i++) {
		const struct usdt_column *column = &places->columns[i];

		for (uint32_t n = 0; n < column->nlabels; n++)
			bpfhost_warn(maker->settings->self,
				     "argument %u of %s (\"%s\") cannot be read%s", i, name,
				     column->texts[n],
				     column->nreadable ? " at all of its sites" : "");
	}
}

static int use_make_fields(struct use_maker *maker, const struct usdt_file *file, uint32_t pid,
			   struct usdt_places *places)
{
	struct bpfhost_argument *arguments = NULL;
	uint32_t count, layout = maker->uses->nlayouts;
	struct usdt_fields fields;
	const char *name;
	int ret = use_fields(maker, places, &fields);

	if (!ret)
		ret = uses_name(maker->uses, places->rows[0].site, &name);
	if (!ret)
		ret = usdt_places_choose(places, fields.count, fields.labelled, &arguments, &count);
	if (!ret)
		ret = use_lay_out(maker, pid, &fields, name, arguments, count);
	free(arguments);
	if (!ret)
		ret = use_check_room(maker, layout);
	if (ret)
		return ret;
	use_tell_unreadable(maker, places, &fields, name);
	return use_keep_rows(maker, file, pid, places, name, layout);
}

static int use_of_group(struct use_maker *maker, struct usdt_file *file, uint32_t pid, size_t first,
			size_t count)
{
	const struct bpfhost_usdt_site *site = &file->sites[first];
	const struct usdt_sums before = uses_sums(maker->uses);
	struct usdt_places places = { 0 };
	int ret = -E2BIG;

	if (count <= USDT_SITES_LIMIT)
		ret = usdt_places_read(file->file, file->usdt, first, count, &places, maker->err);
	else
		bpfhost_error_set(maker->err, 0, "more than %u sites", USDT_SITES_LIMIT);
	if (!ret && places.refused)
		bpfhost_warn(maker->settings->self,
			     "%s:%s: the kernel takes no probe at %u of its %zu sites in %s, which "
			     "are left out",
			     site->provider, site->name, places.refused, count,
			     file->file->target.path);
	if (!ret && !places.nrows) {
		bpfhost_error_set(maker->err, 0,
				  "the kernel takes no probe at any site of %s:%s in %s",
				  site->provider, site->name, file->file->target.path);
		ret = -ENOTSUP;
	}
	if (!ret)
		ret = use_make_fields(maker, file, pid, &places);
	if (ret)
		uses_cut(maker->uses, before);
	usdt_places_free(&places);
	return ret;
}

/* ---- one file ------------------------------------------------------------------------------------- */

/* Of a glob's probes, those for which the fields or the condition make no sense are left out. */
static bool use_may_leave_out(const struct use_maker *maker, int ret)
{
	return usdt_select_is_glob(&maker->select) &&
	       (ret == -EINVAL || ret == -ENOENT || ret == -ENOTSUP);
}

static int use_of_file(struct use_maker *maker, struct usdt_file *file, uint32_t pid)
{
	uint32_t before = maker->uses->count;
	int ret = usdt_select_check(&maker->select, file, maker->err), last = 0;
	size_t count;

	for (size_t i = 0; !ret && i < file->nsites; i += count) {
		count = usdt_file_group(file, i);
		if (!usdt_select_fits(&maker->select, &file->sites[i]))
			continue;
		ret = use_of_group(maker, file, pid, i, count);
		if (!use_may_leave_out(maker, ret))
			continue;
		bpfhost_debug(maker->settings->self, "%s:%s is left out: %s",
			      file->sites[i].provider, file->sites[i].name,
			      maker->err ? maker->err->text : "");
		last = ret;
		ret = 0;
	}
	return ret ? ret : maker->uses->count > before ? 0 : last;
}

/* Another process that runs the same file needs nothing but to be attached to. */
static int use_for_another(struct use_maker *maker, const struct usdt_file *file, uint32_t pid,
			   bool *ret_found)
{
	uint32_t end = maker->uses->count, other = 0;
	int ret = 0;

	for (uint32_t i = maker->first_use; i < end && !ret; i++) {
		struct usdt_use use = maker->uses->items[i];

		if (use.file != file || (*ret_found && use.pid != other))
			continue;
		*ret_found = true;
		other = use.pid;
		use.pid = pid;
		if (other != pid)
			ret = uses_keep(maker->uses, &use, maker->err);
	}
	return ret;
}

static int use_for_process(void *ctx, struct bpfhost_file *opened, uint32_t pid)
{
	struct use_maker *maker = ctx;
	const struct usdt_sums before = uses_sums(maker->uses);
	struct usdt_file *file;
	bool found = false;
	int ret = usdt_files_read(&maker->uses->files, opened, &file, maker->err);

	if (!ret)
		ret = use_for_another(maker, file, pid, &found);
	if (!ret && !found)
		ret = use_of_file(maker, file, pid);
	if (ret)
		uses_cut(maker->uses, before);
	return ret;
}

/* ---- one text ------------------------------------------------------------------------------------- */

static int use_check_shape(struct use_maker *maker, uint32_t target_parts)
{
	const struct bpfhost_probe *probe = maker->probe;
	uint32_t left = probe->part_count - target_parts;
	const struct bpfhost_probe_part *second = &probe->parts[target_parts];
	bool is_path = left == 2 && !second->quoted && strchr(second->text, '/');

	if (!target_parts || left < 1 || left > 2 || is_path) {
		bpfhost_error_set(maker->err, 0,
				  "a static probe is written target:provider:name, as "
				  "/usr/bin/python3.11:python:gc__start, or target:name; a path "
				  "that holds ':' is quoted, as in \"/opt/a:b\":name");
		return -EINVAL;
	}
	maker->select.name = &probe->parts[probe->part_count - 1];
	maker->select.provider = left == 2 ? &probe->parts[target_parts] : NULL;
	return usdt_fields_check(probe, maker->err);
}

int usdt_uses_add(struct usdt_uses *uses, const char *text, const struct usdt_settings *settings,
		  struct bpfhost_error *err)
{
	char target[BPFHOST_PROBE_TEXT_MAX + 1];
	struct bpfhost_probe *probe = NULL;
	struct use_maker maker = {
		.uses = uses,
		.settings = settings,
		.first_use = uses->count,
		.err = err,
	};
	int ret = bpfhost_probe_parse(text, &probe, err);

	maker.probe = probe;
	if (!ret)
		ret = use_check_shape(&maker, bpfhost_target_parts(probe, target, sizeof(target)));
	if (!ret)
		ret = bpfhost_files_each(&uses->files.files, target, settings->pids,
					 settings->npids, use_for_process, &maker, err);
	bpfhost_probe_free(probe);
	return ret;
}

int usdt_uses_add_found(struct usdt_uses *uses, struct usdt_file *file, size_t first, size_t count,
			uint32_t pid, const struct usdt_settings *settings,
			struct bpfhost_error *err)
{
	struct use_maker maker = { .uses = uses, .settings = settings, .err = err };

	return use_of_group(&maker, file, pid, first, count);
}
