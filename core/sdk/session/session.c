/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "session.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <bpf/libbpf.h>

struct session *session_get(const struct bpfhost_instance *self)
{
	return self->sdk;
}

struct session *session_of(struct bpfhost_instance *self)
{
	if (!self->sdk)
		self->sdk = calloc(1, sizeof(struct session));
	return self->sdk;
}

void session_free(struct bpfhost_instance *self)
{
	struct session *session = session_get(self);

	if (!session)
		return;
	ring_unmap(&session->ring);
	if (session->counters)
		munmap((void *)session->counters, session->ncpus * sizeof(*session->counters));
	session_detach(session);
	bpf_object__close(session->object);
	for (uint32_t i = 0; i < session->ntypes; i++)
		free(session->types[i].name);
	for (uint32_t i = 0; i < session->nmappings; i++)
		munmap(session->mappings[i].address, session->mappings[i].size);
	/* Last, since it may take long: nothing else of this instance is left in the kernel then. */
	for (uint32_t i = 0; i < session->nevents; i++) {
		close(session->events[i]);
		session_release_step(self);
	}
	session_forget_left_out(self, 0);
	free(session->left_out);
	free(session->events);
	free(session->verdict);
	free(session->first_cause);
	free(session->first_left_out.name);
	free(session->first_left_out.cause);
	free(session->mappings);
	free(session->types);
	free(session->links);
	free(session->link_fds);
	free(session);
	self->sdk = NULL;
}

uint64_t session_expected(const struct session *session)
{
	uint64_t sum = 0;

	for (uint32_t cpu = 0; session->counters && cpu < session->ncpus; cpu++) {
		const struct bpfhost_counters *counters = &session->counters[cpu];

		sum += __atomic_load_n(&counters->produced, __ATOMIC_ACQUIRE) -
		       __atomic_load_n(&counters->lost, __ATOMIC_ACQUIRE);
	}
	return sum;
}

bool session_is_over(const struct session *session)
{
	return session->unwanted && !session->handler;
}

uint64_t session_unread_lines(const struct session *session)
{
	uint64_t sum = 0;

	for (uint32_t cpu = 0; session->counters && cpu < session->ncpus; cpu++) {
		const struct bpfhost_counters *counters = &session->counters[cpu];

		sum += __atomic_load_n(&counters->log_produced, __ATOMIC_ACQUIRE) -
		       __atomic_load_n(&counters->log_lost, __ATOMIC_ACQUIRE);
	}
	return sum > session->lines ? sum - session->lines : 0;
}

uint64_t bpfhost_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000ULL + (uint64_t)now.tv_nsec;
}

int session_is_dry(const struct bpfhost_instance *self)
{
	return (self->host->flags & BPFHOST_RUN_DRY) != 0;
}

struct bpf_object *bpfhost_object(struct bpfhost_instance *self)
{
	struct session *session = session_get(self);

	return session ? session->object : NULL;
}
