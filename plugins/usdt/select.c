/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "select.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpfhost/nearest.h>

#include "glob.h"

#define SELECT_SHOWN 64

static bool select_part_fits(const struct bpfhost_probe_part *part, const char *text)
{
	return part->has_glob ? usdt_glob_match(part->text, text) : !strcmp(part->text, text);
}

bool usdt_select_is_glob(const struct usdt_select *select)
{
	return select->name->has_glob || (select->provider && select->provider->has_glob);
}

bool usdt_select_fits(const struct usdt_select *select, const struct bpfhost_usdt_site *site)
{
	return select_part_fits(select->name, site->name) &&
	       (!select->provider || select_part_fits(select->provider, site->provider));
}

/* ---- what was meant ------------------------------------------------------------------------------- */

/* "PROVIDER:NAME", or "NAME" where no provider was given. */
static char *select_say(const struct usdt_select *select, const struct bpfhost_usdt_site *site)
{
	char *text;

	if (asprintf(&text, "%s%s%s", select->provider ? site->provider : "",
		     select->provider ? ":" : "", site->name) < 0)
		return NULL;
	return text;
}

static const char *select_nearest(const struct usdt_select *select, char **names, size_t count)
{
	char wanted[2 * BPFHOST_NEAREST_MAX];

	snprintf(wanted, sizeof(wanted), "%s%s%s", select->provider ? select->provider->text : "",
		 select->provider ? ":" : "", select->name->text);
	return bpfhost_nearest(wanted, (const char *const *)names, count);
}

static int select_unknown(const struct usdt_select *select, const struct usdt_file *file,
			  struct bpfhost_error *err)
{
	char **names = calloc(file->nsites, sizeof(*names));
	const char *nearest = NULL;
	size_t count = 0;

	for (size_t i = 0; names && i < file->nsites; i += usdt_file_group(file, i))
		names[count++] = select_say(select, &file->sites[i]);
	if (names)
		nearest = select_nearest(select, names, count);
	bpfhost_error_set(err, 0,
			  "there is no static probe \"%.*s%s%.*s\" in %s%s%.*s%s (`bpfhost probes "
			  "usdt %.128s` lists them)",
			  SELECT_SHOWN, select->provider ? select->provider->text : "",
			  select->provider ? ":" : "", SELECT_SHOWN, select->name->text,
			  file->file->target.path, nearest ? "; did you mean \"" : "",
			  2 * SELECT_SHOWN, nearest ?: "", nearest ? "\"?" : "",
			  file->file->target.text);
	for (size_t i = 0; i < count; i++)
		free(names[i]);
	free(names);
	return -ENOENT;
}

int usdt_select_check(const struct usdt_select *select, const struct usdt_file *file,
		      struct bpfhost_error *err)
{
	const struct bpfhost_usdt_site *first = NULL;

	for (size_t i = 0; i < file->nsites; i++) {
		const struct bpfhost_usdt_site *site = &file->sites[i];

		if (!usdt_select_fits(select, site))
			continue;
		if (!first)
			first = site;
		if (usdt_select_is_glob(select) || !strcmp(first->provider, site->provider))
			continue;
		bpfhost_error_set(err, 0,
				  "several providers of %s have a probe \"%.*s\"; write %.*s:%.*s "
				  "or %.*s:%.*s",
				  file->file->target.path, SELECT_SHOWN, select->name->text,
				  SELECT_SHOWN, first->provider, SELECT_SHOWN, first->name,
				  SELECT_SHOWN, site->provider, SELECT_SHOWN, site->name);
		return -ENOTUNIQ;
	}
	return first ? 0 : select_unknown(select, file, err);
}
