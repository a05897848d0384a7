/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The worker's loop. Wake-ups cost more than events, so there are two ways to wait:
 *
 * - busy: records came lately. Sleep a few milliseconds, then take all that gathered; programs do not
 *   wake anybody meanwhile. The pause shrinks when a quarter of the ring fills within it.
 * - asleep: nothing came during a pause. Put the reader's flag up, so that the next record wakes us at
 *   once, tell the supervisor that all until now is on the bus, and wait without end.
 *
 * A full bus is a third state: nothing is taken until the supervisor has made room.
 */
#include <errno.h>
#include <poll.h>
#include <sys/epoll.h>
#include <time.h>

#include "worker/state.h"

#define LOOP_BUDGET  4096U
#define LOOP_FOREVER UINT64_MAX

int worker_watch(struct worker *worker, int fd, bool edge)
{
	struct epoll_event event = { .events = EPOLLIN | (edge ? EPOLLET : 0), .data.fd = fd };

	return epoll_ctl(worker->epoll, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

/* The supervisor closing its end means the same as telling us to stop. */
void worker_hear(struct worker *worker)
{
	struct protocol_message message;
	int got = protocol_receive(worker->setup->control, &message);

	if (got == 0 || (got == 1 && message.kind == PROTOCOL_STOP))
		worker->stop = true;
	if (got == 1 && message.kind == PROTOCOL_LOG_LEVEL)
		worker->host.log_level = message.a;
	if (got == 1 && message.kind == PROTOCOL_START) {
		worker->started = true;
		worker->hold = message.a;
	}
}

bool worker_hear_start(struct worker *worker)
{
	struct pollfd control = { .fd = worker->setup->control, .events = POLLIN };

	worker->started = false;
	while (!worker->started && !worker->stop) {
		poll(&control, 1, -1);
		worker_hear(worker);
	}
	return !worker->stop;
}

void worker_wait(struct worker *worker, uint64_t timeout)
{
	struct timespec limit = { (time_t)(timeout / 1000000000ULL),
				  (long)(timeout % 1000000000ULL) };
	struct epoll_event events[8];
	int n = epoll_pwait2(worker->epoll, events, 8, timeout == LOOP_FOREVER ? NULL : &limit,
			     NULL);

	for (int i = 0; i < n; i++)
		if (events[i].data.fd == worker->setup->control)
			worker_hear(worker);
}

bool worker_wait_for_room(struct worker *worker, uint32_t size)
{
	for (;;) {
		int ready = bus_wait_prepare(worker->bus, size);

		if (ready == -EBUSY)
			worker_publish(worker);
		else if (ready)
			return ready == 1;
		else
			worker_wait(worker, LOOP_FOREVER);
		if (worker->stop)
			return false;
	}
}

/* How long until the plugin's timer, at most `limit`. */
static uint64_t loop_until_timer(const struct worker *worker, uint64_t limit)
{
	uint64_t now;

	if (!worker->timer_every)
		return limit;
	now = worker_now();
	if (worker->timer_due <= now)
		return 0;
	return worker->timer_due - now < limit ? worker->timer_due - now : limit;
}

/* Only past the moment before poll was called: what fell due while it ran, it may not have seen. */
static void loop_rearm_timer(struct worker *worker, uint64_t began)
{
	uint64_t every = worker->timer_every;

	if (every && worker->timer_due <= began)
		worker->timer_due += ((began - worker->timer_due) / every + 1) * every;
}

/*
 * One look: takes records until the ring's end as it was when we began, or the budget is used up. In
 * the first case everything older than the look is on the bus, and the supervisor is told so.
 */
static int loop_look(struct worker *worker)
{
	uint64_t began = worker_now();
	uint64_t end = kernel_ring_produced(&worker->ring);
	int taken = worker_call_poll(worker, LOOP_BUDGET);

	loop_rearm_timer(worker, began);
	if (taken >= 0 && kernel_ring_consumed(&worker->ring) >= end)
		worker_publish_complete(worker, began);
	else
		worker_publish(worker);
	return taken;
}

/* Sleeps until something happens, unless something has come already. */
static void loop_sleep(struct worker *worker)
{
	if (!kernel_ring_sleep(&worker->ring))
		return;
	bus_asleep_set(worker->bus, true);
	bus_complete_set(worker->bus, worker_now());
	/* Also when nothing waits for it: the supervisor's timer for a hang is to be stopped. */
	worker_notify(worker);
	worker_wait(worker, loop_until_timer(worker, LOOP_FOREVER));
	kernel_ring_awake(&worker->ring);
	bus_asleep_set(worker->bus, false);
	/* From here on somebody must watch that the plugin does not hang. */
	worker_notify(worker);
}

static void loop_adapt_pause(struct worker *worker, uint64_t bytes)
{
	if (bytes * 4 > worker->ring.size)
		worker->pause = worker->pause / 2 > WORKER_PAUSE_LEAST ? worker->pause / 2
								       : WORKER_PAUSE_LEAST;
	else if (worker->pause < worker->pause_max)
		worker->pause = worker->pause * 2 < worker->pause_max ? worker->pause * 2
								      : worker->pause_max;
}

static void loop_rest(struct worker *worker, int taken, uint64_t bytes)
{
	if (worker->bus_blocked) {
		worker_wait_for_room(worker, worker->bus_blocked);
		worker->bus_blocked = 0;
	} else if ((uint32_t)taken >= LOOP_BUDGET) {
		worker_wait(worker, 0);
	} else if (taken) {
		loop_adapt_pause(worker, bytes);
		worker_wait(worker, loop_until_timer(worker, worker->pause));
	} else {
		loop_sleep(worker);
	}
}

int worker_loop(struct worker *worker)
{
	uint64_t before = kernel_ring_consumed(&worker->ring);

	worker->pause = WORKER_PAUSE < worker->pause_max ? WORKER_PAUSE : worker->pause_max;
	while (!worker->stop) {
		int taken = loop_look(worker);
		uint64_t after = kernel_ring_consumed(&worker->ring);

		if (taken < 0)
			return taken;
		loop_rest(worker, taken, after - before);
		before = after;
	}
	return 0;
}
