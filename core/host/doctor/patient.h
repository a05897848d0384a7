/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef DOCTOR_PATIENT_H
#define DOCTOR_PATIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "command/object.h"
#include "doctor/machine.h"
#include "loader/catalogue.h"
#include "loader/code.h"

#define PATIENT_MISSES 32

/* Something that a plugin needs and this machine has not, or of which that cannot be told. */
struct patient_miss {
	const char *what;      /* "capabilities", or a fact's title; lives as long as the program */
	enum fact_state state; /* FACT_NO or FACT_UNKNOWN */
	char detail[256];
	char fix[256]; /* "" where there is none */
};

/* A plugin that is installed: what it needs, by its file alone, and what of that is not here. */
struct patient {
	const struct catalogue_entry *entry; /* not one that is shadowed */
	struct object_report object;
	struct code_use code;
	uint64_t capabilities; /* that loading and attaching take */
	uint64_t facts;        /* bit n: needs enum fact_id n */
	uint64_t memory; /* bytes of its maps, about, with a ring of the size that was asked for */

	struct patient_miss misses[PATIENT_MISSES];
	uint32_t miss_count;
};

/* Reads what the plugin needs with such a ring. 0, also for one that is refused; -ENOMEM. Freed with patient_free. */
int patient_read(const struct catalogue_entry *entry, uint64_t ring_size,
		 struct patient *ret_patient, struct bpfhost_error *err);
void patient_free(struct patient *patient);

/* Compares that with the machine: fills the misses. */
void patient_examine(const struct machine *machine, struct patient *patient);
/* FACT_YES: it will work here. */
enum fact_state patient_state(const struct patient *patient);

/* Whether it is of type "tracing" without being one for functions: tp_btf and iter. */
bool patient_is_typed(const struct object_program *program);
/* "bpf_ringbuf_reserve", or "helper 999". */
const char *patient_helper_name(unsigned int helper, char buffer[32]);
/* What its worker holds once it is attached, for a person. */
void patient_describe_worker(const struct machine *machine, const struct patient *patient,
			     char *out, size_t size);

#endif
