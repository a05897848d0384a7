/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Tries, in its first poll, what a worker may not do any more, and logs how each ended: "tried WORD: ok", or
 * the error. The option `first` names one of those that no plugin survives, to be tried before all else.
 */
#include "plain.h"

#include <bpf/bpf.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bpfhost/sdk.h>

#define FIRST_POLL_NS 50000000ULL

typedef long try_fn(void);

/* ---- files and sockets ------------------------------------------------------------------------ */

static long try_open(void)
{
	return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

static long try_shadow(void)
{
	return open("/etc/shadow", O_RDONLY | O_CLOEXEC);
}

static long try_create(void)
{
	return open("/var/tmp/bpfhost-forbidden", O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
}

static long try_unlink(void)
{
	return unlink("/var/tmp/bpfhost-forbidden");
}

static long try_chmod(void)
{
	return chmod("/var/tmp", 0777);
}

static long try_inet(void)
{
	return socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
}

static long try_unix(void)
{
	return socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
}

static long try_netlink(void)
{
	return socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, 0);
}

static long try_memfd(void)
{
	return memfd_create("forbidden", MFD_CLOEXEC);
}

static long try_uring(void)
{
	return syscall(SYS_io_uring_setup, 1, NULL);
}

/* ---- the kernel -------------------------------------------------------------------------------- */

static long try_map_create(void)
{
	return bpf_map_create(BPF_MAP_TYPE_ARRAY, "forbidden", 4, 4, 1, NULL);
}

static long try_prog_load(void)
{
	const struct bpf_insn code[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr attr = {
		.prog_type = BPF_PROG_TYPE_SOCKET_FILTER,
		.insns = (uintptr_t)code,
		.insn_cnt = 2,
		.license = (uintptr_t) "GPL",
	};

	return syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));
}

static long try_link_create(void)
{
	return bpf_link_create(0, 0, BPF_XDP, NULL);
}

static long try_prog_by_id(void)
{
	return bpf_prog_get_fd_by_id(1);
}

static long try_perf(void)
{
	struct perf_event_attr attr = { .type = PERF_TYPE_SOFTWARE, .size = sizeof(attr) };

	return syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0);
}

static long try_setns(void)
{
	return setns(0, CLONE_NEWNET);
}

static long try_unshare(void)
{
	return unshare(CLONE_NEWUSER);
}

/* ---- processes and privileges -------------------------------------------------------------------- */

static long try_fork(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return pid;
}

static long try_spawn(void)
{
	char *const none[] = { NULL };
	pid_t pid;

	errno = posix_spawn(&pid, "/bin/true", NULL, NULL, none, none);
	return errno ? -1 : pid;
}

static long try_kill(void)
{
	return kill(getppid(), 0);
}

/* The two steps by which a descriptor sends any signal to any process. */
static long try_owner(void)
{
	return fcntl(0, F_SETOWN, getppid());
}

static long try_async(void)
{
	return fcntl(0, F_SETFL, O_ASYNC);
}

static long try_setuid(void)
{
	return syscall(SYS_setuid, 0);
}

static long try_limit(void)
{
	const struct rlimit limit = { 1 << 20, 1 << 20 };

	return setrlimit(RLIMIT_STACK, &limit);
}

static long try_dumpable(void)
{
	return prctl(PR_SET_DUMPABLE, 1);
}

static long try_handler(void)
{
	return signal(SIGSYS, SIG_IGN) == SIG_ERR ? -1 : 0;
}

static long try_code(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
			       MAP_FAILED
		       ? -1
		       : 0;
}

static long try_make_code(void)
{
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return page == MAP_FAILED ? -1 : mprotect(page, 4096, PROT_READ | PROT_EXEC);
}

static long try_dlopen(void)
{
	return dlopen("libresolv.so.2", RTLD_NOW | RTLD_LOCAL) ? 0 : (errno = EPERM, -1);
}

/* ---- what it still may ----------------------------------------------------------------------------- */

static void *run_thread(void *ctx)
{
	return ctx;
}

static long try_thread(void)
{
	pthread_t thread;

	errno = pthread_create(&thread, NULL, run_thread, NULL);
	return errno ? -1 : pthread_join(thread, NULL);
}

static long try_memory(void)
{
	char *bytes = malloc(8 << 20);

	if (bytes)
		memset(bytes, 1, 8 << 20);
	__asm__ volatile("" ::"r"(bytes) : "memory");
	free(bytes);
	return bytes ? 0 : -1;
}

static long try_own_signal(void)
{
	return kill(getpid(), 0);
}

/* ---- what ends it ------------------------------------------------------------------------------------ */

static long try_exec(void)
{
	char *const none[] = { NULL };

	return execve("/bin/true", none, none);
}

static long try_ptrace(void)
{
	return ptrace(PTRACE_ATTACH, getppid(), NULL, NULL);
}

static long try_mount(void)
{
	return syscall(SYS_mount, "none", "/mnt", "tmpfs", 0, NULL);
}

static const struct {
	const char *name;
	try_fn *run;
	bool deadly;
} tries[] = {
	{ "open", try_open, false },
	{ "shadow", try_shadow, false },
	{ "create", try_create, false },
	{ "unlink", try_unlink, false },
	{ "chmod", try_chmod, false },
	{ "inet", try_inet, false },
	{ "unix", try_unix, false },
	{ "netlink", try_netlink, false },
	{ "memfd", try_memfd, false },
	{ "io_uring", try_uring, false },
	{ "map_create", try_map_create, false },
	{ "prog_load", try_prog_load, false },
	{ "link_create", try_link_create, false },
	{ "prog_by_id", try_prog_by_id, false },
	{ "perf", try_perf, false },
	{ "setns", try_setns, false },
	{ "unshare", try_unshare, false },
	{ "fork", try_fork, false },
	{ "spawn", try_spawn, false },
	{ "kill", try_kill, false },
	{ "owner", try_owner, false },
	{ "async", try_async, false },
	{ "setuid", try_setuid, false },
	{ "limit", try_limit, false },
	{ "dumpable", try_dumpable, false },
	{ "handler", try_handler, false },
	{ "code", try_code, false },
	{ "make_code", try_make_code, false },
	{ "dlopen", try_dlopen, false },
	{ "thread", try_thread, false },
	{ "memory", try_memory, false },
	{ "own_signal", try_own_signal, false },
	{ "exec", try_exec, true },
	{ "ptrace", try_ptrace, true },
	{ "mount", try_mount, true },
};

static void forbidden_try(struct bpfhost_instance *self, size_t i)
{
	long ret = tries[i].run();

	bpfhost_info(self, "tried %s: %s", tries[i].name, ret < 0 ? strerrorname_np(errno) : "ok");
}

static void forbidden_try_all(struct bpfhost_instance *self)
{
	const char *first = bpfhost_option(self, "first")->items[0].text;

	for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++)
		if (tries[i].deadly ? !strcmp(first, tries[i].name) : !*first)
			forbidden_try(self, i);
}

static int forbidden_attach(struct bpfhost_instance *self)
{
	int err = bpfhost_default_attach(self);

	return err < 0 ? err : self->host->timer(self->host, FIRST_POLL_NS);
}

/* self->state: it has tried. */
static int forbidden_poll(struct bpfhost_instance *self, uint32_t budget)
{
	if (!self->state)
		forbidden_try_all(self);
	self->state = self;
	return bpfhost_default_poll(self, budget);
}

static const struct bpfhost_option forbidden_options[] = {
	{ .name = "first",
	  .type = BPFHOST_OPT_STRING,
	  .default_text = "",
	  .help = "the one to try that ends its worker" },
	{ .name = NULL },
};

BAD_PLUGIN(.name = "forbidden", .options = forbidden_options,
	   .vtable = { .attach = forbidden_attach, .poll = forbidden_poll });
