/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "confine.h"
#include "sanitized.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define CONFINE_SHARED_MAX 256 /* mappings */

void confine_signals(void)
{
	static const int crashes[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGPIPE, SIGXCPU };
	static const int others[] = { SIGINT, SIGQUIT, SIGHUP, SIGTERM };

	for (size_t i = 0; i < sizeof(crashes) / sizeof(crashes[0]); i++)
		signal(crashes[i], SIG_DFL);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		signal(others[i], SIG_IGN);
}

/* ---- descriptors ---------------------------------------------------------------------------------- */

static bool confine_is_kept(unsigned int fd, const int *keep, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if ((unsigned int)keep[i] == fd)
			return true;
	return false;
}

/* Closes from first to the next that is kept, and returns what is behind that; 0: that was all. */
static unsigned int confine_close(unsigned int first, const int *keep, size_t count)
{
	unsigned int next = ~0U;

	for (size_t i = 0; i < count; i++)
		if ((unsigned int)keep[i] >= first && (unsigned int)keep[i] < next)
			next = (unsigned int)keep[i];
	if (next == ~0U)
		syscall(SYS_close_range, first, ~0U, 0U);
	else if (next > first)
		syscall(SYS_close_range, first, next - 1, 0U);
	return next + 1;
}

int confine_descriptors(const int *keep, size_t count)
{
	int null = open("/dev/null", O_RDWR);
	unsigned int first = 3;

	if (null < 0)
		return -errno;
	for (int fd = 0; fd < 3; fd++)
		if (confine_is_kept((unsigned int)fd, keep, count) ||
		    (fd != null && dup3(null, fd, 0) < 0))
			return -EBADF;
	while (first)
		first = confine_close(first, keep, count);
	return 0;
}

/* ---- memory --------------------------------------------------------------------------------------- */

struct confine_range {
	uintptr_t start, end;
};

/* First all are found, as the file tells of memory while it is read. */
static size_t confine_find_shared(FILE *maps, struct confine_range *ranges)
{
	char line[512], *newline;
	bool is_begin = true;
	size_t count = 0;
	char shared;

	while (count < CONFINE_SHARED_MAX && fgets(line, sizeof(line), maps)) {
		newline = strchr(line, '\n');
		if (is_begin &&
		    sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %*c%*c%*c%c", &ranges[count].start,
			   &ranges[count].end, &shared) == 3 &&
		    shared == 's')
			count++;
		is_begin = newline != NULL;
	}
	return count;
}

int confine_memory(void)
{
	struct confine_range ranges[CONFINE_SHARED_MAX];
	FILE *maps = fopen("/proc/self/maps", "re");
	size_t count;

	if (!maps)
		return -errno;
	count = confine_find_shared(maps, ranges);
	fclose(maps);
	if (count == CONFINE_SHARED_MAX)
		return -E2BIG;
	for (size_t i = 0; i < count; i++)
		if (munmap((void *)ranges[i].start, ranges[i].end - ranges[i].start))
			return -errno;
	return 0;
}

/* ---- privileges ----------------------------------------------------------------------------------- */

int confine_limit(int resource, uint64_t limit)
{
	struct rlimit value = { .rlim_cur = limit, .rlim_max = limit };

	return setrlimit(resource, &value) ? -errno : 0;
}

static int confine_limit_all(const struct confine_limits *limits)
{
	int ret = 0;

#ifndef CONFINE_SANITIZED
	ret = confine_limit(RLIMIT_AS, limits->memory);
#endif

	if (!ret && limits->cpu_seconds != RLIM_INFINITY)
		ret = confine_limit(RLIMIT_CPU, limits->cpu_seconds);
	if (!ret)
		ret = confine_limit(RLIMIT_CORE, 0);
	if (!ret)
		ret = confine_limit(RLIMIT_FSIZE, 0);
	return ret ? ret : confine_limit(RLIMIT_NPROC, 0);
}

/* Raw calls: in the child of a process with threads glibc's wait for the other threads. */
static int confine_become(uid_t user, gid_t group)
{
	if (geteuid())
		return 0;
	if (syscall(SYS_setgroups, 0, NULL) || syscall(SYS_setresgid, group, group, group) ||
	    syscall(SYS_setresuid, user, user, user))
		return -errno;
	return 0;
}

int confine_privileges(const struct confine_limits *limits)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[2] = { { 0, 0, 0 } };
	int ret = confine_become(limits->user, limits->group);

	if (ret)
		return ret;
	if (syscall(SYS_capset, &header, none) || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -errno;
	return confine_limit_all(limits);
}

int confine_parent(pid_t parent)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0))
		return -errno;
	return getppid() == parent ? 0 : -ESRCH;
}

bool confine_ended(int status, char *text, size_t size)
{
	if (WIFSIGNALED(status))
		snprintf(text, size, "was ended by SIG%s", sigabbrev_np(WTERMSIG(status)) ?: "?");
	else if (WEXITSTATUS(status))
		snprintf(text, size, "failed (%d)", WEXITSTATUS(status));
	else
		return false;
	return true;
}
