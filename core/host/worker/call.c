/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Calling into the plugin. The bus says which call runs, so that a crash or a hang can be named. */
#include "worker/state.h"

#include <stddef.h>
#include <time.h>
#include <unistd.h>

uint64_t worker_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000ULL + (uint64_t)now.tv_nsec;
}

const char *worker_call_name(uint32_t call)
{
	static const char *const names[] = {
		"between calls", "open", "load", "attach", "poll", "detach",
	};

	return call < sizeof(names) / sizeof(names[0]) ? names[call] : names[0];
}

typedef int (*call_fn)(struct bpfhost_instance *self);
typedef int (*call_poll_fn)(struct bpfhost_instance *self, uint32_t budget);

static call_fn call_pick(const struct worker *worker, enum worker_call call)
{
	const struct bpfhost_vtable *own = &worker->plugin.code->vtable;
	const struct bpfhost_vtable *defaults = worker->plugin.code->defaults;

	switch (call) {
	case WORKER_CALL_LOAD:
		return own->load ? own->load : defaults->load;
	case WORKER_CALL_ATTACH:
		return own->attach ? own->attach : defaults->attach;
	default:
		return own->detach ? own->detach : defaults->detach;
	}
}

void worker_end_copy(const struct worker *worker)
{
	if (getpid() != worker->pid)
		_exit(1);
}

void worker_call_leave(const struct worker *worker)
{
	worker_end_copy(worker);
	bus_call_leave(worker->bus);
}

int worker_call(struct worker *worker, enum worker_call call)
{
	int ret;

	worker->error[0] = '\0';
	worker->call = call;
	bus_call_enter(worker->bus, call, worker_now());
	ret = call_pick(worker, call)(&worker->instance);
	worker_call_leave(worker);
	worker_publish(worker);
	return ret;
}

int worker_call_poll(struct worker *worker, uint32_t budget)
{
	const struct bpfhost_plugin *code = worker->plugin.code;
	call_poll_fn poll = code->vtable.poll ? code->vtable.poll : code->defaults->poll;
	int ret;

	bus_call_enter(worker->bus, WORKER_CALL_POLL, worker_now());
	ret = poll(&worker->instance, budget);
	worker_call_leave(worker);
	return ret;
}
