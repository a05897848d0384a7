/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "supervisor/tracefs.h"

#include <errno.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/vfs.h>

#include "log/log.h"

#define TRACEFS_FOLDER "/sys/kernel/tracing"

void tracefs_ensure(struct log *log)
{
	struct statfs fs;

	if (statfs(TRACEFS_FOLDER, &fs) < 0) {
		log_write(log, BPFHOST_DEBUG, NULL, "this kernel has no %s: %s", TRACEFS_FOLDER,
			  strerror(errno));
		return;
	}
	if (fs.f_type == (__typeof__(fs.f_type))TRACEFS_MAGIC)
		return;
	if (mount("tracefs", TRACEFS_FOLDER, "tracefs", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
		log_write(log, BPFHOST_DEBUG, NULL, "failed to mount tracefs on %s: %s",
			  TRACEFS_FOLDER, strerror(errno));
	else
		log_write(log, BPFHOST_INFO, NULL, "mounted tracefs on %s", TRACEFS_FOLDER);
}
