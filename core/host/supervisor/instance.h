/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One instance through its life: its worker is started, listened to, stopped, reaped, started anew. */
#ifndef SUPERVISOR_INSTANCE_H
#define SUPERVISOR_INSTANCE_H

#include "supervisor/state.h"

/* What epoll tells of: data.u64 is the instance's index << 2 | one of these. */
enum instance_source {
	INSTANCE_SOURCE_NOTIFY = 0,  /* there is something on the bus */
	INSTANCE_SOURCE_CONTROL = 1, /* its worker says something */
	INSTANCE_SOURCE_PROCESS = 2, /* its worker has ended */
	INSTANCE_SOURCE_NONE =
		3, /* of no instance: signals (index 0), the sink (1), requests (2) */
};

/* Forks its worker. 0 or -errno, then it has failed and that is logged. */
int instance_spawn(struct instance *instance);
/* Takes what its worker said; true when there may be more than was taken. */
bool instance_listen(struct instance *instance);
/* Its worker has ended: says how, and from now on only what it left on the bus is taken. */
void instance_reap(struct instance *instance);
/* Goes on without waiting for a worker that was killed and which the kernel does not let end. */
void instance_leave(struct instance *instance);
/* When all that was taken: settles the ledger of this life and decides how it goes on. */
void instance_settle(struct instance *instance);
/* Tells it to load and attach; to detach and end. */
void instance_start(struct instance *instance);
/* One on trial, which has loaded, to attach. */
void instance_attach(struct instance *instance);
void instance_stop(struct instance *instance);
/* The same for one while the others go on: it is not started again, and no failure of the run. */
void instance_stop_alone(struct instance *instance);
/* Has its worker send lines up to this level (enum bpfhost_level). */
void instance_set_log_level(struct instance *instance, uint32_t level);
/* Whether its worker does nothing but let go of what it has in the kernel. Then it is not to be killed. */
bool instance_only_frees(const struct instance *instance);
/*
 * Ends its worker at once; but one that is just attaching, which is not to be killed either, when it comes
 * out of that.
 */
void instance_kill(struct instance *instance);
/*
 * Ends a worker that is too long in one call, leaves one behind that does not end, starts one again whose
 * time has come.
 */
void instance_tick(struct instance *instance);
/* When instance_tick is due next, CLOCK_MONOTONIC ns; UINT64_MAX: never. */
uint64_t instance_due(const struct instance *instance);
/* Whether it has a worker. */
bool instance_alive(const struct instance *instance);
/* Whether nothing more will come of it. */
bool instance_over(const struct instance *instance);
/*
 * Settles the ledger of a worker that lives but has nothing attached any more; what it is then still
 * doing is of no account.
 */
void instance_close_books(struct instance *instance);
/* The ledger as it stands, with what the kernel counted for a worker that lives. */
void instance_ledger(const struct instance *instance, struct ledger *ret_ledger);
/* Frees what outlives its workers. */
void instance_free(struct instance *instance);

#endif
