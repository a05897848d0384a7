/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Attaching to tracepoints. libbpf could do it, but then destroying the link also closes the perf event
 * below it, and that makes the kernel wait for all CPUs under one lock (perf_trace_destroy() in
 * kernel/trace/trace_event_perf.c): some 40 ms a tracepoint, one after the other. Holding the perf event
 * ourselves, the link alone takes the program off, and the empty event can be closed whenever.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bpf/libbpf.h>

#include "session.h"

/* Where tracefs is mounted by itself, and where it was before Linux 4.1. */
static const char *const tracepoint_roots[] = { "/sys/kernel/tracing",
						"/sys/kernel/debug/tracing" };

static int tracepoint_read_id(const char *path, uint64_t *ret_id)
{
	char text[32];
	ssize_t got;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	got = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (got <= 0)
		return -EIO;
	text[got] = '\0';
	*ret_id = strtoull(text, NULL, 10);
	return 0;
}

static int tracepoint_id(const char *category, const char *name, uint64_t *ret_id)
{
	char path[512];
	int err = -ENOENT;

	for (size_t i = 0; i < sizeof(tracepoint_roots) / sizeof(tracepoint_roots[0]); i++) {
		snprintf(path, sizeof(path), "%s/events/%s/%s/id", tracepoint_roots[i], category,
			 name);
		err = tracepoint_read_id(path, ret_id);
		if (err != -ENOENT)
			break;
	}
	return err;
}

/* The event of one CPU is enough: a program attached to it runs on all of them. */
static int tracepoint_open(const char *category, const char *name)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_TRACEPOINT,
		.size = sizeof(attr),
	};
	uint64_t id = 0;
	long fd;
	int err = tracepoint_id(category, name, &id);

	if (err)
		return err;
	attr.config = id;
	fd = syscall(SYS_perf_event_open, &attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
	return fd < 0 ? -errno : (int)fd;
}

int session_keep_event(struct session *session, int fd)
{
	int *events = reallocarray(session->events, session->nevents + 1, sizeof(*events));

	if (!events) {
		close(fd);
		return -ENOMEM;
	}
	session->events = events;
	events[session->nevents++] = fd;
	return 0;
}

/* Keeps a second descriptor of the event, which outlives the link. */
static int tracepoint_keep_event(struct bpfhost_instance *self, int event)
{
	struct session *session = session_of(self);
	int kept;

	if (!session)
		return -ENOMEM;
	kept = fcntl(event, F_DUPFD_CLOEXEC, 3);
	return kept < 0 ? -errno : session_keep_event(session, kept);
}

int bpfhost_attach_tracepoint(struct bpfhost_instance *self, struct bpf_program *program,
			      const char *category, const char *name, uint64_t cookie,
			      const char *probe)
{
	LIBBPF_OPTS(bpf_perf_event_opts, opts, .bpf_cookie = cookie);
	struct bpf_link *link;
	int event, err;

	if (session_only_planned(self, program, probe))
		return 0;
	event = tracepoint_open(category, name);
	if (event < 0)
		return session_missed(self, probe, event);
	err = tracepoint_keep_event(self, event);
	if (err) {
		close(event);
		return session_missed(self, probe, err);
	}
	/* From here on libbpf owns `event`: it closes it with the link. */
	errno = 0;
	link = bpf_program__attach_perf_event_opts(program, event, &opts);

	if (!link)
		close(event);
	return session_attached(self, link, probe);
}
