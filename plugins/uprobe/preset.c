/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "preset.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpfhost/data.h>
#include <bpfhost/nearest.h>

#define PRESET_SIZE_MAX   65536
#define PRESET_NAME_MAX   64
#define PRESET_NEAR_MAX   16
#define PRESET_EVENT_SIZE (2 * PRESET_NAME_MAX + 2)

static const char *const preset_folders[] = { "/etc/bpfhost/uprobe.d",
					      "/usr/share/bpfhost/uprobe.d" };

/* One preset being read. */
struct preset {
	const char *name;
	const char *origin; /* for messages */
	struct uprobe_uses *uses;
	const struct uprobe_settings *settings;
	char event[PRESET_NAME_MAX]; /* of the alternatives so far; "": none yet */
	bool fits;                   /* one of them does */
	struct bpfhost_error first;  /* why the first of them does not */
	struct bpfhost_error *err;
};

/* ---- one line --------------------------------------------------------------------------------- */

/* At the end of its alternatives an event must have found one. */
static int preset_end_event(struct preset *preset)
{
	if (!preset->event[0] || preset->fits)
		return 0;
	bpfhost_error_set(preset->err, 0,
			  "%s, event %s: no probe of it fits this machine; the first: %s",
			  preset->origin, preset->event, preset->first.text);
	return -ENOENT;
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
	if (ret && !preset->first.text[0])
		preset->first = why;
	return 0;
}

/* Whether it is a probe at all, which no machine decides. */
static int preset_check(const struct preset *preset, const char *text, unsigned int number)
{
	struct bpfhost_probe *probe = NULL;
	struct bpfhost_error why = { 0 };
	int ret = bpfhost_probe_parse(text, &probe, &why);

	bpfhost_probe_free(probe);
	if (ret)
		bpfhost_error_set(preset->err, 0, "%s, line %u: %s", preset->origin, number,
				  why.text);
	return ret;
}

static int preset_bad_line(struct preset *preset, unsigned int number)
{
	bpfhost_error_set(
		preset->err, 0,
		"%s, line %u: a line is written \"event = probe\", where the event is a name of letters, digits and _",
		preset->origin, number);
	return -EINVAL;
}

static int preset_line(struct preset *preset, char *line, unsigned int number)
{
	size_t name = 0;
	char *at = line + strspn(line, " \t");
	int ret = 0;

	if (!*at || *at == '#')
		return 0;
	while (isalnum((unsigned char)at[name]) || at[name] == '_')
		name++;
	line = at + name + strspn(at + name, " \t");
	if (!name || name >= PRESET_NAME_MAX || *line != '=')
		return preset_bad_line(preset, number);
	if (strlen(preset->event) != name || strncmp(preset->event, at, name) != 0) {
		ret = preset_end_event(preset);
		snprintf(preset->event, sizeof(preset->event), "%.*s", (int)name, at);
		preset->fits = false;
		preset->first = (struct bpfhost_error){ 0 };
	}
	line++;
	line += strspn(line, " \t");
	if (!ret)
		ret = preset_check(preset, line, number);
	return ret ? ret : preset_probe(preset, line);
}

static int preset_text(struct preset *preset, char *text)
{
	unsigned int number = 1;
	int ret = 0;

	for (char *line = text, *end; line && !ret; line = end, number++) {
		end = strchr(line, '\n');
		if (end)
			*end++ = '\0';
		ret = preset_line(preset, line, number);
	}
	if (!ret)
		ret = preset_end_event(preset);
	if (!ret && !preset->event[0]) {
		bpfhost_error_set(preset->err, 0, "%s holds no probe", preset->origin);
		ret = -ENOENT;
	}
	return ret;
}

/* ---- where it is ------------------------------------------------------------------------------ */

static int preset_unknown(const struct preset *preset)
{
	const char *names[PRESET_NEAR_MAX] = { NULL }, *near;
	size_t n = 0;

	for (; uprobe_presets[n].name && n < PRESET_NEAR_MAX; n++)
		names[n] = uprobe_presets[n].name;
	near = bpfhost_nearest(preset->name, names, n);
	bpfhost_error_set(
		preset->err, 0,
		"there is no preset \"%.64s\", neither built in nor as a file %s/%.64s.preset; "
		"%s \"%s\"%s",
		preset->name, preset_folders[0], preset->name, near ? "did you mean" : "there is",
		near ? near : names[0], near ? "?" : "");
	return -ENOENT;
}

/* What holds a zero byte is no text: -EILSEQ. */
static int preset_read(const char *path, char **ret_text)
{
	char *text;
	size_t length;
	int ret = bpfhost_data_read(path, PRESET_SIZE_MAX, &text, &length);

	if (ret)
		return ret;
	if (strlen(text) != length) {
		free(text);
		return -EILSEQ;
	}
	*ret_text = text;
	return 0;
}

static int preset_unreadable(const struct preset *preset, int err)
{
	const char *why = err == -EILSEQ   ? "it is no text"
			  : err == -EINVAL ? "it is no regular file"
					   : strerror(-err);

	bpfhost_error_set(preset->err, 0, "failed to read %s: %s", preset->origin, why);
	return err == -EILSEQ ? -EINVAL : err;
}

static int preset_find(const struct preset *preset, char *origin, size_t size, char **ret_text)
{
	int ret = -ENOENT;

	for (size_t i = 0; i < sizeof(preset_folders) / sizeof(preset_folders[0]); i++) {
		snprintf(origin, size, "%s/%s.preset", preset_folders[i], preset->name);
		ret = preset_read(origin, ret_text);
		if (ret != -ENOENT)
			break;
	}
	if (ret != -ENOENT)
		return ret ? preset_unreadable(preset, ret) : 0;
	snprintf(origin, size, "preset %s", preset->name);
	for (const struct uprobe_preset *known = uprobe_presets; known->name; known++)
		if (!strcmp(known->name, preset->name)) {
			*ret_text = strdup(known->text);
			return *ret_text ? 0 : -ENOMEM;
		}
	return preset_unknown(preset);
}

int uprobe_preset_add(struct uprobe_uses *uses, const char *name,
		      const struct uprobe_settings *settings, struct bpfhost_error *err)
{
	char origin[128], *text = NULL;
	struct preset preset = {
		.name = name,
		.origin = origin,
		.uses = uses,
		.settings = settings,
		.err = err,
	};
	int ret;

	if (!*name || strlen(name) >= PRESET_NAME_MAX || strpbrk(name, "/.")) {
		bpfhost_error_set(err, 0, "\"%.64s\" is no name of a preset", name);
		return -EINVAL;
	}
	ret = preset_find(&preset, origin, sizeof(origin), &text);
	if (!ret)
		ret = preset_text(&preset, text);
	free(text);
	return ret;
}
