/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef DOCTOR_REPORT_H
#define DOCTOR_REPORT_H

#include <stdio.h>

#include "doctor/patient.h"

struct report {
	const struct machine *machine;
	const struct patient *patients;
	size_t patient_count;
};

#define REPORT_PROCESSES 3

/* One of bpfhost's processes that belong to no plugin, and what it holds. */
struct report_process {
	const char *name;
	const char *does;
	char holds[2300];
};

void report_text(FILE *out, const struct report *report);
/* One object in one line. */
void report_json(FILE *out, const struct report *report);

void report_processes(const struct machine *machine, struct report_process out[REPORT_PROCESSES]);
/* "yes", "no", "unknown" */
const char *report_state(enum fact_state state);
/* The names of types of programs and maps, NULL behind the last. */
const char *report_program_type(uint32_t type);
const char *report_map_type(uint32_t type);

#endif
