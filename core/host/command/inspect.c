/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "command/inspect.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "command/command.h"
#include "command/print.h"
#include "loader/catalogue.h"
#include "loader/changes.h"

const char *inspect_kind_name(uint16_t kind)
{
	static const char *const names[] = {
		"?",        "uint",   "int",   "hex",     "pointer", "bool", "char",
		"float",    "string", "bytes", "counted", "ipv4",    "ipv6", "mac",
		"sockaddr", "errno",  "enum",  "flags",   "port_be", "ns",   "address",
	};

	return names[kind < sizeof(names) / sizeof(names[0]) ? kind : 0];
}

static bool inspect_is_file(const char *target)
{
	size_t size = strlen(target);

	return strchr(target, '/') || (size > 3 && !strcmp(target + size - 3, ".so"));
}

/*
 * Who may have written the file matters to those who run it. To look at it does no harm and is what
 * one does before trusting it: so it is shown all the same, with the reason it would not be run.
 */
static int inspect_open(const char *path, const struct admission_trust *trust,
			struct inspection *inspection, struct bpfhost_error *err)
{
	static const char *const root[] = { "/" };
	const struct admission_trust all = { .folders = root, .count = 1 };
	struct admission *admission = NULL;
	int e = admission_open(path, trust, &admission, err);

	admission_free(admission);
	if (e != -EPERM)
		return loader_open(path, trust, &inspection->plugin, err);
	memcpy(inspection->refused, err->text, sizeof(inspection->refused));
	return loader_open(path, &all, &inspection->plugin, err);
}

static int inspect_read(const struct config *config, struct inspection *inspection,
			struct bpfhost_error *err)
{
	struct catalogue_paths paths;
	char *path = NULL;
	int e = catalogue_paths_setup(config, &paths);

	if (e)
		return e;
	if (inspect_is_file(config->target))
		e = (path = strdup(config->target)) ? 0 : -ENOMEM;
	else
		e = catalogue_find(&paths, config->target, &path, err);
	if (!e)
		e = inspect_open(path, &paths.trust, inspection, err);
	free(path);
	catalogue_paths_free(&paths);
	return e;
}

/* As a run would refuse it. */
static void inspect_read_changes(struct inspection *inspection, const void *object, size_t size)
{
	struct bpfhost_error why = { 0 };

	inspection->is_unread = changes_read(object, size, &inspection->changes, &why) != 0;
	if (inspection->is_unread && !inspection->refused[0])
		memcpy(inspection->refused, why.text, sizeof(inspection->refused));
}

static int inspect_read_object(struct inspection *inspection, struct bpfhost_error *err)
{
	const struct loader_plugin *plugin = inspection->plugin;
	const struct descriptor *descriptor = plugin->descriptor;

	const void *object =
		image_bytes(plugin->image, descriptor->object_offset, descriptor->object_size);

	if (!descriptor->object_size)
		return 0;
	inspect_read_changes(inspection, object, descriptor->object_size);
	return object_read(descriptor->name, object, descriptor->object_size, &inspection->object,
			   err);
}

int command_inspect(const struct config *config, FILE *out, FILE *log)
{
	struct inspection inspection = { .plugin = NULL };
	struct bpfhost_error err = { .text = "out of memory" };
	int e = inspect_read(config, &inspection, &err);
	int status = e == -ENOENT || e == -EINVAL ? 2 : e ? 1 : 0;

	if (!e)
		e = inspect_read_object(&inspection, &err);
	if (e) {
		fputs("bpfhost: error: ", log);
		print_text(log, err.text);
		fputc('\n', log);
	} else if (config->format == CONFIG_FORMAT_JSON) {
		inspect_print_json(out, &inspection);
	} else {
		inspect_print_text(out, &inspection);
	}
	if (inspection.refused[0] || inspection.object.failure[0] || fflush(out))
		status = status ? status : 1;
	object_free(&inspection.object);
	loader_free(inspection.plugin);
	return e && !status ? 1 : status;
}
