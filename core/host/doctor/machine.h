/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef DOCTOR_MACHINE_H
#define DOCTOR_MACHINE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/utsname.h>

#include "confine/user.h"
#include "doctor/fact.h"

#define MACHINE_TYPES    64
#define MACHINE_SETTINGS 32

struct machine_setting {
	char name[40];
	char value[24]; /* "" where it is not told */
};

/* What is known of the machine. In memory that is shared with the children who find it out. */
struct machine {
	struct utsname system;
	uint32_t version; /* BPFHOST_KERNEL(6, 1) */
	uid_t uid;        /* effective */
	uint64_t held;    /* capabilities in effect, bit n: capability n */
	uint64_t ring_size;
	uint64_t memory; /* bytes that can still be had; UINT64_MAX: not known */
	struct confine_user worker;

	struct fact facts[FACT_COUNT];
	uint8_t programs[MACHINE_TYPES]; /* enum fact_state by enum bpf_prog_type */
	uint8_t maps[MACHINE_TYPES];     /* by enum bpf_map_type */
	/* Programs of type "tracing" on tracepoints (tp_btf): without what fentry needs, of which the type tells. */
	uint8_t typed;
	/* Of /proc/sys, and of the kernel's configuration ("CONFIG_BPF"), as bpftool names them. */
	struct machine_setting settings[MACHINE_SETTINGS];
	uint32_t setting_count;
};

/* Finds out all there is to know. 0, or -errno. Freed with machine_free. */
int machine_examine(uint64_t ring_size, struct machine **ret_machine);
void machine_free(struct machine *machine);

/* "CAP_BPF and CAP_PERFMON"; out has room for all of them from 2048 bytes on. */
void machine_name_capabilities(uint64_t capabilities, char *out, size_t size);

/* ---- the parts, each of one file ------------------------------------------------------------------ */

/* files.c: what stands in files. */
void machine_read_files(struct machine *machine);
/* memory.c: how much of it is left. */
void machine_read_memory(struct machine *machine);
/* settings.c: switches of the running kernel, and what it was configured with where it tells. */
void machine_read_settings(struct machine *machine);
/* tries.c: what can only be told by trying; each try in a child of its own. */
void machine_try(struct machine *machine);
/* types.c: types of programs and maps. Called in a child. */
void machine_try_types(void *machine);
/* Whether a program of this type may call that helper; unknown where it cannot be asked. */
enum fact_state machine_try_helper(const struct machine *machine, uint32_t type, uint32_t helper);

#endif
