/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The end of an instance. Destroying links can take the kernel long, so first the programs are told
 * to stop, by a flag that they look at; then the ring is drained until the counters say that nothing is
 * missing; then the links go. A program that had passed the flag just before may still have written:
 * so the ring is drained once more, and the host is told that nothing is attached any more. Half a
 * second at most each time; what is not through then, the host counts. What is left to free after that
 * can take its time.
 *
 * Links of perf events are taken one after the other by some kernels (bpf_event_mutex in
 * kernel/trace/bpf_trace.c), and each waits there. Where there are many, the order is another: the kernel
 * is asked to wait once until no program runs that began before the flag was up, the ring is drained, the
 * host is told, and then the links go, with all else that is to be freed.
 */
#include <errno.h>
#include <linux/membarrier.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <bpf/libbpf.h>

#include "session.h"

#define CLOSE_DRAIN_NS 500000000ULL
#define CLOSE_PAUSE_NS 200000L
#define CLOSE_GRACE_NS 1000000L
#define CLOSE_BUDGET   4096
/* Uprobes of which it is told that letting go of them takes time: some two seconds' worth. */
#define CLOSE_RESTS_TOLD 20
/* So many perf events at most are taken down before the host is told. */
#define CLOSE_EVENTS_FEW 8

static int close_is_drained(const struct session *session)
{
	return session_is_over(session) ||
	       (ring_empty(&session->ring) && session->arrived >= session_expected(session));
}

static void close_drain(struct bpfhost_instance *self, struct session *session)
{
	const struct bpfhost_vtable *vtable = &self->plugin->vtable;
	int (*poll)(struct bpfhost_instance *, uint32_t) = vtable->poll ?: bpfhost_default_poll;
	uint64_t deadline = bpfhost_now() + CLOSE_DRAIN_NS;

	while (!close_is_drained(session) && bpfhost_now() < deadline) {
		int taken = poll(self, CLOSE_BUDGET);

		if (taken < 0)
			return;
		if (!taken)
			nanosleep(&(struct timespec){ .tv_nsec = CLOSE_PAUSE_NS }, NULL);
	}
}

static void close_stop_programs(struct bpfhost_instance *self)
{
	struct bpfhost_reader *reader = bpfhost_variable(self, "bpfhost_reader", sizeof(*reader));

	if (reader)
		__atomic_store_n(&reader->stopped, 1, __ATOMIC_SEQ_CST);
	/* One that runs right now has mostly looked at the flag already: let it count and finish. */
	nanosleep(&(struct timespec){ .tv_nsec = CLOSE_GRACE_NS }, NULL);
}

static bool close_may_sleep(const struct session *session)
{
	struct bpf_program *program = NULL;

	while ((program = bpf_object__next_program(session->object, program)))
		if (bpf_program__flags(program) & BPF_F_SLEEPABLE)
			return true;
	return false;
}

/* By the mask of this process: how many are online stands in a file, which cannot be opened any more. */
static bool close_has_cpus(void)
{
	cpu_set_t cpus;

	return !sched_getaffinity(0, sizeof(cpus), &cpus) && CPU_COUNT(&cpus) > 1;
}

/*
 * Waits until all programs that began before now have ended; false where that cannot be had. The command
 * is synchronize_rcu() (kernel/sched/membarrier.c), which programs that may sleep do not hold up, and which
 * is left out where there is one CPU only.
 */
static bool close_wait_for_programs(const struct session *session)
{
	return !close_may_sleep(session) && close_has_cpus() &&
	       !syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0);
}

/* Whoever waits for us is told that this is the kernel's time. */
static void close_detach(struct bpfhost_instance *self, struct session *session)
{
	session_release_begin(self);
	session_detach(session);
	session_release_end(self);
}

/* The last that this instance can say: from then on nobody listens. */
static void close_tell_rest(struct bpfhost_instance *self, const struct session *session)
{
	if (session->nclassic < CLOSE_RESTS_TOLD)
		return;
	bpfhost_info(self,
		     "process %d stays for about %u s more, in which the kernel lets go of %u "
		     "uprobes, one after the other; it is not to be killed",
		     (int)getpid(), session->nclassic / SESSION_CLASSIC_A_SECOND,
		     session->nclassic);
}

int bpfhost_stop(struct bpfhost_instance *self)
{
	struct session *session = session_get(self);

	if (!session || session->stopped)
		return 0;
	session->stopped = true;
	if (!session->counters) {
		close_detach(self, session);
		return 0;
	}
	close_stop_programs(self);
	if (session->nevents > CLOSE_EVENTS_FEW && close_wait_for_programs(session)) {
		close_drain(self, session);
		return 0;
	}
	close_drain(self, session);
	close_detach(self, session);
	close_drain(self, session);
	return 0;
}

/* Where the ring was left as it was. Events are the host's to count. */
static void close_tell_unread(struct bpfhost_instance *self, const struct session *session)
{
	uint64_t lines = session_unread_lines(session);

	if (session_is_over(session) && lines)
		bpfhost_warn(self,
			     "%llu log lines of its BPF programs were not read in the time that "
			     "the end of a run has",
			     (unsigned long long)lines);
}

int bpfhost_close(struct bpfhost_instance *self)
{
	struct session *session = session_get(self);

	if (!session)
		return 0;
	bpfhost_stop(self);
	close_tell_unread(self, session);
	close_tell_rest(self, session);
	self->host->drained(self->host);
	session_route_libbpf(NULL);
	session_free(self);
	return 0;
}
