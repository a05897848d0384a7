/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "doctor/doctor.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "command/print.h"
#include "doctor/report.h"

struct doctor {
	struct machine *machine;
	struct catalogue *catalogue;
	struct patient *patients;
	size_t count;
};

static void doctor_free(struct doctor *doctor)
{
	for (size_t i = 0; i < doctor->count; i++)
		patient_free(&doctor->patients[i]);
	free(doctor->patients);
	catalogue_free(doctor->catalogue);
	machine_free(doctor->machine);
}

static int doctor_read_catalogue(struct doctor *doctor, const struct config *config)
{
	struct catalogue_paths paths = { 0 };
	int err = catalogue_paths_setup(config, &paths);

	if (!err)
		err = catalogue_read(&paths, &doctor->catalogue);
	catalogue_paths_free(&paths);
	return err;
}

/* One that is shadowed is not run, whatever it needs. */
static int doctor_admit(struct doctor *doctor, struct bpfhost_error *why)
{
	const struct catalogue *catalogue = doctor->catalogue;
	int err = 0;

	doctor->patients = calloc(catalogue->count + 1, sizeof(*doctor->patients));
	if (!doctor->patients)
		return -ENOMEM;
	for (size_t i = 0; i < catalogue->count && !err; i++) {
		struct patient *patient = &doctor->patients[doctor->count];

		if (catalogue->entries[i].state == CATALOGUE_SHADOWED)
			continue;
		doctor->count++;
		err = patient_read(&catalogue->entries[i], doctor->machine->ring_size, patient,
				   why);
		if (!err)
			patient_examine(doctor->machine, patient);
	}
	return err;
}

static int doctor_see(struct doctor *doctor, const struct config *config, struct bpfhost_error *why)
{
	uint64_t ring_size = config->ring_size ? config->ring_size : CONFIG_DEFAULT_RING_SIZE;
	int err = doctor_read_catalogue(doctor, config);

	if (!err)
		err = machine_examine(ring_size, &doctor->machine);
	return err ? err : doctor_admit(doctor, why);
}

static int doctor_status(const struct doctor *doctor)
{
	for (size_t i = 0; i < doctor->count; i++)
		if (patient_state(&doctor->patients[i]) != FACT_YES)
			return 1;
	return doctor->count ? 0 : 1;
}

int command_doctor(const struct config *config, FILE *out, FILE *log)
{
	struct bpfhost_error why = { .text = "" };
	struct doctor doctor = { .count = 0 };
	int status = 1, err;

	fflush(out);
	err = doctor_see(&doctor, config, &why);
	if (err) {
		fputs("bpfhost: error: failed to examine this machine: ", log);
		print_text(log, why.text[0] ? why.text : strerror(-err));
		fputc('\n', log);
	} else {
		const struct report report = {
			.machine = doctor.machine,
			.patients = doctor.patients,
			.patient_count = doctor.count,
		};

		if (config->format == CONFIG_FORMAT_JSON)
			report_json(out, &report);
		else
			report_text(out, &report);
		status = fflush(out) ? 1 : doctor_status(&doctor);
	}
	doctor_free(&doctor);
	return status;
}
