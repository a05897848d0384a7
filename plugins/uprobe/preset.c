/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "preset.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpfhost/data.h>
#include <bpfhost/nearest.h>

#include "preset_text.h"

#define PRESET_SIZE_MAX   65536
#define PRESET_NEAR_MAX   16
#define PRESET_EVENT_SIZE (2 * UPROBE_PRESET_NAME_SIZE + 2)

const char *const uprobe_preset_folders[] = { "/etc/bpfhost/uprobe.d",
					      "/usr/share/bpfhost/uprobe.d", NULL };

/* One preset being read. */
struct preset {
	const char *name;
	const char *origin; /* for messages */
	struct uprobe_uses *uses;
	const struct uprobe_settings *settings;
	char event[UPROBE_PRESET_NAME_SIZE]; /* of the alternatives so far; "": none yet */
	bool fits;                           /* one of them does */
	struct bpfhost_error first;          /* why the first of them does not, */
	int first_error;                     /* and -errno */
	struct bpfhost_error *err;
};

/* ---- its lines -------------------------------------------------------------------------------- */

/* At the end of its alternatives an event must have found one. */
static int preset_end_event(struct preset *preset)
{
	if (!preset->event[0] || preset->fits)
		return 0;
	bpfhost_error_set(preset->err, 0,
			  "%s, event %s: no probe of it fits this machine; the first: %s",
			  preset->origin, preset->event, preset->first.text);
	return bpfhost_file_is_bad(preset->first_error) ? preset->first_error : -ENOENT;
}

static int preset_probe(struct preset *preset, const char *text)
{
	struct bpfhost_error why = { 0 };
	char event[PRESET_EVENT_SIZE];
	int ret;

	if (preset->fits)
		return 0;
	snprintf(event, sizeof(event), "%s:%s", preset->name, preset->event);
	ret = uprobe_uses_add(preset->uses, text, event, preset->settings, &why);
	if (ret == -ENOMEM)
		return ret;
	preset->fits = !ret;
	if (ret && !preset->first.text[0]) {
		preset->first = why;
		preset->first_error = ret;
	}
	return 0;
}

static int preset_line(void *ctx, const char *event, const char *probe)
{
	struct preset *preset = ctx;
	int ret;

	if (strcmp(preset->event, event) != 0) {
		ret = preset_end_event(preset);
		if (ret)
			return ret;
		snprintf(preset->event, sizeof(preset->event), "%s", event);
		preset->fits = false;
		preset->first = (struct bpfhost_error){ 0 };
	}
	return preset_probe(preset, probe);
}

/* ---- where it is ------------------------------------------------------------------------------ */

static int preset_unknown(const struct preset *preset, const char *folder)
{
	const char *names[PRESET_NEAR_MAX] = { NULL }, *near;
	size_t n = 0;

	for (; uprobe_presets[n].name && n < PRESET_NEAR_MAX; n++)
		names[n] = uprobe_presets[n].name;
	near = bpfhost_nearest(preset->name, names, n);
	bpfhost_error_set(
		preset->err, 0,
		"there is no preset \"%s\", neither built in nor as a file %.128s/%s.preset; "
		"%s \"%s\"%s",
		preset->name, folder, preset->name, near ? "did you mean" : "there is",
		near ? near : names[0], near ? "?" : "");
	return -ENOENT;
}

/* One that was built in. */
static int preset_shipped(const struct preset *preset, const char *folder, char **ret_text,
			  size_t *ret_length)
{
	for (const struct uprobe_preset *known = uprobe_presets; known->name; known++) {
		if (strcmp(known->name, preset->name) != 0)
			continue;
		*ret_text = strdup(known->text);
		*ret_length = strlen(known->text);
		return *ret_text ? 0 : -ENOMEM;
	}
	return preset_unknown(preset, folder);
}

static int preset_find(const struct preset *preset, const char *const *folders,
		       char origin[PATH_MAX], char **ret_text, size_t *ret_length)
{
	int ret = -ENOENT;

	for (size_t i = 0; folders[i] && ret == -ENOENT; i++) {
		snprintf(origin, PATH_MAX, "%s/%s.preset", folders[i], preset->name);
		ret = bpfhost_data_read(origin, PRESET_SIZE_MAX, ret_text, ret_length);
	}
	if (ret == -ENOENT) {
		snprintf(origin, PATH_MAX, "preset %s", preset->name);
		return preset_shipped(preset, folders[0], ret_text, ret_length);
	}
	if (ret)
		bpfhost_error_set(preset->err, 0, "failed to read %s: %s", origin,
				  ret == -EFBIG ? "a preset has 64 KiB at most" : strerror(-ret));
	/* A file of the configuration's: no program has it, whose probes could be left out. */
	return bpfhost_file_is_bad(ret) ? -EINVAL : ret;
}

int uprobe_preset_add(struct uprobe_uses *uses, const char *name, const char *const *folders,
		      const struct uprobe_settings *settings, struct bpfhost_error *err)
{
	char origin[PATH_MAX], *text = NULL;
	struct preset preset = {
		.name = name,
		.origin = origin,
		.uses = uses,
		.settings = settings,
		.err = err,
	};
	uint32_t count = uses->count, nlayouts = uses->nlayouts;
	size_t length;
	int ret;

	if (!*name || strlen(name) >= UPROBE_PRESET_NAME_SIZE || strpbrk(name, "/.")) {
		bpfhost_error_set(err, 0, "\"%.64s\" is no name of a preset", name);
		return -EINVAL;
	}
	ret = preset_find(&preset, folders, origin, &text, &length);
	if (!ret)
		ret = uprobe_preset_text(origin, text, length, preset_line, &preset, err);
	if (!ret)
		ret = preset_end_event(&preset);
	if (ret)
		uprobe_uses_take_back(uses, count, nlayouts);
	free(text);
	return ret;
}
