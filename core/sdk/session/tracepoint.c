/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Attaching to tracepoints, each of which is a perf event. */
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

static struct bpf_link *tracepoint_link(struct bpfhost_instance *self, struct bpf_program *program,
					const char *category, const char *name, uint64_t cookie)
{
	int event = tracepoint_open(category, name);

	if (event >= 0)
		return session_link_event(self, program, event, cookie);
	errno = -event;
	return NULL;
}

/* perf_event_attach_bpf_prog() in kernel/trace/bpf_trace.c, which says E2BIG: "Argument list too long". */
#define TRACEPOINT_PROGRAMS_MAX 64 /* BPF_TRACE_MAX_PROGS there */

static int tracepoint_full(struct bpfhost_instance *self, const char *probe)
{
	char cause[128];

	snprintf(cause, sizeof(cause),
		 "it has %d BPF programs already, of whoever traces here, and the kernel runs no "
		 "more at one tracepoint",
		 TRACEPOINT_PROGRAMS_MAX);
	return bpfhost_missed(self, probe, -E2BIG, cause);
}

int bpfhost_attach_tracepoint(struct bpfhost_instance *self, struct bpf_program *program,
			      const char *category, const char *name, uint64_t cookie,
			      const char *probe)
{
	struct bpf_link *link;
	int err;

	if (bpfhost_only_planned(self, program, probe))
		return 0;
	err = session_attach_begin(self);
	if (err)
		return session_missed(self, probe, err);
	link = tracepoint_link(self, program, category, name, cookie);
	session_attach_end(self);
	if (!link && errno == E2BIG)
		return tracepoint_full(self, probe);
	return session_attached(self, link, probe);
}
