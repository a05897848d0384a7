/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The process in which one instance of a plugin lives: forked by the supervisor, it opens the plugin,
 * loads and attaches it, gives up its privileges, and carries records to the bus until it is told to
 * stop or its supervisor is gone.
 */
#ifndef WORKER_WORKER_H
#define WORKER_WORKER_H

#include <sys/types.h>

#include <bpfhost/host.h>

#include "bus/ring.h"
#include "config/config.h"
#include "confine/user.h"

/* Which function of the plugin runs: what bus_call() tells the supervisor. */
enum worker_call {
	WORKER_CALL_NONE = 0,
	WORKER_CALL_OPEN = 1, /* dlopen and the plugin's constructors */
	WORKER_CALL_LOAD = 2,
	WORKER_CALL_ATTACH = 3,
	WORKER_CALL_POLL = 4,
	WORKER_CALL_DETACH = 5,
};

/* "open", "load", ...; "between calls" for what is none. */
const char *worker_call_name(uint32_t call);

/* A BUS_LOG frame: this head, the file's name with NUL (may be empty), the text without. */
struct worker_log {
	uint32_t level; /* enum bpfhost_level */
	uint32_t line;
};

/* Everything that the supervisor hands to a worker it forks. Descriptors become the worker's. */
struct worker_setup {
	const struct config *config;
	const struct config_instance *instance;
	const struct bpfhost_filter_values *filter;
	uint32_t log_level; /* enum bpfhost_level */
	struct bus_ring *bus;
	int control;              /* SOCK_SEQPACKET, see protocol.h */
	int notify;               /* eventfd: the supervisor sleeps, wake it */
	int wake;                 /* eventfd: there is room on the bus again */
	struct confine_user user; /* whom it becomes once it has attached */
	pid_t supervisor;
};

/* Runs in the forked child; never returns. */
_Noreturn void worker_main(const struct worker_setup *setup);

#endif
