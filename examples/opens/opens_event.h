/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What both sides of the plugin must agree on: its events and the numbers that they share. */
#ifndef OPENS_EVENT_H
#define OPENS_EVENT_H

#ifdef __bpf__
#include <asm/fcntl.h> /* the C library's is for user space, and the two exclude each other */
#else
#include <fcntl.h>
#endif

#include <bpfhost/event.h>
#include <bpfhost/tags.h>

/* Composed ones first: the first names that fit are shown. */
enum opens_flag {
	RDONLY = O_RDONLY, /* 0, shown where nothing else is set */
	WRONLY = O_WRONLY,
	RDWR = O_RDWR,
	TMPFILE = O_TMPFILE,
	SYNC = O_SYNC,
	CREAT = O_CREAT,
	EXCL = O_EXCL,
	NOCTTY = O_NOCTTY,
	TRUNC = O_TRUNC,
	APPEND = O_APPEND,
	NONBLOCK = O_NONBLOCK,
	DSYNC = O_DSYNC,
	DIRECT = O_DIRECT,
	DIRECTORY = O_DIRECTORY,
	NOFOLLOW = O_NOFOLLOW,
	NOATIME = O_NOATIME,
	CLOEXEC = O_CLOEXEC,
	PATH = O_PATH,
};

/* One open, openat or openat2 that returned. */
struct opens_event {
	struct bpfhost_event header;
	__u64 latency_ns BPFHOST_TAG(ns);
	enum opens_flag flags BPFHOST_TAG(flags);
	__s32 ret BPFHOST_TAG(errno); /* the new descriptor, or -errno */
	char path[256];               /* as the program wrote it */
};

/* All opens that --pid, --comm, --uid and --cgroup let through, whatever else was left out. */
struct opens_summary_event {
	struct bpfhost_event header;
	__u64 opens BPFHOST_TAG(counter);
	__u64 errors BPFHOST_TAG(counter);
	__u64 unmeasured BPFHOST_TAG(counter); /* more than OPENS_AT_ONCE were under way */
	__u64 opens_per_second BPFHOST_TAG(gauge);
	__u64 slowest_ns BPFHOST_TAG(ns) BPFHOST_TAG(gauge); /* of the events since the last one */
};

/* Shared by the programs and user space; only ever added to. */
struct opens_totals {
	__u64 opens;
	__u64 errors;
	__u64 unmeasured;
};

/* Opens under way, which bounds the memory: a thread has one at most. */
#define OPENS_AT_ONCE 8192

#endif
