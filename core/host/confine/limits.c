/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "confine/limits.h"

#include <errno.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "sdk/confine/confine.h"
#include "sdk/confine/sanitized.h"

#ifndef CONFINE_SANITIZED
/* What came along from the supervisor is not the plugin's: the sixth number, proc(5), in pages. */
static uint64_t limits_data_now(void)
{
	FILE *file = fopen("/proc/self/statm", "re");
	unsigned long long pages = 0;

	if (!file)
		return 0;
	if (fscanf(file, "%*u %*u %*u %*u %*u %llu", &pages) != 1)
		pages = 0;
	fclose(file);
	return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

/* Not all of the address space: a ring of 1 GiB is mapped twice, and is the kernel's memory. */
static int limits_memory(uint64_t memory)
{
	return memory ? confine_limit(RLIMIT_DATA, limits_data_now() + memory) : 0;
}
#else
static int limits_memory(uint64_t memory)
{
	(void)memory;
	return 0;
}
#endif

int confine_limits_begin(uint64_t memory)
{
	int err = confine_limit(RLIMIT_CORE, 0);

	return err ? err : limits_memory(memory);
}

void confine_limits_raise_files(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) < 0)
		return;
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
}

/*
 * The kernel counts threads for each user, not for each process. So that limit is far above what letting go
 * of many links takes at once (128), which in turn goes on with fewer.
 */
int confine_limits_attached(int highest, bool late)
{
	uint64_t more = late ? CONFINE_MORE_FILES_LATE : CONFINE_MORE_FILES;
	uint64_t wanted = (uint64_t)highest + 1 + more;
	struct rlimit files;
	int err;

	if (getrlimit(RLIMIT_NOFILE, &files) < 0)
		return -errno;
	err = confine_limit(RLIMIT_NOFILE, wanted < files.rlim_max ? wanted : files.rlim_max);
	return err ? err : confine_limit(RLIMIT_NPROC, CONFINE_THREADS);
}
