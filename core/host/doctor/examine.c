/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a plugin needs against what there is. */
#include <bpf/libbpf.h>
#include <linux/bpf.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "doctor/patient.h"
#include "doctor/trial.h"
#include "sdk/kernel/kernel.h"

/* Of the bus, and what a worker takes itself; see "Memory" in docs/ARCHITECTURE.md. */
#define EXAMINE_WORKER_MEMORY (8ULL << 20)

static struct patient_miss *examine_miss(struct patient *patient, const char *what,
					 enum fact_state state, const char *fix)
{
	struct patient_miss *miss;

	if (patient->miss_count == PATIENT_MISSES)
		return NULL;
	miss = &patient->misses[patient->miss_count++];
	miss->what = what;
	miss->state = state;
	snprintf(miss->fix, sizeof(miss->fix), "%s", fix);
	return miss;
}

__attribute__((format(printf, 5, 6))) static void examine_say(struct patient *patient,
							      const char *what,
							      enum fact_state state,
							      const char *fix, const char *format,
							      ...)
{
	struct patient_miss *miss = examine_miss(patient, what, state, fix);
	va_list args;

	if (!miss)
		return;
	va_start(args, format);
	vsnprintf(miss->detail, sizeof(miss->detail), format, args);
	va_end(args);
}

static void examine_fact(const struct machine *machine, struct patient *patient, enum fact_id id)
{
	const struct fact *fact = &machine->facts[id];

	if (fact->state != FACT_YES)
		examine_say(patient, fact_title(id), fact->state, fact->fix, "%s", fact->detail);
}

static bool examine_capabilities(const struct machine *machine, struct patient *patient)
{
	uint64_t missing = kernel_capabilities_missing(patient->capabilities, machine->held);
	char names[160];

	if (!missing)
		return true;
	machine_name_capabilities(missing, names, sizeof(names));
	examine_say(patient, "capabilities", FACT_NO,
		    "run it as root, or give it these (setpriv --ambient-caps, or "
		    "AmbientCapabilities= of a systemd unit)",
		    "%s", names);
	return false;
}

/* Either way will do: one link for all, or one for each. */
static void examine_uprobes(const struct machine *machine, uint64_t *facts)
{
	const uint64_t both = 1ULL << FACT_UPROBE | 1ULL << FACT_UPROBE_MULTI;

	if ((*facts & both) != both)
		return;
	if (machine->facts[FACT_UPROBE].state == FACT_YES ||
	    machine->facts[FACT_UPROBE_MULTI].state == FACT_YES)
		*facts &= ~both;
}

/* Where there is no right to ask, that is told once, by the capabilities. */
static void examine_facts(const struct machine *machine, struct patient *patient, bool may)
{
	uint64_t facts = patient->facts;

	if (!may && machine->facts[FACT_BPF].state == FACT_NO)
		facts &= ~(1ULL << FACT_BPF);
	examine_uprobes(machine, &facts);
	for (enum fact_id id = 0; id < FACT_COUNT; id++)
		if (facts >> id & 1 && id != FACT_MEMORY)
			examine_fact(machine, patient, id);
}

static void examine_memory(const struct machine *machine, struct patient *patient)
{
	uint64_t needed = patient->memory + EXAMINE_WORKER_MEMORY;

	if (patient->facts >> FACT_MEMORY & 1 && needed > machine->memory)
		examine_say(patient, fact_title(FACT_MEMORY), FACT_NO,
			    "a smaller --ring-size, or more memory for this cgroup (memory.max)",
			    "it takes about %llu MiB, and %llu are left",
			    (unsigned long long)needed >> 20,
			    (unsigned long long)machine->memory >> 20);
}

/* ---- types ----------------------------------------------------------------------------------------- */

static void examine_type(struct patient *patient, const char *what, uint8_t state, const char *name)
{
	if (state == FACT_NO)
		examine_say(patient, what, FACT_NO,
			    "boot a newer kernel, or one that was configured with it",
			    "this kernel has no %s", name);
	else if (state == FACT_UNKNOWN)
		examine_say(patient, what, FACT_UNKNOWN, "", "whether there is %s cannot be asked",
			    name);
}

/* Several programs of one type are told of once. */
static void examine_programs(const struct machine *machine, struct patient *patient)
{
	uint64_t told = 0;

	for (size_t i = 0; i < patient->object.program_count; i++) {
		const struct object_program *program = &patient->object.programs[i];
		bool typed = patient_is_typed(program);
		/* Type 0 is none. */
		uint32_t type = typed ? 0 : program->type_number;

		if (program->optional || type >= MACHINE_TYPES || told >> type & 1)
			continue;
		told |= 1ULL << type;
		examine_type(patient, "type of program",
			     typed ? machine->typed : machine->programs[type],
			     typed ? "tracing of tracepoints with types" : program->type);
	}
}

static void examine_maps(const struct machine *machine, struct patient *patient)
{
	uint64_t told = 0;

	for (size_t i = 0; i < patient->object.map_count; i++) {
		const struct object_map *map = &patient->object.maps[i];

		if (map->type_number >= MACHINE_TYPES || told >> map->type_number & 1)
			continue;
		told |= 1ULL << map->type_number;
		examine_type(patient, "type of map", machine->maps[map->type_number], map->type);
	}
}

/* ---- helpers --------------------------------------------------------------------------------------- */

/* In memory that is shared with the child that asks. */
struct examine_helpers {
	const struct machine *machine;
	const struct patient *patient;
	uint8_t refused[CODE_HELPERS];
};

/* One that none of its types of programs may call. Which of them calls it, its file does not tell. */
static bool examine_refused(const struct examine_helpers *asked, unsigned int helper)
{
	const struct object_report *object = &asked->patient->object;
	uint64_t told = 0;
	bool refused = false;

	for (size_t i = 0; i < object->program_count; i++) {
		uint32_t type = object->programs[i].type_number;

		if (type >= MACHINE_TYPES || told >> type & 1)
			continue;
		told |= 1ULL << type;
		if (machine_try_helper(asked->machine, type, helper) != FACT_NO)
			return false;
		refused = true;
	}
	return refused;
}

static void examine_ask_helpers(void *ctx)
{
	struct examine_helpers *asked = ctx;

	for (unsigned int helper = 0; helper < CODE_HELPERS; helper++)
		if (code_calls(&asked->patient->code, helper))
			asked->refused[helper] = examine_refused(asked, helper);
}

static void examine_helpers(const struct machine *machine, struct patient *patient)
{
	struct examine_helpers *asked = mmap(NULL, sizeof(*asked), PROT_READ | PROT_WRITE,
					     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	char why[200], buffer[32];

	if (asked == MAP_FAILED)
		return;
	asked->machine = machine;
	asked->patient = patient;
	if (trial_run(examine_ask_helpers, asked, why, sizeof(why)))
		examine_say(patient, "helpers", FACT_UNKNOWN, "", "%s", why);
	for (unsigned int helper = 0; helper < CODE_HELPERS; helper++)
		if (asked->refused[helper])
			examine_say(patient, "helpers", FACT_NO, "boot a newer kernel",
				    "its programs may not call %s on this one",
				    patient_helper_name(helper, buffer));
	munmap(asked, sizeof(*asked));
}

/* ---- all ------------------------------------------------------------------------------------------- */

void patient_examine(const struct machine *machine, struct patient *patient)
{
	const struct catalogue_entry *entry = patient->entry;
	bool may;

	if (!entry->plugin) {
		examine_say(patient, "file", FACT_NO,
			    "see to the reason, and look with bpfhost --list", "refused: %s",
			    entry->reason ? entry->reason : "?");
		return;
	}
	if (patient->object.failure[0])
		examine_say(patient, "BPF object", FACT_NO, "install the plugin anew", "%s",
			    patient->object.failure);
	may = examine_capabilities(machine, patient);
	examine_facts(machine, patient, may);
	examine_memory(machine, patient);
	/* Without these rights neither type nor helper can be asked for, which has been said. */
	if (!may || machine->facts[FACT_BPF].state != FACT_YES)
		return;
	examine_programs(machine, patient);
	examine_maps(machine, patient);
	examine_helpers(machine, patient);
}

enum fact_state patient_state(const struct patient *patient)
{
	enum fact_state state = FACT_YES;

	for (uint32_t i = 0; i < patient->miss_count; i++) {
		if (patient->misses[i].state == FACT_NO)
			return FACT_NO;
		state = FACT_UNKNOWN;
	}
	return state;
}
