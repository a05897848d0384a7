/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Programs on perf events: tracepoints, and uprobes one by one. libbpf could do it alone, but then
 * destroying the link also closes the event below it, and that makes the kernel wait for all CPUs under
 * one lock (perf_trace_destroy() in kernel/trace/trace_event_perf.c, uprobe_unregister() in
 * kernel/events/uprobes.c): 40 ms a tracepoint and 100 ms a uprobe, one after the other. Holding the
 * event ourselves, the link alone takes the program off, and the empty event can be closed whenever.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <bpf/libbpf.h>

#include "session.h"

static int event_keep(struct session *session, int fd)
{
	int *events = reallocarray(session->events, session->nevents + 1, sizeof(*events));

	if (!events)
		return -ENOMEM;
	session->events = events;
	events[session->nevents++] = fd;
	return 0;
}

/* Keeps a second descriptor of the event, which outlives the link. */
static int event_hold(struct bpfhost_instance *self, int event)
{
	struct session *session = session_of(self);
	int err, kept = session ? fcntl(event, F_DUPFD_CLOEXEC, 3) : -1;

	if (!session)
		return -ENOMEM;
	if (kept < 0)
		return -errno;
	err = event_keep(session, kept);
	if (err)
		close(kept);
	return err;
}

struct bpf_link *session_link_event(struct bpfhost_instance *self, struct bpf_program *program,
				    int event, uint64_t cookie)
{
	LIBBPF_OPTS(bpf_perf_event_opts, opts, .bpf_cookie = cookie);
	struct bpf_link *link = NULL;
	int err = event_hold(self, event);

	if (!err) {
		errno = 0;
		link = bpf_program__attach_perf_event_opts(program, event, &opts);
		err = -errno;
	}
	if (link)
		return link; /* libbpf owns the event from here on: it closes it with the link */
	close(event);
	errno = -err;
	return NULL;
}
