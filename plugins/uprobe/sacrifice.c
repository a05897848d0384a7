/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Whether this kernel kills a program under a seccomp filter when one of its functions returns through a
 * return probe: a child installs a filter that forbids just the system call of the trampoline, and calls
 * a function on which there is a probe for that child only.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <gnu/libc-version.h>
#include <linux/filter.h>
#include <linux/perf_event.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guard.h"

#define SACRIFICE_NR_URETPROBE 335 /* arch/x86/entry/syscalls/syscall_64.tbl */
#define SACRIFICE_DEVICE       "/sys/bus/event_source/devices/uprobe/"
#define SACRIFICE_PATIENCE_MS  1000

/* A function of the C library that nobody calls, least of all between fork and here. */
#define SACRIFICE_FUNCTION gnu_get_libc_version

static int sacrifice_number(const char *name, const char *format)
{
	FILE *file = fopen(name, "re");
	int number = -1;

	if (file) {
		if (fscanf(file, format, &number) != 1)
			number = -1;
		fclose(file);
	}
	return number;
}

struct sacrifice_place {
	uint64_t address;
	uint64_t offset; /* in its file; 0: not found */
};

static int sacrifice_mapped(void *ctx, const struct bpfhost_mapped *mapped)
{
	struct sacrifice_place *place = ctx;

	if (place->address < mapped->start || place->address >= mapped->end)
		return 0;
	place->offset = mapped->offset + (place->address - mapped->start);
	return 1;
}

/* Where the function lies in its file, as the kernel knows it. 0 or -errno. */
static int sacrifice_place(const char **ret_path, uint64_t *ret_offset)
{
	struct sacrifice_place place = { 0 };
	Dl_info info;

	if (!dladdr((void *)(uintptr_t)SACRIFICE_FUNCTION, &info))
		return -ENOENT;
	place.address = (uint64_t)(uintptr_t)info.dli_saddr;
	if (bpfhost_mapped_each((uint32_t)getpid(), sacrifice_mapped, &place) != 1)
		return -ENOENT;
	*ret_path = info.dli_fname;
	*ret_offset = place.offset;
	return 0;
}

static int sacrifice_probe(pid_t child)
{
	int type = sacrifice_number(SACRIFICE_DEVICE "type", "%d");
	int bit = sacrifice_number(SACRIFICE_DEVICE "format/retprobe", "config:%d");
	struct perf_event_attr attr = { .size = sizeof(attr) };
	const char *path;
	uint64_t offset;
	int ret = sacrifice_place(&path, &offset);
	long fd;

	if (ret || type < 0 || bit < 0)
		return ret ? ret : -EOPNOTSUPP;
	attr.type = (uint32_t)type;
	attr.config = 1ULL << bit;
	attr.config1 = (uint64_t)(uintptr_t)path;
	attr.config2 = offset;
	fd = syscall(SYS_perf_event_open, &attr, child, -1, -1, PERF_FLAG_FD_CLOEXEC);
	return fd < 0 ? -errno : (int)fd;
}

static _Noreturn void sacrifice_be(int go)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SACRIFICE_NR_URETPROBE, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog filter = { sizeof(code) / sizeof(code[0]), code };
	char c;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_DUMPABLE, 0); /* no core of this one */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter))
		_exit(1);
	(void)!read(go, &c, 1);
	SACRIFICE_FUNCTION();
	_exit(0);
}

/* How the child ends, once it may go. */
static bool sacrifice_is_killed(pid_t child)
{
	struct pollfd end = { .events = POLLIN };
	int status = 0;

	end.fd = (int)syscall(SYS_pidfd_open, child, 0);
	if (end.fd < 0 || poll(&end, 1, SACRIFICE_PATIENCE_MS) <= 0)
		kill(child, SIGKILL);
	if (end.fd >= 0)
		close(end.fd);
	return waitpid(child, &status, 0) == child && WIFSIGNALED(status) &&
	       WTERMSIG(status) == SIGSYS;
}

bool uprobe_guard_kernel_kills(void)
{
	int go[2], probe;
	pid_t child;
	bool killed;

#if !defined(__x86_64__)
	return false; /* elsewhere the trampoline is a breakpoint */
#endif
	if (pipe2(go, O_CLOEXEC))
		return false;
	child = fork();
	if (!child) {
		close(go[1]);
		sacrifice_be(go[0]);
	}
	close(go[0]);
	probe = child > 0 ? sacrifice_probe(child) : -1;
	close(go[1]);
	killed = child > 0 && sacrifice_is_killed(child);
	if (probe >= 0)
		close(probe);
	return killed && probe >= 0;
}
