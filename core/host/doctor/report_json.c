/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "command/print.h"
#include "doctor/report.h"

static void json_facts(FILE *out, const struct machine *machine)
{
	fputs("{\"machine\":[", out);
	for (enum fact_id id = 0; id < FACT_COUNT; id++) {
		const struct fact *fact = &machine->facts[id];

		fprintf(out, "%s{\"name\":", id ? "," : "");
		print_json(out, fact_name(id));
		print_json_member(out, "state", report_state(fact->state));
		print_json_member(out, "detail", fact->detail);
		print_json_member(out, "fix", fact->fix[0] ? fact->fix : NULL);
		fputc('}', out);
	}
	fputc(']', out);
}

/* true, false, or null where it cannot be told */
static void json_types(FILE *out, const char *key, const uint8_t *states,
		       const char *(*name)(uint32_t type))
{
	fprintf(out, ",\"%s\":{", key);
	for (uint32_t type = 1; name(type); type++) {
		fputs(type > 1 ? "," : "", out);
		print_json(out, name(type));
		fprintf(out, ":%s",
			states[type] == FACT_YES  ? "true"
			: states[type] == FACT_NO ? "false"
						  : "null");
	}
	fputc('}', out);
}

static void json_settings(FILE *out, const struct machine *machine)
{
	fputs(",\"settings\":{", out);
	for (uint32_t i = 0; i < machine->setting_count; i++) {
		const struct machine_setting *setting = &machine->settings[i];

		fputs(i ? "," : "", out);
		print_json(out, setting->name);
		fputc(':', out);
		print_json(out, setting->value[0] ? setting->value : NULL);
	}
	fputc('}', out);
}

static void json_processes(FILE *out, const struct machine *machine)
{
	struct report_process processes[REPORT_PROCESSES];

	report_processes(machine, processes);
	fputs(",\"processes\":[", out);
	for (size_t i = 0; i < REPORT_PROCESSES; i++) {
		fprintf(out, "%s{\"name\":", i ? "," : "");
		print_json(out, processes[i].name);
		print_json_member(out, "holds", processes[i].holds);
		fputc('}', out);
	}
	fputc(']', out);
}

static void json_needs(FILE *out, const struct machine *machine, const struct patient *patient)
{
	const char *comma = "";
	char text[2048];

	machine_name_capabilities(patient->capabilities, text, sizeof(text));
	print_json_member(out, "capabilities", text);
	fputs(",\"needs\":[", out);
	for (enum fact_id id = 0; id < FACT_COUNT; id++) {
		if (!(patient->facts >> id & 1))
			continue;
		fputs(comma, out);
		print_json(out, fact_name(id));
		comma = ",";
	}
	fprintf(out, "],\"memory\":%llu", (unsigned long long)patient->memory);
	patient_describe_worker(machine, patient, text, sizeof(text));
	print_json_member(out, "worker", text);
}

static void json_patient(FILE *out, const struct machine *machine, const struct patient *patient)
{
	const struct catalogue_entry *entry = patient->entry;

	fputs("{\"name\":", out);
	print_json(out, entry->name);
	print_json_member(out, "path", entry->path);
	print_json_member(out, "works", report_state(patient_state(patient)));
	if (entry->plugin)
		json_needs(out, machine, patient);
	fputs(",\"missing\":[", out);
	for (uint32_t i = 0; i < patient->miss_count; i++) {
		const struct patient_miss *miss = &patient->misses[i];

		fprintf(out, "%s{\"what\":", i ? "," : "");
		print_json(out, miss->what);
		print_json_member(out, "state", report_state(miss->state));
		print_json_member(out, "detail", miss->detail);
		print_json_member(out, "fix", miss->fix[0] ? miss->fix : NULL);
		fputc('}', out);
	}
	fputs("]}", out);
}

void report_json(FILE *out, const struct report *report)
{
	const struct machine *machine = report->machine;

	json_facts(out, machine);
	json_types(out, "program_types", machine->programs, report_program_type);
	json_types(out, "map_types", machine->maps, report_map_type);
	json_settings(out, machine);
	json_processes(out, machine);
	fputs(",\"plugins\":[", out);
	for (size_t i = 0; i < report->patient_count; i++) {
		fputs(i ? "," : "", out);
		json_patient(out, machine, &report->patients[i]);
	}
	fputs("]}\n", out);
}
