/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the host gives to an instance of a plugin: facts about the run and a few calls. Everything
 * here is plain C data, so that host and plugin may be built by different compilers and carry
 * different libraries. A plugin rarely uses these calls itself: <bpfhost/sdk.h> does.
 *
 * Everywhere: spans of time are nanoseconds, moments are CLOCK_MONOTONIC in nanoseconds, sizes are bytes,
 * texts are UTF-8 that ends with a NUL, functions return 0 or -errno unless they say otherwise. Members
 * called reserved are zero, and nobody looks at them.
 */
#ifndef BPFHOST_HOST_H
#define BPFHOST_HOST_H

#include <bpfhost/event.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum bpfhost_level {
	BPFHOST_ERROR = 1,
	BPFHOST_WARN = 2,
	BPFHOST_INFO = 3,
	BPFHOST_DEBUG = 4,
	BPFHOST_TRACE = 5,
};

/*
 * The value of one option, in the order of the plugin's option table. An option that was not given
 * holds its default, and `given` is 0. A scalar has count 1 (0 for a string option without a
 * default); a list has as many items as were given.
 */
struct bpfhost_item {
	const char *text; /* as it was written, never NULL */
	union {
		int64_t i;  /* BPFHOST_OPT_INT; BPFHOST_OPT_BOOL and _CHOICE (index) too */
		uint64_t u; /* BPFHOST_OPT_UINT, _SIZE (bytes), _TIME (nanoseconds) */
	} number;
};

struct bpfhost_setting {
	uint32_t given;
	uint32_t count;
	const struct bpfhost_item *items;
};

/* The descriptors through which the host follows an instance's kernel side; reader may be -1. */
struct bpfhost_ring_fds {
	uint32_t size;      /* sizeof(struct bpfhost_ring_fds) as the caller knows it */
	int32_t ring;       /* BPF_MAP_TYPE_RINGBUF that the instance's poll drains */
	int32_t counters;   /* BPF_F_MMAPABLE array of struct bpfhost_counters, one a CPU */
	int32_t reader;     /* BPF_F_MMAPABLE array whose first bytes are a struct bpfhost_reader */
	uint32_t ncpus;     /* entries of counters */
	uint32_t ring_size; /* bytes of the ring's data area, a power of two */
};

/* Nothing may be loaded into the kernel; say through `plan` what would be. */
#define BPFHOST_RUN_DRY 0x1

/*
 * Made by the host, one an instance, valid from before load until after detach, and the same all that
 * time. The calls take the host as first argument, are made from the instance's only thread and from
 * within load, attach, poll and detach, and copy what they are given. None of them is NULL, none waits but
 * where it says so. New members come only at the end; those of your ABI minor are there, for a host that is
 * older does not open the plugin.
 */
struct bpfhost_host {
	uint32_t size;
	uint16_t abi_major;
	uint16_t abi_minor;
	void *context; /* the host's own */

	const char *instance;                       /* its name, unique in the run */
	const struct bpfhost_filter_values *filter; /* --pid, --comm, --uid, --cgroup; never NULL */
	const struct bpfhost_setting *options;      /* one for each row of the option table */
	uint64_t ring_size;                         /* bytes for the ring buffer, a power of two */
	uint32_t log_level; /* the highest enum bpfhost_level that is shown */
	uint32_t flags;     /* BPFHOST_RUN_... */

	/* Writes one line (without newline) to the log. file may be NULL. */
	void (*log)(const struct bpfhost_host *host, uint32_t level, const char *file,
		    uint32_t line, const char *text);
	/* Sets the text that explains the error that load, attach, poll or detach is about to return; the
	 * last one counts. */
	void (*fail)(const struct bpfhost_host *host, const char *text);
	/*
	 * Publishes a schema, the bytes of <bpfhost/schema.h>; events of its type may follow.
	 * -EINVAL when the bytes do not hold together, -EEXIST when the type has another schema. The
	 * same again is fine. From load or attach: waits for room on the bus.
	 */
	int (*schema)(const struct bpfhost_host *host, const void *schema, uint32_t size);
	/*
	 * Puts one record (struct bpfhost_event first) of the ring on the bus, as it is. -EAGAIN when
	 * the bus is full: keep the record, return from poll, and be called again when there is room.
	 * -EMSGSIZE above BPFHOST_RECORD_MAX. -ECANCELED when the run ends and nobody takes more:
	 * this record and what else the ring holds need not be read, the host counts it as lost. Only
	 * for what `ring` handed over: the counters there have counted it. All else goes by emit_user.
	 */
	int (*emit)(const struct bpfhost_host *host, const void *record, uint32_t size);
	/*
	 * Puts a record made in user space on the bus: stamps time (unless set), flags, cpu and
	 * lost into it and counts it. A full bus counts it as lost and returns -EAGAIN. A time in the
	 * past is put in order as far back as --window reaches, and counted as late beyond.
	 */
	int (*emit_user)(const struct bpfhost_host *host, struct bpfhost_event *record,
			 uint32_t size);
	/*
	 * Tells that the plugin took so many records out of the ring for itself and does not put
	 * them on the bus: the ledger counts them as filtered.
	 */
	void (*taken)(const struct bpfhost_host *host, uint64_t records);
	/*
	 * Calls poll whenever, and as long as, fd is readable or at its end (EPOLLIN, EPOLLHUP, EPOLLERR;
	 * poll is not told which of several). The descriptor stays the plugin's; unwatch comes before it is
	 * closed, or the instance's end. A timerfd is one more timer, a pidfd tells of a child's end; make
	 * them in load. -EEXIST for one that is watched, -EPERM for what cannot be waited for (a file),
	 * -EBADF. unwatch: -ENOENT for one that is not watched.
	 */
	int (*watch)(const struct bpfhost_host *host, int fd);
	int (*unwatch)(const struct bpfhost_host *host, int fd);
	/*
	 * Calls poll every interval_ns from now on; 0 ends that. One timer an instance, a new interval takes
	 * the place of the last. What falls due while a call runs makes for one call, not for several.
	 */
	int (*timer)(const struct bpfhost_host *host, uint64_t interval_ns);
	/*
	 * Hands over what the host needs to keep the ledger and to sleep and wake without losing a
	 * wake-up. The descriptors stay the plugin's; the host duplicates them. Once an instance, from
	 * load; -EALREADY the second time. Further rings are the plugin's own: it watches their descriptors,
	 * sends what it takes out of them by emit_user, and tells by bpfhost.lost/1 what they lost.
	 */
	int (*ring)(const struct bpfhost_host *host, const struct bpfhost_ring_fds *fds);
	/* Tells of one probe that could not be attached while others could. */
	void (*probe_failed)(const struct bpfhost_host *host, const char *probe, const char *cause);
	/* Tells how many probes are attached of how many wanted, at the end of attach. */
	void (*probes)(const struct bpfhost_host *host, uint32_t attached, uint32_t wanted);
	/*
	 * Tells from within detach that no program writes any more and all events are on the bus,
	 * though letting go of the rest may take the kernel longer: the host need not wait for that.
	 */
	void (*drained)(const struct bpfhost_host *host);
	/* Dry run: one line of what would be attached where. */
	void (*plan)(const struct bpfhost_host *host, const char *text);
	/*
	 * An extension of the host by id and revision ("bpfhost.room/1"), NULL if unknown: a struct that
	 * begins with its size, valid as long as the host is. Of one revision it only grows; what cannot
	 * grow gets another number, and the older one stays.
	 */
	const void *(*extension)(const struct bpfhost_host *host, const char *id);
};

/*
 * Extension "bpfhost.release/1" of the host, for detach. Between begin and end the instance does nothing
 * but let go of what is attached, which may take the kernel long: the host does not end the worker
 * meanwhile. Killed in the middle of it, it could leave breakpoints behind in traced programs, for the
 * kernel takes them out no more once its thread is to die.
 */
#define BPFHOST_EXT_RELEASE "bpfhost.release/1"

struct bpfhost_ext_release {
	uint32_t size;
	uint32_t reserved;
	void (*begin)(const struct bpfhost_host *host);
	void (*end)(const struct bpfhost_host *host);
	/* One of many is gone, also between `drained` and the return: the time allowed counts anew. */
	void (*step)(const struct bpfhost_host *host);
};

/*
 * Extension "bpfhost.room/1" of the host: whether the bus has room for a record of so many bytes, header
 * included. 0, or -EAGAIN, after which poll is called again once there is. For events made in user space
 * that can wait: emit_user counts those as lost for which there is no room.
 */
#define BPFHOST_EXT_ROOM "bpfhost.room/1"

struct bpfhost_ext_room {
	uint32_t size;
	uint32_t reserved;
	int (*look)(const struct bpfhost_host *host, uint32_t size);
};

/*
 * Extension "bpfhost.lost/1" of the host: so many events were lost before they came to the host, in a ring or
 * a socket of the plugin's own. The ledger counts them as produced and as lost, and the next event made in
 * user space marks their place in the stream.
 */
#define BPFHOST_EXT_LOST "bpfhost.lost/1"

struct bpfhost_ext_lost {
	uint32_t size;
	uint32_t reserved;
	void (*count)(const struct bpfhost_host *host, uint64_t events);
};

/*
 * Extension "bpfhost.attach/1" of the host: each call of the kernel that attaches stands between begin
 * and end. Killed inside of one, a worker would leave breakpoints behind, as above; so the host does not
 * kill it there, and it does not follow the host into death. The time that a call may take counts anew
 * with each begin: to wait for the kernel's lock many times is slow, but no hang.
 */
#define BPFHOST_EXT_ATTACH "bpfhost.attach/1"

struct bpfhost_ext_attach {
	uint32_t size;
	uint32_t reserved;
	/* 0; or -ECANCELED: the run is to end, so attach nothing more, and return this from attach. */
	int (*begin)(const struct bpfhost_host *host);
	void (*end)(const struct bpfhost_host *host);
};

/*
 * Extension "bpfhost.pause/1" of the host: for how long a busy ring may be left to itself between two looks, in
 * ns, from 50 µs to 100 ms; 4 ms where nothing is said. Each look costs a wake-up, so an instance whose records nobody
 * waits for asks for more. It is shorter where the ring fills faster.
 */
#define BPFHOST_EXT_PAUSE "bpfhost.pause/1"

struct bpfhost_ext_pause {
	uint32_t size;
	uint32_t reserved;
	void (*most)(const struct bpfhost_host *host, uint64_t ns);
};

/*
 * Extension "bpfhost.verifier_log/1" of the host: keeps what the kernel's verifier wrote about a program that it
 * refused, which may be megabytes, in a file that it names.
 */
#define BPFHOST_EXT_VERIFIER_LOG "bpfhost.verifier_log/1"

struct bpfhost_ext_verifier_log {
	uint32_t size;
	uint32_t reserved;
	/* 0 and the file's path; or -errno and a sentence why it is not kept. Cut to `room`, with a NUL. */
	int (*keep)(const struct bpfhost_host *host, const char *program, const char *text,
		    uint64_t length, char *ret_where, uint32_t room);
};

/*
 * Extension "bpfhost.patience/1" of the host, for a call that takes many steps of which none is a hang, each
 * waited for with a limit of its own: the time that the call may take counts anew. How much that is, in ns.
 */
#define BPFHOST_EXT_PATIENCE "bpfhost.patience/1"

struct bpfhost_ext_patience {
	uint32_t size;
	uint32_t reserved;
	uint64_t (*renew)(const struct bpfhost_host *host);
};

/* The largest record that the bus carries, header included. */
#define BPFHOST_RECORD_MAX 65536U

#endif
