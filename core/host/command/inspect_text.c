/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <stdbool.h>

#include "command/inspect.h"
#include "command/print.h"

static void inspect_line(FILE *out, const char *key, const char *text)
{
	fprintf(out, "%-13s", key);
	print_text(out, text && text[0] ? text : "-");
	fputc('\n', out);
}

static void inspect_bits(FILE *out, const char *key, const char *prefix, uint64_t bits,
			 const char *(*name)(unsigned int bit))
{
	fprintf(out, "%-13s", key);
	for (unsigned int bit = 0; bit < 64; bit++)
		if (bits >> bit & 1)
			fprintf(out, "%s%s ", prefix, name(bit) ? name(bit) : "?");
	fputs(bits ? "\n" : "-\n", out);
}

static void inspect_functions(FILE *out, uint32_t own)
{
	static const char *const names[] = { "load", "attach", "poll", "detach" };

	fprintf(out, "%-13s", "functions");
	for (unsigned int i = 0; i < 4; i++)
		fprintf(out, "%s%s%s", i ? " " : "", names[i], own >> i & 1 ? "" : "(SDK's)");
	fputc('\n', out);
}

/* What its programs change in what they trace; such a plugin is run only if it says so itself. */
static void inspect_changes(FILE *out, const struct inspection *inspection)
{
	uint64_t hidden = inspection->changes & ~inspection->plugin->descriptor->needs;

	if (inspection->is_unread)
		inspect_line(out, "changes", "unknown");
	else
		inspect_bits(out, "changes", "", inspection->changes, descriptor_need_name);
	if (hidden)
		inspect_bits(out, "undeclared", "", hidden, descriptor_need_name);
}

static void inspect_descriptor(FILE *out, const struct inspection *inspection)
{
	const struct descriptor *descriptor = inspection->plugin->descriptor;
	const char *trusted_by = inspection->plugin->admission->trusted_by;

	inspect_line(out, "name", descriptor->name);
	inspect_line(out, "version", descriptor->version);
	fprintf(out, "%-13s%u.%u\n", "abi", descriptor->abi_major, descriptor->abi_minor);
	inspect_line(out, "description", descriptor->description);
	inspect_line(out, "license", descriptor->license);
	inspect_line(out, "path", inspection->plugin->admission->path);
	if (inspection->refused[0])
		inspect_line(out, "refused", inspection->refused);
	else if (trusted_by)
		inspect_line(out, "trusted by", trusted_by);
	inspect_functions(out, descriptor->own_functions);
	inspect_bits(out, "needs", "", descriptor->needs, descriptor_need_name);
	inspect_bits(out, "capabilities", "cap_", descriptor->capabilities,
		     descriptor_capability_name);
	inspect_changes(out, inspection);
	fprintf(out, "%-13s", "libraries");
	for (size_t i = 0; image_needed(inspection->plugin->image, i); i++) {
		fputs(i ? " " : "", out);
		print_text(out, image_needed(inspection->plugin->image, i));
	}
	fputc('\n', out);
}

static void inspect_options(FILE *out, const struct descriptor *descriptor)
{
	fprintf(out, "\noptions: %zu\n", descriptor->option_count);
	for (size_t i = 0; i < descriptor->option_count; i++) {
		const struct bpfhost_option *option = &descriptor->options[i];

		fprintf(out, "  %-16s %-7s%s%s", option->name, descriptor_type_name(option->type),
			option->flags & BPFHOST_OPT_LIST ? " list" : "",
			option->flags & BPFHOST_OPT_REQUIRED ? " required" : "");
		if (option->default_text) {
			fputs(" default ", out);
			print_text(out, option->default_text);
		}
		fputs("  ", out);
		print_text(out, option->help);
		fputc('\n', out);
	}
}

static void inspect_object(FILE *out, const struct object_report *object)
{
	fprintf(out, "\nprograms: %zu\n", object->program_count);
	for (size_t i = 0; i < object->program_count; i++) {
		fputs("  ", out);
		print_text(out, object->programs[i].name);
		fputs("  ", out);
		print_text(out, object->programs[i].section);
		fputs("  ", out);
		print_text(out, object->programs[i].type);
		fprintf(out, "  %llu instructions\n",
			(unsigned long long)object->programs[i].instructions);
	}
	fprintf(out, "\nmaps: %zu\n", object->map_count);
	for (size_t i = 0; i < object->map_count; i++) {
		const struct object_map *map = &object->maps[i];

		fputs("  ", out);
		print_text(out, map->name);
		fputs("  ", out);
		print_text(out, map->type);
		fprintf(out, "  key %u value %u entries %u, about %llu bytes\n", map->key_size,
			map->value_size, map->max_entries, (unsigned long long)map->memory);
	}
}

static void inspect_event(FILE *out, const struct bpfhost_schema *schema)
{
	const struct bpfhost_schema_field *fields = bpfhost_schema_fields(schema);

	fputs("  ", out);
	print_text(out, bpfhost_schema_string(schema, schema->name));
	fprintf(out, "  %u bytes\n", schema->record_size);
	for (uint32_t i = 0; i < schema->nfields; i++) {
		fputs("    ", out);
		print_text(out, bpfhost_schema_string(schema, fields[i].name));
		fprintf(out, "  %s, %u bytes", inspect_kind_name(fields[i].kind), fields[i].size);
		if (fields[i].count > 1)
			fprintf(out, " each of %u", fields[i].count);
		fprintf(out, " at %u%s%s\n", fields[i].offset,
			fields[i].flags & BPFHOST_FIELD_OPTIONAL ? ", optional" : "",
			fields[i].metric == BPFHOST_METRIC_COUNTER ? ", counter"
			: fields[i].metric == BPFHOST_METRIC_GAUGE ? ", gauge"
								   : "");
	}
}

void inspect_print_text(FILE *out, const struct inspection *inspection)
{
	const struct object_report *object = &inspection->object;

	inspect_descriptor(out, inspection);
	inspect_options(out, inspection->plugin->descriptor);
	if (!inspection->plugin->descriptor->object_size)
		return;
	inspect_object(out, object);
	fprintf(out, "\nevents: %zu\n", object->schema_count);
	for (size_t i = 0; i < object->schema_count; i++)
		inspect_event(out, object->schemas[i]);
	if (object->failure[0]) {
		fputs("\nBPF object: ", out);
		print_text(out, object->failure);
		fputc('\n', out);
	}
}
