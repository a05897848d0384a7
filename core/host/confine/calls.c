/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The filter of system calls. It names what is allowed; the answer to all else is one of two:
 *
 * - EPERM, told to the supervisor once for each call (SECCOMP_RET_TRAP, refusal.c): libraries probe for
 *   things they can do without, and a plugin that forgot to declare a need should hear an error which its
 *   author can read, not die.
 * - death by SIGSYS for what no library calls in passing and only somebody who broke in would: running
 *   another program, looking into other processes, mounting, kernel modules. What has got so far is not
 *   to go on, not even to try the next door.
 *
 * A new process or thread is answered without the handler, because the C library blocks signals there:
 * clone3 is said not to exist, so that it falls back to clone, whose flags a filter can see. Threads are
 * allowed, for links are let go of by many.
 *
 * Numbers are those of the headers that this is built with, not names, so a library of seccomp that knows
 * fewer calls will do. What a call does through a descriptor that is open already is not looked at: read
 * and write are what a worker is for.
 */
#include "confine/calls.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/perf_event.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bpfhost/plugin.h>

#include "sdk/confine/sanitized.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define REFUSED SCMP_ACT_TRAP

/* ---- what is allowed ------------------------------------------------------------------------- */

/* clang-format off */

/* Memory, time, threads, ending, and descriptors that are open. */
static const int calls_compute[] = {
	SYS_read, SYS_readv, SYS_pread64, SYS_preadv, SYS_write, SYS_writev, SYS_pwrite64,
	SYS_lseek, SYS_close, SYS_close_range, SYS_fstat, SYS_dup, SYS_dup3,
	SYS_fsync, SYS_fdatasync, SYS_ftruncate,

	SYS_munmap, SYS_mremap, SYS_madvise, SYS_brk, SYS_msync,

	SYS_exit, SYS_exit_group, SYS_futex, SYS_set_robust_list, SYS_get_robust_list,
	SYS_rseq, SYS_sched_yield, SYS_sched_getaffinity, SYS_getcpu, SYS_membarrier,
	SYS_restart_syscall, SYS_rt_sigprocmask, SYS_rt_sigreturn, SYS_rt_sigsuspend,
	SYS_rt_sigtimedwait, SYS_sigaltstack,

	SYS_clock_gettime, SYS_clock_getres, SYS_clock_nanosleep, SYS_nanosleep,
	SYS_gettimeofday, SYS_times, SYS_getrusage, SYS_sysinfo, SYS_uname, SYS_getrandom,
	SYS_umask,

	SYS_getpid, SYS_gettid, SYS_getppid, SYS_getuid, SYS_geteuid, SYS_getgid, SYS_getegid,
	SYS_getresuid, SYS_getresgid, SYS_capget,
};

/* Waiting, and the channels to the supervisor. */
static const int calls_wait[] = {
	SYS_epoll_create1, SYS_epoll_ctl, SYS_epoll_pwait, SYS_epoll_pwait2, SYS_ppoll,
	SYS_pselect6, SYS_eventfd2, SYS_timerfd_create, SYS_timerfd_settime,
	SYS_timerfd_gettime, SYS_setitimer, SYS_sendmsg, SYS_sendto, SYS_recvmsg, SYS_recvfrom,
	SYS_shutdown, SYS_wait4, SYS_waitid, /* for processes that attach began */
#ifdef __x86_64__
	SYS_epoll_wait, SYS_poll, SYS_select, SYS_alarm, SYS_pause,
#endif
};

/* BPFHOST_NEED_LATE_OPEN: files, folders, and names in them. */
static const int calls_open[] = {
	SYS_openat, SYS_openat2, SYS_newfstatat, SYS_statx, SYS_statfs, SYS_fstatfs,
	SYS_faccessat, SYS_faccessat2, SYS_readlinkat, SYS_getdents64, SYS_getcwd, SYS_flock,
	SYS_fallocate, SYS_fadvise64, SYS_renameat, SYS_renameat2, SYS_unlinkat, SYS_mkdirat,
	SYS_linkat, SYS_symlinkat, SYS_fchmod, SYS_fchmodat, SYS_fchown, SYS_fchownat,
	SYS_utimensat, SYS_copy_file_range, SYS_sendfile, SYS_inotify_init1,
	SYS_inotify_add_watch, SYS_inotify_rm_watch, SYS_fgetxattr, SYS_pipe2,
	SYS_memfd_create, SYS_ioctl,
#ifdef __x86_64__
	SYS_open, SYS_stat, SYS_lstat, SYS_access, SYS_readlink, SYS_rename, SYS_unlink,
	SYS_mkdir, SYS_creat, SYS_pipe,
#endif
};

/* BPFHOST_NEED_LATE_ATTACH: all of BPF and perf, interfaces and their namespaces, helper processes. */
static const int calls_attach[] = {
	SYS_bpf, SYS_perf_event_open, SYS_socket, SYS_socketpair, SYS_bind, SYS_connect,
	SYS_getsockname, SYS_getsockopt, SYS_setsockopt, SYS_setns, SYS_clone, SYS_kill,
	SYS_tgkill, SYS_prctl, SYS_capset, SYS_pidfd_open, SYS_pidfd_send_signal,
	SYS_prlimit64, SYS_setresuid, SYS_setresgid, SYS_setgroups, SYS_setsid, SYS_setpgid,
	SYS_seccomp, /* which a reader of files adds for itself */
#ifdef __x86_64__
	SYS_fork, SYS_vfork,
#endif
};

/* BPFHOST_NEED_NETLINK, and CAP_NET_ADMIN: with sockets of that kind. */
static const int calls_netlink[] = {
	SYS_bind, SYS_getsockname, SYS_getsockopt, SYS_setsockopt,
};

/* What the sanitizers' own code needs, to look at maps and to report. */
#ifdef CONFINE_SANITIZED
static const int calls_sanitizer[] = {
	SYS_openat, SYS_readlinkat, SYS_getcwd, SYS_newfstatat, SYS_prctl, SYS_getdents64,
#ifdef __x86_64__
	SYS_open, SYS_readlink, SYS_stat, SYS_arch_prctl,
#endif
};
#endif

/* A capability is of no use without its calls. */
static const struct {
	unsigned int capability;
	int call;
} calls_by_capability[] = {
	{ CAP_NET_ADMIN, SYS_ioctl },
	{ CAP_NET_RAW, SYS_bind },
	{ CAP_NET_RAW, SYS_getsockname },
	{ CAP_NET_RAW, SYS_setsockopt },
	{ CAP_NET_RAW, SYS_getsockopt },
	{ CAP_PERFMON, SYS_perf_event_open },
	{ CAP_BPF, SYS_bpf },
	{ CAP_SYS_ADMIN, SYS_bpf },
	{ CAP_SYS_ADMIN, SYS_perf_event_open },
	{ CAP_SYS_PTRACE, SYS_pidfd_open },
	{ CAP_KILL, SYS_kill },
	{ CAP_KILL, SYS_pidfd_send_signal },
};

/* Objects that exist are used, asked and let go of; none is made, loaded, attached or found by its id. */
static const uint32_t calls_bpf_commands[] = {
	BPF_MAP_LOOKUP_ELEM, BPF_MAP_UPDATE_ELEM, BPF_MAP_DELETE_ELEM, BPF_MAP_GET_NEXT_KEY,
	BPF_MAP_LOOKUP_AND_DELETE_ELEM, BPF_MAP_FREEZE, BPF_MAP_LOOKUP_BATCH,
	BPF_MAP_LOOKUP_AND_DELETE_BATCH, BPF_MAP_UPDATE_BATCH, BPF_MAP_DELETE_BATCH,
	BPF_OBJ_GET_INFO_BY_FD, BPF_LINK_DETACH,
};

/* ---- what ends the process -------------------------------------------------------------------- */

static const int calls_deadly[] = {
	SYS_execve, SYS_execveat, SYS_ptrace, SYS_process_vm_writev, SYS_pidfd_getfd,
	SYS_init_module, SYS_finit_module, SYS_delete_module, SYS_kexec_load, SYS_mount,
	SYS_umount2, SYS_move_mount, SYS_open_tree, SYS_fsopen, SYS_fsmount, SYS_pivot_root,
	SYS_chroot, SYS_reboot, SYS_open_by_handle_at,
};

/* clang-format on */

#ifdef CONFINE_SANITIZED
/* Asked when the process ends: looking for leaks takes what a filter refuses (sanitizer/lsan_interface.h). */
__attribute__((visibility("default"))) int __lsan_is_turned_off(void);

int __lsan_is_turned_off(void)
{
	return prctl(PR_GET_SECCOMP) == SECCOMP_MODE_FILTER;
}
#endif

/* ---- making the filter ------------------------------------------------------------------------- */

static int calls_allow(scmp_filter_ctx filter, const int *calls, size_t count)
{
	int err = 0;

	for (size_t i = 0; i < count && !err; i++)
		err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, calls[i], 0);
	return err;
}

/* Where an argument compares so with a, or masked by a with b. */
static int calls_allow_if(scmp_filter_ctx filter, int call, unsigned int argument,
			  enum scmp_compare how, uint64_t a, uint64_t b)
{
	const struct scmp_arg_cmp test = { .arg = argument, .op = how, .datum_a = a, .datum_b = b };

	return seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, call, 1, &test);
}

/* What newer C libraries make of fstat(). */
static int calls_allow_fstat(scmp_filter_ctx filter)
{
	return calls_allow_if(filter, SYS_newfstatat, 3, SCMP_CMP_MASKED_EQ, AT_EMPTY_PATH,
			      AT_EMPTY_PATH);
}

/* Data only: new code can come neither from a file nor out of what a plugin wrote. */
static int calls_allow_mapping(scmp_filter_ctx filter)
{
	int err = calls_allow_if(filter, SYS_mmap, 2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);

	if (!err)
		err = calls_allow_if(filter, SYS_mprotect, 2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
	return err;
}

/* abort() and raise() are for this process only. */
static int calls_allow_own_signals(scmp_filter_ctx filter)
{
	const uint64_t own = (uint64_t)getpid();
	int err = calls_allow_if(filter, SYS_kill, 0, SCMP_CMP_EQ, own, 0);

	if (!err)
		err = calls_allow_if(filter, SYS_tgkill, 0, SCMP_CMP_EQ, own, 0);
	/* Who took the handler of refusals away would die of the next. */
	if (!err)
		err = calls_allow_if(filter, SYS_rt_sigaction, 0, SCMP_CMP_NE, SIGSYS, 0);
	return err;
}

static int calls_allow_threads(scmp_filter_ctx filter)
{
	int err = calls_allow_if(filter, SYS_clone, 0, SCMP_CMP_MASKED_EQ, CLONE_THREAD,
				 CLONE_THREAD);

	if (!err)
		err = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SYS_clone3, 0);
	return err;
}

/* Answered without the handler, see above. */
static int calls_refuse_processes(scmp_filter_ctx filter)
{
	const struct scmp_arg_cmp no_thread = {
		.arg = 0, .op = SCMP_CMP_MASKED_EQ, .datum_a = CLONE_THREAD, .datum_b = 0
	};
	const uint32_t refused = SCMP_ACT_ERRNO(EPERM);
	int err = seccomp_rule_add_array(filter, refused, SYS_clone, 1, &no_thread);

#ifdef __x86_64__
	if (!err)
		err = seccomp_rule_add(filter, refused, SYS_fork, 0);
	if (!err)
		err = seccomp_rule_add(filter, refused, SYS_vfork, 0);
#endif
	return err;
}

static int calls_allow_each(scmp_filter_ctx filter, int call, unsigned int argument,
			    const uint32_t *values, size_t count)
{
	int err = 0;

	for (size_t i = 0; i < count && !err; i++)
		err = calls_allow_if(filter, call, argument, SCMP_CMP_MASKED_EQ, UINT32_MAX,
				     values[i]);
	return err;
}

/* Calls with many faces, by the one that draining and letting go need. */
static int calls_allow_faces(scmp_filter_ctx filter)
{
	static const uint32_t ioctls[] = { PERF_EVENT_IOC_ENABLE, PERF_EVENT_IOC_DISABLE, TCGETS,
					   FIONREAD };
	static const uint32_t process[] = { PR_SET_PDEATHSIG,    PR_GET_PDEATHSIG, PR_SET_NAME,
					    PR_GET_NAME,         PR_GET_DUMPABLE,  PR_SET_VMA,
					    PR_GET_NO_NEW_PRIVS, PR_GET_SECCOMP };
	int err = calls_allow_each(filter, SYS_ioctl, 1, ioctls, COUNT(ioctls));

	if (!err)
		err = calls_allow_each(filter, SYS_prctl, 0, process, COUNT(process));
	if (!err)
		err = calls_allow_each(filter, SYS_bpf, 0, calls_bpf_commands,
				       COUNT(calls_bpf_commands));
	/* To ask for limits, not to set them. */
	if (!err)
		err = calls_allow_if(filter, SYS_prlimit64, 2, SCMP_CMP_EQ, 0, 0);
	return err;
}

/*
 * Not all of fcntl(2): with F_SETOWN, F_SETSIG and O_ASYNC a descriptor sends any signal to any process of the
 * same user.
 */
static int calls_allow_fcntl(scmp_filter_ctx filter)
{
	static const uint32_t commands[] = { F_DUPFD,     F_DUPFD_CLOEXEC, F_GETFD,
					     F_SETFD,     F_GETFL,         F_GETLK,
					     F_SETLK,     F_SETLKW,        F_OFD_GETLK,
					     F_OFD_SETLK, F_OFD_SETLKW,    F_ADD_SEALS,
					     F_GET_SEALS };
	const struct scmp_arg_cmp set[] = {
		{ .arg = 1, .op = SCMP_CMP_MASKED_EQ, .datum_a = UINT32_MAX, .datum_b = F_SETFL },
		{ .arg = 2, .op = SCMP_CMP_MASKED_EQ, .datum_a = O_ASYNC, .datum_b = 0 },
	};
	int err = calls_allow_each(filter, SYS_fcntl, 1, commands, COUNT(commands));

	return err ? err
		   : seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SYS_fcntl, COUNT(set), set);
}

static int calls_allow_netlink(scmp_filter_ctx filter)
{
	int err = calls_allow(filter, calls_netlink, COUNT(calls_netlink));

	return err ? err : calls_allow_if(filter, SYS_socket, 0, SCMP_CMP_EQ, AF_NETLINK, 0);
}

static int calls_allow_capabilities(scmp_filter_ctx filter, uint64_t capabilities)
{
	int err = 0;

	for (size_t i = 0; i < COUNT(calls_by_capability) && !err; i++)
		if (capabilities >> calls_by_capability[i].capability & 1)
			err = calls_allow(filter, &calls_by_capability[i].call, 1);
	if (!err && capabilities >> CAP_NET_RAW & 1)
		err = calls_allow_if(filter, SYS_socket, 0, SCMP_CMP_EQ, AF_PACKET, 0);
	return err;
}

static int calls_kill(scmp_filter_ctx filter)
{
	int err = 0;

	for (size_t i = 0; i < COUNT(calls_deadly) && !err; i++)
		err = seccomp_rule_add(filter, SCMP_ACT_KILL_PROCESS, calls_deadly[i], 0);
	return err;
}

/* Whatever a plugin declares. */
static int calls_of_all(scmp_filter_ctx filter)
{
	int err = calls_allow(filter, calls_compute, COUNT(calls_compute));

	if (!err)
		err = calls_allow_mapping(filter);
	if (!err)
		err = calls_allow_fstat(filter);
	if (!err)
		err = calls_allow_fcntl(filter);
	if (!err)
		err = calls_allow_own_signals(filter);
#ifdef CONFINE_SANITIZED
	if (!err)
		err = calls_allow(filter, calls_sanitizer, COUNT(calls_sanitizer));
#endif
	return err ? err : calls_kill(filter);
}

static int calls_of_worker(scmp_filter_ctx filter, uint64_t needs, uint64_t capabilities)
{
	bool attaches = needs & BPFHOST_NEED_LATE_ATTACH;
	int err = calls_of_all(filter);

	if (!err)
		err = calls_allow(filter, calls_wait, COUNT(calls_wait));
	if (!err)
		err = calls_allow_threads(filter);
	if (!err)
		err = calls_allow_faces(filter);
	if (!err && (attaches || needs & BPFHOST_NEED_LATE_OPEN))
		err = calls_allow(filter, calls_open, COUNT(calls_open));
	if (!err)
		err = attaches ? calls_allow(filter, calls_attach, COUNT(calls_attach))
			       : calls_refuse_processes(filter);
	if (!err && (needs & BPFHOST_NEED_NETLINK || capabilities >> CAP_NET_ADMIN & 1))
		err = calls_allow_netlink(filter);
	return err ? err : calls_allow_capabilities(filter, capabilities);
}

static int calls_load(scmp_filter_ctx filter)
{
	int err = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);

	/* A plugin's load may have made threads. */
	if (!err)
		err = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
	/* A tree instead of a row: a hundred calls are compared with seven; older libraries cannot. */
	if (!err)
		seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	return err ? err : seccomp_load(filter);
}

static void calls_release(scmp_filter_ctx *filter)
{
	if (*filter)
		seccomp_release(*filter);
}

int confine_worker_calls(uint64_t needs, uint64_t capabilities)
{
	__attribute__((cleanup(calls_release))) scmp_filter_ctx filter = seccomp_init(REFUSED);
	int err = filter ? calls_of_worker(filter, needs, capabilities) : -ENOMEM;

	return err ? err : calls_load(filter);
}

void confine_call_name(int number, char *out, uint32_t size)
{
	char *name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, number);

	if (name)
		snprintf(out, size, "%s", name);
	else
		snprintf(out, size, "number %d", number);
	free(name);
}
