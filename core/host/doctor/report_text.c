/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <stdbool.h>
#include <string.h>

#include "command/print.h"
#include "doctor/report.h"

#define TEXT_WIDTH 100
/* Which need not be told of each. */
#define TEXT_NEEDED_BY_ALL                                                                         \
	(1ULL << FACT_KERNEL | 1ULL << FACT_LOCKDOWN | 1ULL << FACT_BPF | 1ULL << FACT_SECCOMP |   \
	 1ULL << FACT_USER | 1ULL << FACT_MEMORY)

static const char *text_mark(enum fact_state state)
{
	return state == FACT_YES ? "ok" : state == FACT_NO ? "NO" : "?";
}

static void text_fact(FILE *out, const char *title, const struct fact *fact)
{
	fprintf(out, "  %-3s %-21s ", text_mark(fact->state), title);
	print_text(out, fact->detail);
	fputc('\n', out);
	if (fact->fix[0]) {
		fprintf(out, "  %-3s %-21s to mend it: ", "", "");
		print_text(out, fact->fix);
		fputc('\n', out);
	}
}

/* The names whose state is this, in lines of words. */
static void text_types(FILE *out, const char *title, const uint8_t *states, enum fact_state state,
		       const char *(*name)(uint32_t type))
{
	size_t column = (size_t)fprintf(out, "  %-25s", title);
	bool any = false;

	for (uint32_t type = 1; name(type); type++) {
		if (states[type] != state)
			continue;
		if (column + strlen(name(type)) >= TEXT_WIDTH)
			column = (size_t)fprintf(out, "\n  %-25s", "") - 1;
		column += (size_t)fprintf(out, " %s", name(type));
		any = true;
	}
	fputs(any ? "\n" : " -\n", out);
}

static void text_kernel_types(FILE *out, const struct machine *machine)
{
	fputs("\ntypes of BPF programs and maps\n", out);
	text_types(out, "programs", machine->programs, FACT_YES, report_program_type);
	text_types(out, "programs it has not", machine->programs, FACT_NO, report_program_type);
	text_types(out, "maps", machine->maps, FACT_YES, report_map_type);
	text_types(out, "maps it has not", machine->maps, FACT_NO, report_map_type);
	if (machine->facts[FACT_BPF].state != FACT_YES)
		fputs("  nothing can be asked without the right to use bpf(2)\n", out);
}

static void text_settings(FILE *out, const struct machine *machine)
{
	fputs("\nsettings\n", out);
	for (uint32_t i = 0; i < machine->setting_count; i++) {
		const struct machine_setting *setting = &machine->settings[i];

		fprintf(out, "  %-30s ", setting->name);
		print_text(out, setting->value[0] ? setting->value : "not told, or not set");
		fputc('\n', out);
	}
}

static void text_processes(FILE *out, const struct machine *machine)
{
	struct report_process processes[REPORT_PROCESSES];

	report_processes(machine, processes);
	fputs("\nprocesses\n", out);
	for (size_t i = 0; i < REPORT_PROCESSES; i++)
		fprintf(out, "  %-11s %s\n  %-11s %s\n", processes[i].name, processes[i].does, "",
			processes[i].holds);
}

/* ---- plugins --------------------------------------------------------------------------------------- */

static void text_needs(FILE *out, const struct patient *patient)
{
	char names[2048];

	fputs("      needs   ", out);
	machine_name_capabilities(patient->capabilities, names, sizeof(names));
	fputs(names[0] ? names : "no capability", out);
	for (enum fact_id id = 0; id < FACT_COUNT; id++)
		if ((patient->facts & ~TEXT_NEEDED_BY_ALL) >> id & 1)
			fprintf(out, ", %s", fact_title(id));
	if (patient->memory >> 20)
		fprintf(out, ", about %llu MiB", (unsigned long long)patient->memory >> 20);
	else if (patient->memory)
		fprintf(out, ", about %llu KiB", (unsigned long long)patient->memory >> 10);
	fputc('\n', out);
}

static void text_miss(FILE *out, const struct patient_miss *miss)
{
	fprintf(out, "      %s %s: ", miss->state == FACT_NO ? "missing" : "unknown", miss->what);
	print_text(out, miss->detail);
	fputc('\n', out);
	if (miss->fix[0]) {
		fputs("              to mend it: ", out);
		print_text(out, miss->fix);
		fputc('\n', out);
	}
}

static void text_patient(FILE *out, const struct machine *machine, const struct patient *patient)
{
	static const char *const verdicts[] = { [FACT_YES] = "will work here",
						[FACT_NO] = "will not work here",
						[FACT_UNKNOWN] = "cannot be told" };
	const struct catalogue_entry *entry = patient->entry;
	enum fact_state state = patient_state(patient);
	char worker[400];

	fprintf(out, "  %-3s ", text_mark(state));
	print_text(out, entry->name[0] ? entry->name : entry->path);
	fprintf(out, ": %s\n", verdicts[state]);
	for (uint32_t i = 0; i < patient->miss_count; i++)
		text_miss(out, &patient->misses[i]);
	if (!entry->plugin)
		return;
	text_needs(out, patient);
	patient_describe_worker(machine, patient, worker, sizeof(worker));
	fprintf(out, "      worker  %s\n", worker);
}

void report_text(FILE *out, const struct report *report)
{
	fputs("this machine\n", out);
	for (enum fact_id id = 0; id < FACT_COUNT; id++)
		text_fact(out, fact_title(id), &report->machine->facts[id]);
	text_kernel_types(out, report->machine);
	text_settings(out, report->machine);
	text_processes(out, report->machine);
	fputs("\nplugins\n", out);
	for (size_t i = 0; i < report->patient_count; i++)
		text_patient(out, report->machine, &report->patients[i]);
	if (!report->patient_count)
		fputs("  none is installed\n", out);
}
