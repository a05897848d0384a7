/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "log/journal.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

bool journal_reads(int fd)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long device, inode;
	struct stat stat;
	char end;

	if (!stream || sscanf(stream, "%llu:%llu%c", &device, &inode, &end) != 2)
		return false;
	return fstat(fd, &stat) == 0 && stat.st_dev == device && stat.st_ino == inode;
}

const char *journal_priority(uint32_t level)
{
	/* Numbers of syslog(3); trace is debug there. */
	static const char *const priorities[] = { "<3>", "<3>", "<4>", "<6>", "<7>" };

	return level < sizeof(priorities) / sizeof(priorities[0]) ? priorities[level] : "<7>";
}
