/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What can only be told by trying. Each try is made in a child, whose end takes all with it that was made.
 * None attaches to anything that others use: uprobes are tried on a folder, which no kernel takes, and XDP
 * links on an interface in a network namespace that is made for this.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/if_link.h>
#include <linux/magic.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <bpfhost/sdk.h>

#include "doctor/machine.h"
#include "doctor/trial.h"
#include "sdk/kernel/kernel.h"

#define TRIES_TRACEFS  "/sys/kernel/tracing"
#define TRIES_OLD      "/sys/kernel/debug/tracing"
#define TRIES_UPROBES  "/sys/bus/event_source/devices/uprobe/type"
#define TRIES_LOOPBACK 1 /* the interface that a new namespace has */
#define TRIES_RIGHTS   "run as root, or give it CAP_BPF and CAP_PERFMON"
#define TRIES_MOUNT    "mount -t tracefs tracefs " TRIES_TRACEFS

static bool tries_has(const struct machine *machine, unsigned int capability)
{
	return machine->held >> capability & 1;
}

/* A program that does nothing, opts or NULL as for libbpf: its descriptor or -errno. */
static int tries_program(enum bpf_prog_type type, const struct bpf_prog_load_opts *opts)
{
	const struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};

	return bpf_prog_load(type, NULL, "GPL", insns, 2, opts);
}

/* ---- bpf(2) --------------------------------------------------------------------------------------- */

static void tries_bpf(struct machine *machine, struct fact *fact)
{
	const uint64_t needed = 1ULL << CAP_BPF | 1ULL << CAP_PERFMON;
	uint64_t missing = kernel_capabilities_missing(needed, machine->held);
	int program = tries_program(BPF_PROG_TYPE_KPROBE, NULL);
	char names[64];

	if (program >= 0) {
		fact_yes(fact, "programs are taken");
	} else if (program == -ENOSYS) {
		fact_no(fact, "boot a kernel with CONFIG_BPF_SYSCALL=y",
			"this kernel has no bpf(2)");
	} else if (missing) {
		machine_name_capabilities(missing, names, sizeof(names));
		fact_no(fact, TRIES_RIGHTS, "%s (%s missing)", strerror(-program), names);
	} else {
		fact_no(fact,
			"start it where nothing forbids bpf(2): outside of the container, or with "
			"a filter of system calls that lets it through",
			"a program is refused: %s", strerror(-program));
	}
}

static void tries_ring(struct machine *machine, struct fact *fact)
{
	uint32_t size = (uint32_t)machine->ring_size;
	int map = bpf_map_create(BPF_MAP_TYPE_RINGBUF, NULL, 0, 0, size, NULL);

	if (map >= 0)
		fact_yes(fact, "one of %u KiB can be made", size / 1024);
	else if (map == -ENOMEM)
		fact_no(fact, "a smaller --ring-size, or more memory for this cgroup (memory.max)",
			"there is no memory for one of %u KiB", size / 1024);
	else if (map == -EPERM)
		fact_unknown(fact, "to ask takes CAP_BPF");
	else
		fact_no(fact, "run Linux 6.1 or newer", "one of %u KiB is refused: %s", size / 1024,
			strerror(-map));
}

/* ---- tracefs and perf events ----------------------------------------------------------------------- */

static void tries_perf(struct machine *machine, struct fact *fact)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.config = PERF_COUNT_SW_DUMMY,
		.size = sizeof(attr),
		.disabled = 1,
	};

	(void)machine;
	if (syscall(SYS_perf_event_open, &attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC) >= 0)
		fact_yes(fact, "system-wide ones can be opened");
	else if (errno == EPERM || errno == EACCES)
		fact_no(fact, "run as root, or give it CAP_PERFMON", "%s", strerror(errno));
	else
		fact_no(fact, "boot a kernel with CONFIG_PERF_EVENTS=y", "%s", strerror(errno));
}

static bool tries_is_tracefs(const char *path)
{
	struct statfs found;

	return !statfs(path, &found) && found.f_type == (__typeof__(found.f_type))TRACEFS_MAGIC;
}

/* Where it is, mounting it for this child alone where a run would mount it. NULL: nowhere. */
static const char *tries_find_tracefs(bool *ret_mounted)
{
	*ret_mounted = false;
	if (tries_is_tracefs(TRIES_TRACEFS))
		return TRIES_TRACEFS;
	if (tries_is_tracefs(TRIES_OLD))
		return TRIES_OLD;
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("tracefs", TRIES_TRACEFS, "tracefs", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL))
		return NULL;
	*ret_mounted = true;
	return TRIES_TRACEFS;
}

static int tries_read_id(const char *root, uint64_t *ret_id)
{
	char path[128], text[32] = "";
	ssize_t got;
	int fd;

	snprintf(path, sizeof(path), "%s/events/sched/sched_process_exec/id", root);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	got = read(fd, text, sizeof(text) - 1);
	close(fd);
	*ret_id = strtoull(text, NULL, 10);
	return got > 0 ? 0 : -EIO;
}

static void tries_open_tracepoint(uint64_t id, const char *where, struct fact *fact)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_TRACEPOINT,
		.config = id,
		.size = sizeof(attr),
		.disabled = 1,
	};

	if (syscall(SYS_perf_event_open, &attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC) >= 0)
		fact_yes(fact, "%s, and a perf event of a tracepoint", where);
	else
		fact_no(fact, "run as root, or give it CAP_PERFMON",
			"failed to open a perf event of a tracepoint: %s", strerror(errno));
}

static void tries_syscalls(const char *root, struct fact *fact)
{
	struct stat found;
	char path[128];

	snprintf(path, sizeof(path), "%s/events/syscalls", root);
	if (!stat(path, &found))
		fact_yes(fact, "syscalls:sys_enter_*, syscalls:sys_exit_*");
	else if (errno == ENOENT)
		fact_no(fact, "boot a kernel with CONFIG_FTRACE_SYSCALLS=y",
			"this kernel has no events of system calls");
	else
		fact_unknown(fact, "failed to look for them: %s", strerror(errno));
}

static void tries_tracefs(struct machine *machine, struct fact *fact)
{
	struct fact *syscalls = &machine->facts[FACT_SYSCALLS];
	char where[128];
	uint64_t id = 0;
	bool mounted;
	const char *root = tries_find_tracefs(&mounted);
	int err = root ? tries_read_id(root, &id) : -ENOENT;

	if (root)
		tries_syscalls(root, syscalls);
	else
		fact_unknown(syscalls, "tracefs is not mounted");
	snprintf(where, sizeof(where), "%s%s", root ? root : "",
		 mounted ? " (a run mounts it there)" : "");
	if (!err)
		tries_open_tracepoint(id, where, fact);
	else if (!root)
		fact_no(fact, TRIES_MOUNT,
			"it is not mounted, and only who has CAP_SYS_ADMIN can mount it");
	else if (err == -EACCES)
		fact_no(fact,
			"run as root, give it CAP_DAC_READ_SEARCH, or mount tracefs with gid= of "
			"a group that it is in",
			"failed to read %s: %s", where, strerror(-err));
	else
		fact_no(fact, "boot a kernel with CONFIG_TRACING=y and CONFIG_EVENT_TRACING=y",
			"failed to read an event below %s: %s", where, strerror(-err));
}

/* ---- uprobes --------------------------------------------------------------------------------------- */

/* A folder is no file to probe, which the kernel says of it after all else is in order. */
static int tries_open_uprobe(uint32_t type)
{
	struct perf_event_attr attr = {
		.type = type,
		.size = sizeof(attr),
		.disabled = 1,
		.config1 = (uint64_t)(uintptr_t) "/",
	};
	long fd = syscall(SYS_perf_event_open, &attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);

	return fd < 0 ? -errno : 0;
}

static void tries_uprobe(struct machine *machine, struct fact *fact)
{
	FILE *file = fopen(TRIES_UPROBES, "re");
	unsigned int type = 0;
	int found = file ? fscanf(file, "%u", &type) : 0, err;

	(void)machine;
	if (file)
		fclose(file);
	if (found != 1) {
		fact_no(fact, "boot a kernel with CONFIG_UPROBE_EVENTS=y",
			"this kernel has no perf events for them: " TRIES_UPROBES " is missing");
		return;
	}
	err = tries_open_uprobe(type);
	if (err == -EINVAL || !err)
		fact_yes(fact, "each is a perf event of its own");
	else if (err == -EACCES || err == -EPERM)
		fact_no(fact,
			"run as root, or give it CAP_SYS_ADMIN, which they take since Linux 6.14",
			"%s", strerror(-err));
	else
		fact_unknown(fact, "a perf event for one is refused: %s", strerror(-err));
}

static void tries_uprobe_multi(struct machine *machine, struct fact *fact)
{
	int err = kernel_probe_uprobe_multi();

	if (!err)
		fact_yes(fact, "thousands at once");
	else if (err == -EOPNOTSUPP)
		fact_no(fact, "run Linux 6.6 or newer, or go without: they are attached one by one",
			"this kernel has no such links");
	else if (machine->facts[FACT_BPF].state != FACT_YES)
		fact_unknown(fact, "to ask takes CAP_BPF and CAP_PERFMON");
	else
		fact_unknown(fact, "such a link is refused: %s", strerror(-err));
}

/* ---- kprobes by one link ------------------------------------------------------------------------------- */

/* No functions are named, which only a kernel with such links complains about. */
static int tries_open_kprobe_multi(void)
{
	LIBBPF_OPTS(bpf_prog_load_opts, load, .expected_attach_type = BPF_TRACE_KPROBE_MULTI);
	LIBBPF_OPTS(bpf_link_create_opts, create);
	int program = tries_program(BPF_PROG_TYPE_KPROBE, &load), link;

	if (program < 0)
		return kernel_error(program);
	link = bpf_link_create(program, 0, BPF_TRACE_KPROBE_MULTI, &create);
	close(program);
	return link == -EINVAL ? 0 : kernel_error(link);
}

static void tries_kprobe_multi(struct machine *machine, struct fact *fact)
{
	int err = tries_open_kprobe_multi();

	if (!err)
		fact_yes(fact, "thousands at once");
	else if (err == -EOPNOTSUPP)
		fact_no(fact, "boot a kernel with CONFIG_FPROBE=y",
			"this kernel has no such links");
	else if (machine->facts[FACT_BPF].state != FACT_YES)
		fact_unknown(fact, "to ask takes CAP_BPF and CAP_PERFMON");
	else
		fact_unknown(fact, "such a link is refused: %s", strerror(err < 0 ? -err : EINVAL));
}

/* ---- XDP ------------------------------------------------------------------------------------------- */

static void tries_xdp_refused(const struct machine *machine, struct fact *fact, int err)
{
	if (err == -EPERM && !tries_has(machine, CAP_NET_ADMIN))
		fact_no(fact, "run as root, or give it CAP_NET_ADMIN", "%s (CAP_NET_ADMIN missing)",
			strerror(-err));
	else if (machine->facts[FACT_BPF].state != FACT_YES)
		fact_unknown(fact, "to ask takes CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN");
	else
		fact_no(fact, "run Linux 6.1 or newer, with CONFIG_NET and CONFIG_BPF_SYSCALL",
			"refused: %s", strerror(-err));
}

static void tries_xdp(struct machine *machine, struct fact *fact)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts, .flags = XDP_FLAGS_SKB_MODE);
	int program = tries_program(BPF_PROG_TYPE_XDP, NULL), link;

	if (program < 0) {
		tries_xdp_refused(machine, fact, kernel_error(program));
		return;
	}
	if (unshare(CLONE_NEWNET)) {
		fact_yes(fact,
			 "programs are taken (links were not tried, that takes CAP_SYS_ADMIN; "
			 "Linux 5.9 and newer have them)");
		return;
	}
	link = bpf_link_create(program, TRIES_LOOPBACK, BPF_XDP, &opts);
	if (link >= 0)
		fact_yes(fact, "attached to an interface made for the try");
	else
		tries_xdp_refused(machine, fact, kernel_error(link));
}

/* ---- all ------------------------------------------------------------------------------------------- */

/* The first: others depend on what it found. */
static const struct {
	enum fact_id id;
	void (*try)(struct machine *machine, struct fact *fact);
} tries[] = {
	{ FACT_BPF, tries_bpf },
	{ FACT_RING, tries_ring },
	{ FACT_PERF, tries_perf },
	{ FACT_TRACEFS, tries_tracefs },
	{ FACT_UPROBE, tries_uprobe },
	{ FACT_UPROBE_MULTI, tries_uprobe_multi },
	{ FACT_KPROBE_MULTI, tries_kprobe_multi },
	{ FACT_XDP, tries_xdp },
};

struct tries_one {
	struct machine *machine;
	size_t index;
};

static void tries_make(void *ctx)
{
	const struct tries_one *one = ctx;
	struct machine *machine = one->machine;

	tries[one->index].try(machine, &machine->facts[tries[one->index].id]);
}

void machine_try(struct machine *machine)
{
	char why[200];

	for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
		struct tries_one one = { .machine = machine, .index = i };

		if (trial_run(tries_make, &one, why, sizeof(why)))
			fact_unknown(&machine->facts[tries[i].id], "%s", why);
	}
	/* What is found in time stands there, the rest is unknown. */
	trial_run(machine_try_types, machine, why, sizeof(why));
}
