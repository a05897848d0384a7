/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef DOCTOR_FACT_H
#define DOCTOR_FACT_H

#include <stdint.h>

/* Something about this machine that a plugin may depend on. */
enum fact_id {
	FACT_KERNEL,
	FACT_LOCKDOWN,
	FACT_BPF,
	FACT_JIT,
	FACT_RING,
	FACT_BTF,
	FACT_SECCOMP,
	FACT_USER,
	FACT_MEMORY,
	FACT_PERF,
	FACT_TRACEFS,
	FACT_SYSCALLS,
	FACT_UPROBE,
	FACT_UPROBE_MULTI,
	FACT_KPROBE,
	FACT_KPROBE_MULTI,
	FACT_LSM,
	FACT_XDP,
	FACT_COUNT,
};

enum fact_state {
	FACT_UNKNOWN, /* cannot be told: detail says why */
	FACT_YES,
	FACT_NO, /* detail says what is wrong, fix what helps */
};

struct fact {
	uint32_t state; /* enum fact_state */
	char detail[256];
	char fix[256];
};

/* "uprobe_multi": for programs; and what it is, for people. */
const char *fact_name(enum fact_id id);
const char *fact_title(enum fact_id id);

/* Each sets state and texts; the format is printf's. */
__attribute__((format(printf, 2, 3))) void fact_yes(struct fact *fact, const char *format, ...);
__attribute__((format(printf, 2, 3))) void fact_unknown(struct fact *fact, const char *format, ...);
__attribute__((format(printf, 3, 4))) void fact_no(struct fact *fact, const char *fix,
						   const char *format, ...);

#endif
