/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "command/inspect.h"
#include "command/print.h"

static void inspect_json_bits(FILE *out, const char *key, const char *prefix, uint64_t bits,
			      const char *(*name)(unsigned int bit))
{
	const char *comma = "";

	fprintf(out, ",\"%s\":[", key);
	for (unsigned int bit = 0; bit < 64; bit++) {
		if (!(bits >> bit & 1))
			continue;
		fprintf(out, "%s\"%s%s\"", comma, prefix, name(bit) ? name(bit) : "?");
		comma = ",";
	}
	fputc(']', out);
}

static void inspect_json_option(FILE *out, const struct bpfhost_option *option)
{
	fputs("{\"name\":", out);
	print_json(out, option->name);
	print_json_member(out, "type", descriptor_type_name(option->type));
	fprintf(out, ",\"list\":%s,\"required\":%s",
		option->flags & BPFHOST_OPT_LIST ? "true" : "false",
		option->flags & BPFHOST_OPT_REQUIRED ? "true" : "false");
	print_json_member(out, "default", option->default_text);
	if (option->min || option->max)
		fprintf(out, ",\"min\":%lld,\"max\":%lld", (long long)option->min,
			(long long)option->max);
	if (option->choices) {
		fputs(",\"choices\":[", out);
		for (size_t i = 0; option->choices[i]; i++) {
			fputs(i ? "," : "", out);
			print_json(out, option->choices[i]);
		}
		fputc(']', out);
	}
	print_json_member(out, "help", option->help);
	fputc('}', out);
}

static void inspect_json_object(FILE *out, const struct object_report *object)
{
	fputs(",\"programs\":[", out);
	for (size_t i = 0; i < object->program_count; i++) {
		fprintf(out, "%s{\"name\":", i ? "," : "");
		print_json(out, object->programs[i].name);
		print_json_member(out, "section", object->programs[i].section);
		print_json_member(out, "type", object->programs[i].type);
		fprintf(out, ",\"instructions\":%llu}",
			(unsigned long long)object->programs[i].instructions);
	}
	fputs("],\"maps\":[", out);
	for (size_t i = 0; i < object->map_count; i++) {
		const struct object_map *map = &object->maps[i];

		fprintf(out, "%s{\"name\":", i ? "," : "");
		print_json(out, map->name);
		print_json_member(out, "type", map->type);
		fprintf(out,
			",\"key_size\":%u,\"value_size\":%u,\"max_entries\":%u,\"flags\":%u,"
			"\"memory\":%llu}",
			map->key_size, map->value_size, map->max_entries, map->flags,
			(unsigned long long)map->memory);
	}
	fputc(']', out);
}

static void inspect_json_event(FILE *out, const struct bpfhost_schema *schema)
{
	static const char *const metrics[] = { NULL, "counter", "gauge" };
	const struct bpfhost_schema_field *fields = bpfhost_schema_fields(schema);

	fputs("{\"name\":", out);
	print_json(out, bpfhost_schema_string(schema, schema->name));
	fprintf(out, ",\"size\":%u,\"fields\":[", schema->record_size);
	for (uint32_t i = 0; i < schema->nfields; i++) {
		fprintf(out, "%s{\"name\":", i ? "," : "");
		print_json(out, bpfhost_schema_string(schema, fields[i].name));
		print_json_member(out, "kind", inspect_kind_name(fields[i].kind));
		fprintf(out, ",\"offset\":%u,\"size\":%u,\"count\":%u", fields[i].offset,
			fields[i].size, fields[i].count);
		print_json_member(out, "metric",
				  fields[i].metric < 3 ? metrics[fields[i].metric] : NULL);
		fputc('}', out);
	}
	fputs("]}", out);
}

static void inspect_json_descriptor(FILE *out, const struct inspection *inspection)
{
	static const char *const names[] = { "load", "attach", "poll", "detach" };
	const struct descriptor *descriptor = inspection->plugin->descriptor;
	const char *comma = "";

	fputs("{\"name\":", out);
	print_json(out, descriptor->name);
	print_json_member(out, "version", descriptor->version);
	fprintf(out, ",\"abi\":\"%u.%u\"", descriptor->abi_major, descriptor->abi_minor);
	print_json_member(out, "description", descriptor->description);
	print_json_member(out, "license", descriptor->license);
	print_json_member(out, "path", inspection->plugin->admission->path);
	print_json_member(out, "state", inspection->refused[0] ? "refused" : "ok");
	print_json_member(out, "reason", inspection->refused[0] ? inspection->refused : NULL);
	print_json_member(out, "trusted_by",
			  inspection->refused[0] ? NULL
						 : inspection->plugin->admission->trusted_by);
	fputs(",\"own_functions\":[", out);
	for (unsigned int i = 0; i < 4; i++) {
		if (!(descriptor->own_functions >> i & 1))
			continue;
		fprintf(out, "%s\"%s\"", comma, names[i]);
		comma = ",";
	}
	fputc(']', out);
	inspect_json_bits(out, "needs", "", descriptor->needs, descriptor_need_name);
	inspect_json_bits(out, "capabilities", "cap_", descriptor->capabilities,
			  descriptor_capability_name);
	if (inspection->is_unread)
		print_json_member(out, "changes", NULL);
	else
		inspect_json_bits(out, "changes", "", inspection->changes, descriptor_need_name);
	inspect_json_bits(out, "undeclared", "", inspection->changes & ~descriptor->needs,
			  descriptor_need_name);
}

void inspect_print_json(FILE *out, const struct inspection *inspection)
{
	const struct descriptor *descriptor = inspection->plugin->descriptor;
	const struct object_report *object = &inspection->object;

	inspect_json_descriptor(out, inspection);
	fputs(",\"libraries\":[", out);
	for (size_t i = 0; image_needed(inspection->plugin->image, i); i++) {
		fputs(i ? "," : "", out);
		print_json(out, image_needed(inspection->plugin->image, i));
	}
	fputs("],\"options\":[", out);
	for (size_t i = 0; i < descriptor->option_count; i++) {
		fputs(i ? "," : "", out);
		inspect_json_option(out, &descriptor->options[i]);
	}
	fputc(']', out);
	inspect_json_object(out, object);
	fputs(",\"events\":[", out);
	for (size_t i = 0; i < object->schema_count; i++) {
		fputs(i ? "," : "", out);
		inspect_json_event(out, object->schemas[i]);
	}
	fputc(']', out);
	print_json_member(out, "failure", object->failure[0] ? object->failure : NULL);
	fputs("}\n", out);
}
