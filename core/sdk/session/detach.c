/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Destroying links. For each the kernel waits until no CPU can be running its program any more, tens of
 * milliseconds; waits at the same time share, so many links are destroyed by many threads.
 */
#include <pthread.h>
#include <unistd.h>

#include <bpf/libbpf.h>

#include "session.h"

#define DETACH_THREADS_MAX 128
#define DETACH_STACK_SIZE  65536

struct detach_work {
	struct bpf_link **links;
	uint32_t count;
	uint32_t next; /* atomic: the first that nobody has taken */
};

static void *detach_run(void *ctx)
{
	struct detach_work *work = ctx;
	uint32_t i;

	while ((i = __atomic_fetch_add(&work->next, 1, __ATOMIC_RELAXED)) < work->count)
		bpf_link__destroy(work->links[i]);
	return NULL;
}

static void detach_close(struct session *session)
{
	for (uint32_t i = 0; i < session->nlink_fds; i++)
		close(session->link_fds[i]);
	session->nlink_fds = 0;
}

/* This thread works too, so whether others can be had only decides how long it takes. */
void session_detach(struct session *session)
{
	struct detach_work work = { session->links, session->nlinks, 0 };
	pthread_t threads[DETACH_THREADS_MAX];
	uint32_t want = work.count < DETACH_THREADS_MAX ? work.count : DETACH_THREADS_MAX;
	uint32_t got = 0;
	pthread_attr_t attr;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, DETACH_STACK_SIZE);
	while (got + 1 < want && !pthread_create(&threads[got], &attr, detach_run, &work))
		got++;
	pthread_attr_destroy(&attr);
	detach_close(session);
	detach_run(&work);
	for (uint32_t i = 0; i < got; i++)
		pthread_join(threads[i], NULL);
	session->nlinks = 0;
}
