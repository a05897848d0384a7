/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "confine.h"

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <unistd.h>

/* Reading by descriptor, memory that is not executed, time, and the end. */
static const int filter_allowed[] = {
	SCMP_SYS(read),          SCMP_SYS(pread64),        SCMP_SYS(lseek),
	SCMP_SYS(fstat),         SCMP_SYS(close),          SCMP_SYS(recvmsg),
	SCMP_SYS(munmap),        SCMP_SYS(mremap),         SCMP_SYS(brk),
	SCMP_SYS(madvise),       SCMP_SYS(futex),          SCMP_SYS(sched_yield),
	SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday),   SCMP_SYS(getpid),
	SCMP_SYS(gettid),        SCMP_SYS(getuid),         SCMP_SYS(geteuid),
	SCMP_SYS(getrandom),     SCMP_SYS(sysinfo),        SCMP_SYS(rt_sigreturn),
	SCMP_SYS(rt_sigaction),  SCMP_SYS(rt_sigprocmask), SCMP_SYS(sigaltstack),
	SCMP_SYS(exit),          SCMP_SYS(exit_group),     SCMP_SYS(restart_syscall),
};

static int filter_allow(scmp_filter_ctx filter, int call, struct scmp_arg_cmp compared)
{
	return seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, call, 1, &compared);
}

/* Calls that do as much as their arguments say. */
static int filter_allow_some(scmp_filter_ctx filter)
{
	const struct {
		int call;
		struct scmp_arg_cmp compared;
	} some[] = {
		{ SCMP_SYS(mmap), SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0) },
		{ SCMP_SYS(mprotect), SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0) },
		/* which is how glibc asks about a descriptor */
		{ SCMP_SYS(newfstatat), SCMP_A3(SCMP_CMP_MASKED_EQ, AT_EMPTY_PATH, AT_EMPTY_PATH) },
		{ SCMP_SYS(fcntl), SCMP_A1(SCMP_CMP_EQ, F_DUPFD_CLOEXEC, 0) },
		{ SCMP_SYS(fcntl), SCMP_A1(SCMP_CMP_EQ, F_GETFD, 0) },
		{ SCMP_SYS(fcntl), SCMP_A1(SCMP_CMP_EQ, F_GETFL, 0) },
		{ SCMP_SYS(fcntl), SCMP_A1(SCMP_CMP_EQ, F_SETPIPE_SZ, 0) },
		/* abort() */
		{ SCMP_SYS(tgkill), SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid(), 0) },
	};
	int ret = 0;

	for (size_t i = 0; i < sizeof(some) / sizeof(some[0]) && !ret; i++)
		ret = filter_allow(filter, some[i].call, some[i].compared);
	return ret;
}

static int filter_allow_writing(scmp_filter_ctx filter, int fd)
{
	struct scmp_arg_cmp compared = SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)fd, 0);
	int ret = filter_allow(filter, SCMP_SYS(write), compared);

	return ret ? ret : filter_allow(filter, SCMP_SYS(sendto), compared);
}

int confine_filter(const int *writable, size_t nwritable, const int *more, size_t nmore)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int ret = 0;

	if (!filter)
		return -ENOMEM;
	for (size_t i = 0; i < sizeof(filter_allowed) / sizeof(filter_allowed[0]) && !ret; i++)
		ret = seccomp_rule_add(filter, SCMP_ACT_ALLOW, filter_allowed[i], 0);
	for (size_t i = 0; i < nmore && !ret; i++)
		ret = seccomp_rule_add(filter, SCMP_ACT_ALLOW, more[i], 0);
	for (size_t i = 0; i < nwritable && !ret; i++)
		ret = filter_allow_writing(filter, writable[i]);
	if (!ret)
		ret = filter_allow_some(filter);
	if (!ret)
		ret = seccomp_load(filter);
	seccomp_release(filter);
	return ret;
}
