/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What crosses between a BPF program and user space, seen alike by both sides: the header that
 * every event begins with, the counters, and the reader's flag. Fixed width, no padding by chance.
 */
#ifndef BPFHOST_EVENT_H
#define BPFHOST_EVENT_H

#include <linux/types.h>

#define BPFHOST_COMM_LEN 16
/* Room for a struct sockaddr_un, rounded up; the others are smaller. */
#define BPFHOST_SOCKADDR_SIZE 112

/* A string field was cut: a cut string fills its field and has no NUL byte at the end. */
#define BPFHOST_EVENT_TRUNCATED 0x1
/* Made in user space by the plugin: `lost` counts the plugin's own failed emits, not a CPU's. */
#define BPFHOST_EVENT_USER 0x2
/* Made where no process is responsible (a packet): pid, tid, uid, cgroup and comm say nothing. */
#define BPFHOST_EVENT_NO_TASK 0x4

/* Type ids below this are ids in the object's own BTF; from here on, schemas made at run time. */
#define BPFHOST_TYPE_RUNTIME 0x80000000U
/* A line of the log, not an event: `struct bpfhost_log_record`. */
#define BPFHOST_TYPE_LOG 0xffffffffU

struct bpfhost_event {
	__u64 time_ns; /* CLOCK_MONOTONIC, taken after the record's place was reserved */
	__u64 lost; /* how many events this CPU had lost by then; where it rises, there is a gap */
	__u64 cgroup; /* id of the cgroup v2 */
	__u32 type;   /* which schema tells the fields behind this header */
	__u16 cpu;
	__u16 flags; /* BPFHOST_EVENT_... */
	__u32 pid;   /* the process: the kernel's tgid */
	__u32 tid;   /* the thread: the kernel's pid */
	__u32 uid;
	__u32 reserved; /* zero */
	char comm[BPFHOST_COMM_LEN];
};

/* One a CPU, only ever added to. */
struct bpfhost_counters {
	__u64 produced; /* events that passed the conditions, whether or not there was room */
	__u64 lost;     /* those among them for which there was no room */
	__u64 log_produced;
	__u64 log_lost;
	__u64 reserved[4]; /* fills the cache line, so that CPUs do not share one */
};

/* What the reader tells the programs. */
struct bpfhost_reader {
	__u32 sleeping; /* set by the reader; the writer who swaps it back to 0 sends the wake-up */
	__u32 stopped;  /* no more events are wanted: detaching may take the kernel a while */
	__u32 reserved[14];
};

#define BPFHOST_LOG_ARGS   8
#define BPFHOST_LOG_BYTES  64
#define BPFHOST_LOG_FILE   48
#define BPFHOST_LOG_FORMAT 128

/*
 * One argument of a log line: the number or the pointer itself, and what stood behind a pointer. Of a
 * number the bytes are not set, so `pointers` in the record must be asked before they are shown.
 */
struct bpfhost_log_arg {
	__u64 value;
	__u8 bytes[BPFHOST_LOG_BYTES];
};

/* Log lines are rare: each carries its format and place with it and is put together in user space. */
struct bpfhost_log_record {
	struct bpfhost_event header; /* header.lost is the CPU's log_lost */
	__u32 level;                 /* enum bpfhost_level in <bpfhost/host.h> */
	__u32 line;
	__u32 nargs;
	__u32 pointers; /* bit n: argument n is a pointer */
	char file[BPFHOST_LOG_FILE];
	char format[BPFHOST_LOG_FORMAT];
	struct bpfhost_log_arg args[BPFHOST_LOG_ARGS];
};

/* The conditions that hold for every event of an instance, decided in the kernel. */
#define BPFHOST_FILTER_IDS   64
#define BPFHOST_FILTER_NAMES 16

struct bpfhost_filter_values {
	__u32 npids;
	__u32 ncomms;
	__u32 nuids;
	__u32 ncgroups;
	__u32 pids[BPFHOST_FILTER_IDS];
	__u32 uids[BPFHOST_FILTER_IDS];
	__u64 cgroups[BPFHOST_FILTER_NAMES];       /* id of the cgroup */
	__u32 cgroup_levels[BPFHOST_FILTER_NAMES]; /* its depth below the root, which is 0 */
	char comms[BPFHOST_FILTER_NAMES][BPFHOST_COMM_LEN]; /* padded with NUL bytes */
};

#endif
