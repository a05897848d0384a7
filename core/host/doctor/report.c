/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "doctor/report.h"

#include <bpf/libbpf.h>
#include <linux/capability.h>

#include "sdk/confine/confine.h"

const char *report_state(enum fact_state state)
{
	return state == FACT_YES ? "yes" : state == FACT_NO ? "no" : "unknown";
}

const char *report_program_type(uint32_t type)
{
	return type < MACHINE_TYPES ? libbpf_bpf_prog_type_str(type) : NULL;
}

const char *report_map_type(uint32_t type)
{
	return type < MACHINE_TYPES ? libbpf_bpf_map_type_str(type) : NULL;
}

/* Of most, what is not there says more. */
static void report_held(const struct machine *machine, char *out, size_t size)
{
	const uint64_t all = (2ULL << CAP_LAST_CAP) - 1, lacks = all & ~machine->held;
	char names[2048];

	if (__builtin_popcountll(lacks) < __builtin_popcountll(machine->held)) {
		machine_name_capabilities(lacks, names, sizeof(names));
		snprintf(out, size, "all%s%s", lacks ? " but " : "", names);
	} else {
		machine_name_capabilities(machine->held, names, sizeof(names));
		snprintf(out, size, "%s", names[0] ? names : "none");
	}
}

static void report_supervisor(const struct machine *machine, struct report_process *out)
{
	char held[2100];

	report_held(machine, held, sizeof(held));
	*out = (struct report_process){
		.name = "supervisor",
		.does = "starts workers, writes events; runs no code of a plugin",
	};
	snprintf(out->holds, sizeof(out->holds),
		 "uid %u, capabilities: %s, no filter of system calls", (unsigned int)machine->uid,
		 held);
}

/* What they become is their own: sdk/confine, loader/sandbox.c. */
static void report_child(const struct machine *machine, const char *name, const char *does,
			 uid_t user, struct report_process *out)
{
	*out = (struct report_process){ .name = name, .does = does };
	snprintf(
		out->holds, sizeof(out->holds),
		"uid %u, capabilities: none, no_new_privs, filter: memory and open descriptors only",
		(unsigned int)(machine->uid ? machine->uid : user));
}

void report_processes(const struct machine *machine, struct report_process out[REPORT_PROCESSES])
{
	report_supervisor(machine, &out[0]);
	report_child(machine, "reader", "reads files of traced programs while a worker loads",
		     CONFINE_NOBODY, &out[1]);
	report_child(machine, "sandbox", "reads BPF objects for inspect and doctor",
		     machine->worker.uid, &out[2]);
}
