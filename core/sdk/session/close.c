/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The end of an instance: first no new records (destroy the links), then the ones that are left. A
 * program that was running when its link went may still be writing, so the ring is drained until the
 * counters say that nothing is missing, a second at most; what is not through then, the host counts.
 */
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include <bpf/libbpf.h>

#include "session.h"

#define CLOSE_DRAIN_NS 900000000ULL
#define CLOSE_PAUSE_NS 200000L
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
	close_links(session);
	if (session->counters)
		close_drain(self, session);
	session_route_libbpf(NULL);
	session_free(session);
	self->sdk = NULL;
	return 0;
}
