/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * `bpfhost probes usdt [TARGET [GLOB]]`: the static probes of a file, or of all that running programs
 * have mapped; with -v where they and their arguments are.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpfhost/sdk.h>

#include "fields.h"
#include "files.h"
#include "scan.h"
#include "select.h"
#include "usdt.h"
#include "use.h"

#define LIST_SITES_MAX  8 /* shown */
#define LIST_PLACES_MAX 4

struct list {
	struct bpfhost_instance *self;
	struct usdt_catalogue *catalogue;
	struct usdt_files files;
	struct usdt_select select; /* without a name: all */
	int verbose;
	void (*found)(void *ctx, const char *probe, const char *detail);
	void *ctx;
};

/* ---- one probe ------------------------------------------------------------------------------------ */

static void list_sites(FILE *out, const struct bpfhost_usdt_site *sites, size_t count)
{
	fprintf(out, "    %zu site%s at", count, count == 1 ? "" : "s");
	for (size_t i = 0; i < count && i < LIST_SITES_MAX; i++)
		fprintf(out, " 0x%" PRIx64, sites[i].address);
	fprintf(out, "%s", count > LIST_SITES_MAX ? " ..." : "");
	if (sites->semaphore)
		fprintf(out, ", semaphore at offset 0x%" PRIx64 "\n", sites->semaphore);
	else
		fputs(", no semaphore\n", out);
}

/* "112(%rsp)" of "-4@112(%rsp)" */
static const char *list_place(const char *text)
{
	const char *at = strchr(text, '@');

	return at ? at + 1 : text;
}

static bool list_add_place(char places[LIST_PLACES_MAX][BPFHOST_USDT_TEXT_MAX], uint32_t *count,
			   const char *text)
{
	for (uint32_t i = 0; i < *count; i++)
		if (!strcmp(places[i], text))
			return true;
	if (*count == LIST_PLACES_MAX)
		return false;
	snprintf(places[(*count)++], BPFHOST_USDT_TEXT_MAX, "%s", text);
	return true;
}

/* Where each argument is, each place once. */
struct list_places {
	char places[BPFHOST_ARGUMENTS_MAX][LIST_PLACES_MAX][BPFHOST_USDT_TEXT_MAX];
	uint32_t count[BPFHOST_ARGUMENTS_MAX];
	bool more[BPFHOST_ARGUMENTS_MAX];
};

static int list_site(void *ctx, const struct bpfhost_usdt_site *site, bool takes_probe,
		     const struct bpfhost_usdt_argument *arguments, uint32_t n)
{
	struct list_places *all = ctx;

	(void)site;
	(void)takes_probe;
	for (uint32_t i = 0; i < n; i++)
		if (!list_add_place(all->places[i], &all->count[i], list_place(arguments[i].text)))
			all->more[i] = true;
	return 0;
}

static void list_places(FILE *out, const struct list_places *all, uint32_t index)
{
	for (uint32_t i = 0; i < all->count[index]; i++)
		fprintf(out, "%s%s", i ? ", " : "", all->places[index][i]);
	fprintf(out, "%s\n", all->more[index] ? ", ..." : "");
}

static void list_field(FILE *out, const struct bpfhost_argument_field *field,
		       const struct usdt_column *column)
{
	char type[24];

	fprintf(out, "    %s", field->name);
	if (field->type.kind != BPFHOST_PROBE_TYPE_NONE)
		fprintf(out, ": %s", bpfhost_probe_type_format(field->type, type));
	if (!column->nreadable) {
		fputs("  cannot be read: ", out);
		return;
	}
	fprintf(out, "  size %u %s  in ", column->shown.size,
		column->is_float                                ? "float"
		: column->shown.flags & BPFHOST_ARGUMENT_SIGNED ? "signed"
								: "unsigned");
}

static void list_describe(FILE *out, const struct list *list, struct usdt_file *file, size_t first,
			  size_t count)
{
	const struct bpfhost_usdt_site *sites = &file->sites[first];
	struct list_places where = { 0 };
	struct usdt_places places;
	struct usdt_fields fields;

	list_sites(out, sites, count);
	if (count > USDT_SITES_LIMIT) {
		fprintf(out, "    more than the %u that can be attached\n", USDT_SITES_LIMIT);
		return;
	}
	if (usdt_places_read(file->file, file->usdt, first, count, &places, NULL) ||
	    bpfhost_file_usdt_arguments(file->file, file->usdt, first, count, list_site, &where,
					NULL)) {
		usdt_places_free(&places);
		return;
	}
	if (places.refused)
		fprintf(out, "    at %u of them the kernel takes no probe\n", places.refused);
	usdt_fields_by_catalogue(usdt_catalogue_find(list->catalogue, sites->provider, sites->name),
				 &places, &fields);
	for (uint32_t i = 0; i < fields.count; i++) {
		list_field(out, &fields.items[i], &places.columns[i]);
		list_places(out, &where, i);
	}
	usdt_places_free(&places);
}

static int list_probe(const struct list *list, struct usdt_file *file, const char *target,
		      size_t first, size_t count)
{
	const struct bpfhost_usdt_site *site = &file->sites[first];
	char *probe, *detail = NULL;
	size_t size = 0;
	FILE *out;

	if (asprintf(&probe, "%s:%s:%s", target, site->provider, site->name) < 0)
		return -ENOMEM;
	if (list->verbose) {
		out = open_memstream(&detail, &size);
		if (out) {
			list_describe(out, list, file, first, count);
			fclose(out);
		}
	}
	list->found(list->ctx, probe, detail);
	free(detail);
	free(probe);
	return 0;
}

static int list_file(const struct list *list, struct usdt_file *file, const char *target)
{
	size_t count;
	int err = 0;

	for (size_t i = 0; i < file->nsites && !err; i += count) {
		count = usdt_file_group(file, i);
		if (!list->select.name || usdt_select_fits(&list->select, &file->sites[i]))
			err = list_probe(list, file, target, i, count);
	}
	return err;
}

/* ---- a target, or everything ---------------------------------------------------------------------- */

static int list_target(struct list *list, const struct bpfhost_probe *probe,
		       struct bpfhost_error *err)
{
	char target[BPFHOST_PROBE_TEXT_MAX + 1];
	struct usdt_file *file;
	uint32_t parts = bpfhost_target_parts(probe, target, sizeof(target));
	uint32_t left = probe->part_count - parts;
	int ret;

	if (!parts || left > 2 || probe->has_params || probe->expr) {
		bpfhost_error_set(err, 0, "write TARGET, or TARGET and PROVIDER:NAME");
		return -EINVAL;
	}
	ret = usdt_files_get(&list->files, target, 0, &file, err);
	if (ret)
		return ret;
	if (left) {
		list->select.name = &probe->parts[probe->part_count - 1];
		list->select.provider = left == 2 ? &probe->parts[parts] : NULL;
		ret = usdt_select_check(&list->select, file, err);
	}
	/* Of several providers all are listed. */
	return ret && ret != -ENOTUNIQ ? ret : list_file(list, file, target);
}

static int list_found(void *ctx, uint32_t pid, const char *path)
{
	struct list *list = ctx;
	struct usdt_file *file;
	int err;

	list->files.files.are_found = true;
	err = usdt_files_get(&list->files, path, pid, &file, NULL);
	if (err)
		return err == -ENOMEM ? err : 0;
	err = list_file(list, file, file->file->target.address);
	usdt_file_rest(file);
	return err;
}

static int list_all(struct list *list, struct bpfhost_error *err)
{
	struct usdt_scan *scan;
	int ret = usdt_scan_new(NULL, &scan);

	if (ret)
		return ret;
	ret = usdt_scan_walk(scan, NULL, 0, 0, list_found, list);
	if (!ret && !list->files.count) {
		usdt_scan_tell_none(scan, err);
		ret = -ENOENT;
	}
	usdt_scan_free(scan);
	return ret;
}

static int list_some(struct list *list, const char *glob, struct bpfhost_error *err)
{
	struct bpfhost_probe *probe;
	int ret = bpfhost_probe_parse(glob, &probe, err);

	if (ret)
		return ret;
	ret = list_target(list, probe, err);
	bpfhost_probe_free(probe);
	return ret;
}

static int usdt_list(struct bpfhost_instance *self, const char *glob, int verbose,
		     void (*found)(void *ctx, const char *probe, const char *detail), void *ctx)
{
	struct list list = { .self = self, .verbose = verbose, .found = found, .ctx = ctx };
	struct bpfhost_error why = { 0 };
	int err = usdt_read_catalogues(self, &list.catalogue);

	if (err)
		return err;
	err = glob ? list_some(&list, glob, &why) : list_all(&list, &why);
	usdt_files_free(&list.files);
	usdt_catalogue_free(list.catalogue);
	return err ? bpfhost_fail(self, err, "%s", why.text[0] ? why.text : strerror(-err)) : 0;
}

const struct bpfhost_ext_probes usdt_ext_probes = {
	.size = sizeof(struct bpfhost_ext_probes),
	.list = usdt_list,
};
