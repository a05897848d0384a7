/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <string.h>

#include "command/command.h"
#include "command/print.h"
#include "loader/catalogue.h"

static const char *list_state(enum catalogue_state state)
{
	return state == CATALOGUE_OK ? "ok" : state == CATALOGUE_REFUSED ? "refused" : "shadowed";
}

static void list_abi(const struct catalogue_entry *entry, char *buf, size_t size)
{
	const struct descriptor *descriptor = entry->plugin ? entry->plugin->descriptor : NULL;

	if (descriptor)
		snprintf(buf, size, "%u.%u", descriptor->abi_major, descriptor->abi_minor);
	else
		snprintf(buf, size, "-");
}

static void list_json(FILE *out, const struct catalogue_entry *entry)
{
	const struct descriptor *descriptor = entry->plugin ? entry->plugin->descriptor : NULL;
	char abi[16];

	list_abi(entry, abi, sizeof(abi));
	fputs("{\"name\":", out);
	print_json(out, entry->name);
	print_json_member(out, "version", descriptor ? descriptor->version : NULL);
	print_json_member(out, "abi", descriptor ? abi : NULL);
	print_json_member(out, "state", list_state(entry->state));
	print_json_member(out, "path", entry->path);
	print_json_member(out, "description", descriptor ? descriptor->description : NULL);
	print_json_member(out, "reason", entry->state == CATALOGUE_REFUSED ? entry->reason : NULL);
	print_json_member(out, "shadowed_by",
			  entry->state == CATALOGUE_SHADOWED ? entry->reason : NULL);
	print_json_member(out, "trusted_by",
			  entry->plugin ? entry->plugin->admission->trusted_by : NULL);
	fputs("}\n", out);
}

/* Left-aligned in width columns; a file's name may be anything. */
static void list_cell(FILE *out, const char *text, size_t width)
{
	size_t size = strlen(text);

	print_text(out, text);
	fprintf(out, "%*s  ", (int)(size < width ? width - size : 0), "");
}

static void list_line(FILE *out, const struct catalogue_entry *entry, size_t name, size_t path)
{
	const struct descriptor *descriptor = entry->plugin ? entry->plugin->descriptor : NULL;
	char abi[16];

	list_abi(entry, abi, sizeof(abi));
	list_cell(out, entry->name[0] ? entry->name : "-", name);
	list_cell(out, descriptor && descriptor->version[0] ? descriptor->version : "-", 8);
	list_cell(out, abi, 4);
	list_cell(out, list_state(entry->state), 8);
	list_cell(out, entry->path, path);
	if (entry->state == CATALOGUE_SHADOWED)
		fputs("by ", out);
	print_text(out, descriptor ? descriptor->description : entry->reason);
	if (entry->plugin && entry->plugin->admission->trusted_by) {
		fputs(" (trusted by --trust ", out);
		print_text(out, entry->plugin->admission->trusted_by);
		fputc(')', out);
	}
	fputc('\n', out);
}

static void list_table(FILE *out, const struct catalogue *catalogue)
{
	size_t name = 4, path = 4;

	for (size_t i = 0; i < catalogue->count; i++) {
		const struct catalogue_entry *entry = &catalogue->entries[i];

		name = strlen(entry->name) > name ? strlen(entry->name) : name;
		path = strlen(entry->path) > path ? strlen(entry->path) : path;
	}
	list_cell(out, "NAME", name);
	list_cell(out, "VERSION", 8);
	list_cell(out, "ABI", 4);
	list_cell(out, "STATE", 8);
	list_cell(out, "PATH", path);
	fputs("DESCRIPTION\n", out);
	for (size_t i = 0; i < catalogue->count; i++)
		list_line(out, &catalogue->entries[i], name, path);
}

int command_list(const struct config *config, FILE *out, FILE *log)
{
	struct catalogue_paths paths = { 0 };
	struct catalogue *catalogue = NULL;
	int e = catalogue_paths_setup(config, &paths);

	if (!e)
		e = catalogue_read(&paths, &catalogue);
	if (e)
		fprintf(log, "bpfhost: error: failed to read the plugin folders: %s\n",
			strerror(-e));
	else if (config->format == CONFIG_FORMAT_JSON)
		for (size_t i = 0; i < catalogue->count; i++)
			list_json(out, &catalogue->entries[i]);
	else
		list_table(out, catalogue);
	catalogue_free(catalogue);
	catalogue_paths_free(&paths);
	return e || fflush(out) ? 1 : 0;
}
