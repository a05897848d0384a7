/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The end of an instance. Destroying a link can take the kernel long (it waits for all CPUs, some 40 ms
 * for each tracepoint), so first the programs are told to stop, by a flag that they look at; then the
 * ring is drained until the counters say that nothing is missing, and the host is told so; only then the
 * links go. A program that had passed the flag just before may still have written: so the ring is drained
 * once more. Half a second at most each time; what is not through then, the host counts.
 */
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include <bpf/libbpf.h>

#include "session.h"

#define CLOSE_DRAIN_NS 500000000ULL
#define CLOSE_PAUSE_NS 200000L
#define CLOSE_GRACE_NS 1000000L
#define CLOSE_BUDGET 4096

static uint64_t close_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000ULL + (uint64_t)now.tv_nsec;
}

static int close_is_drained(const struct session *session)
{
	return ring_empty(&session->ring) && session->arrived >= session_expected(session);
}

static void close_drain(struct bpfhost_instance *self, struct session *session)
{
	const struct bpfhost_vtable *vtable = &self->plugin->vtable;
	int (*poll)(struct bpfhost_instance *, uint32_t) = vtable->poll ?: bpfhost_default_poll;
	uint64_t deadline = close_now() + CLOSE_DRAIN_NS;

	while (!close_is_drained(session) && close_now() < deadline) {
		int taken = poll(self, CLOSE_BUDGET);

		if (taken < 0)
			return;
		if (!taken)
			nanosleep(&(struct timespec){ .tv_nsec = CLOSE_PAUSE_NS }, NULL);
	}
}

/* libbpf maps a data section writable, and keeps it so. */
static void close_stop_programs(struct session *session)
{
	struct bpf_map *map = bpf_object__find_map_by_name(session->object, ".data.bpfhost");
	struct bpfhost_reader *reader;
	size_t size = 0;

	reader = map ? (struct bpfhost_reader *)bpf_map__initial_value(map, &size) : NULL;
	if (reader && size >= sizeof(*reader))
		__atomic_store_n(&reader->stopped, 1, __ATOMIC_SEQ_CST);
	/* One that runs right now has mostly looked at the flag already: let it count and finish. */
	nanosleep(&(struct timespec){ .tv_nsec = CLOSE_GRACE_NS }, NULL);
}

static void close_links(struct session *session)
{
	for (uint32_t i = 0; i < session->nlinks; i++)
		bpf_link__destroy(session->links[i]);
	session->nlinks = 0;
}

int bpfhost_close(struct bpfhost_instance *self)
{
	struct session *session = session_get(self);

	if (!session)
		return 0;
	if (session->counters) {
		close_stop_programs(session);
		close_drain(self, session);
		self->host->drained(self->host);
	}
	close_links(session);
	if (session->counters)
		close_drain(self, session);
	session_route_libbpf(NULL);
	session_free(session);
	self->sdk = NULL;
	return 0;
}
