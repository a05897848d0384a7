/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the files of the worker share. */
#ifndef WORKER_STATE_H
#define WORKER_STATE_H

#include <stdbool.h>

#include <bpfhost/plugin.h>
#include <bpfhost/schema.h>

#include "worker/kernel_ring.h"
#include "worker/plugin.h"
#include "worker/protocol.h"
#include "worker/worker.h"

/* Frames of the kind that were reserved but not yet shown to the supervisor, at most. */
#define WORKER_UNPUBLISHED_MAX 65536U

/* ns between two looks at a busy ring: where nothing else is asked for, and what can be. */
#define WORKER_PAUSE       4000000ULL
#define WORKER_PAUSE_LEAST 50000ULL
#define WORKER_PAUSE_MOST  100000000ULL

struct worker {
	const struct worker_setup *setup;
	pid_t pid; /* its own */
	struct bus_ring *bus;
	struct worker_plugin plugin;
	struct bpfhost_host host;
	struct bpfhost_instance instance;
	struct kernel_ring ring;
	int epoll;
	uint32_t unpublished; /* bytes */
	uint32_t bus_blocked; /* size of the frame that found the bus full; 0: it is not */
	uint64_t timer_every; /* ns; 0: no timer */
	uint64_t timer_due;
	uint64_t pause;     /* ns between two looks at a busy ring, at most: */
	uint64_t pause_max; /* what the plugin asked for, or WORKER_PAUSE */
	uint32_t attached;  /* probes, of so many: */
	uint32_t wanted;
	uint32_t
		missed; /* so many could not be attached, some of them told of in this call last: */
	enum worker_call missed_in;
	const char *first_missed_place; /* where the first of them stands, if anywhere */
	enum worker_call call;          /* that runs, or ran last */
	bool discard;                   /* the run ends and nobody takes events any more */
	bool stop;
	bool started;                  /* was told to start, or to go on */
	bool hold;                     /* is to wait between load and attach */
	char error[PROTOCOL_TEXT_MAX]; /* what the plugin said last through fail() */
};

uint64_t worker_now(void);

/* Fills in the calls that the plugin gets (host_calls.c). */
void worker_host_setup(struct worker *worker);
/* Shows the supervisor what was put on the bus, and wakes it when it sleeps. */
void worker_publish(struct worker *worker);
/* The same, and tells that it is all that there is up to this time. */
void worker_publish_complete(struct worker *worker, uint64_t until);
/* Wakes the supervisor whether or not it waits for something. */
void worker_notify(const struct worker *worker);
/* Waits until a frame of this size has room; false when told to stop meanwhile. */
bool worker_wait_for_room(struct worker *worker, uint32_t size);

/* Runs after attach until the end (loop.c): 0 when told to stop, or the plugin's error. */
int worker_loop(struct worker *worker);
/* Waits for at most timeout ns (UINT64_MAX: without end) and takes what the supervisor says. */
void worker_wait(struct worker *worker, uint64_t timeout);
/* Takes what the supervisor has said, if anything, without waiting. */
void worker_hear(struct worker *worker);
/* Waits to be told to start, or to go on; false: to stop. */
bool worker_hear_start(struct worker *worker);
/*
 * Has epoll tell of readable descriptors; by edge for what is never read: rings, whose records are
 * looked for anyway, and eventfds.
 */
int worker_watch(struct worker *worker, int fd, bool edge);

/*
 * Where the plugin has forked, there is a copy of the worker, with the control socket, the bus and all else: it
 * ends here. It must not attach either, for the kernel takes a program once only at a tracepoint, and would then
 * refuse it to the worker (EEXIST).
 */
void worker_end_copy(const struct worker *worker);
/* The plugin has returned. */
void worker_call_leave(const struct worker *worker);
/* Calls one function of the plugin, telling the supervisor so. */
int worker_call(struct worker *worker, enum worker_call call);
/* poll, with a budget: how many records it took, or -errno. */
int worker_call_poll(struct worker *worker, uint32_t budget);

#endif
