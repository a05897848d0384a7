/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What is told of a run: reports (report.h), whose ctx is the request, a struct config. */
#ifndef CONTROL_STATUS_H
#define CONTROL_STATUS_H

#include <stdbool.h>
#include <stdio.h>

#include "control/holdings.h"
#include "supervisor/state.h"

void status_text(const struct supervisor *run, void *request, FILE *out);
/* One object, in one line. */
void status_json(const struct supervisor *run, void *request, FILE *out);
/* Ledgers alone: the lines of the log, or an object a line. */
void stats_text(const struct supervisor *run, void *request, FILE *out);
void stats_json(const struct supervisor *run, void *request, FILE *out);

/* ---- what the files of this share ---- */

/* A program as the kernel knows it. */
struct status_program {
	uint32_t id;
	char name[16];
	const char *type; /* libbpf's word, "?" for one that it does not know */
	uint64_t runs;
	uint64_t run_ns;
	uint64_t missed; /* runs that the kernel left out, for it ran already */
};

struct status_instance {
	const struct instance *instance;
	const char *state;
	const char *reason; /* of that state; NULL: it needs none */
	struct ledger ledger;
	pid_t worker;      /* 0: there is none, or all that it had is detached and it only ends */
	uint32_t attached; /* probes, at this moment */
	struct holdings holdings; /* of its worker */
};

/* Whether it is one that there is, for who asks: not one that has gone, or is still to come. */
bool status_lists(const struct instance *instance);
/* Whether the request is about this one: it names it, or none. */
bool status_wants(const void *request, const struct instance *instance);
/* "ok", "degraded", "stopped", "failed", "restarting", ... */
const char *status_state(const struct instance *instance);
/* To be freed with holdings_free(&ret->holdings). */
void status_look(const struct instance *instance, struct status_instance *ret);
/* False: it has gone meanwhile, or we may not ask. */
bool status_program(uint32_t id, struct status_program *ret_program);
/* Whether the kernel counts and times runs; else their numbers say nothing. */
bool status_counts_runs(const struct supervisor *run);

#endif
