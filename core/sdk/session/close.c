/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The end of an instance. Destroying links can take the kernel long, so first the programs are told
 * to stop, by a flag that they look at; then the ring is drained until the counters say that nothing is
 * missing; then the links go. A program that had passed the flag just before may still have written:
 * so the ring is drained once more, and the host is told that nothing is attached any more. Half a
 * second at most each time; what is not through then, the host counts. What is left to free after that
 * can take its time.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

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

/* Not through bpf_map__initial_value(): only a skeleton's load makes that memory the kernel's. */
static void close_set_flag(const struct session *session)
{
	int fd = bpf_object__find_map_fd_by_name(session->object, ".data.bpfhost");
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	struct bpfhost_reader *reader;

	if (fd < 0)
		return;
	reader = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (reader == MAP_FAILED)
		return;
	__atomic_store_n(&reader->stopped, 1, __ATOMIC_SEQ_CST);
	munmap(reader, page);
}

static void close_stop_programs(const struct session *session)
{
	close_set_flag(session);
	/* One that runs right now has mostly looked at the flag already: let it count and finish. */
	nanosleep(&(struct timespec){ .tv_nsec = CLOSE_GRACE_NS }, NULL);
}

int bpfhost_close(struct bpfhost_instance *self)
{
	struct session *session = session_get(self);

	if (!session)
		return 0;
	if (session->counters) {
		close_stop_programs(session);
		close_drain(self, session);
	}
	session_detach(session);
	if (session->counters)
		close_drain(self, session);
	self->host->drained(self->host);
	session_route_libbpf(NULL);
	session_free(session);
	self->sdk = NULL;
	return 0;
}
