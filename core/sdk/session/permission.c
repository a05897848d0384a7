/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Who may not may lack a capability, or the kernel lets nobody: security/lockdown/lockdown.c. */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "session.h"

#define PERMISSION_LOCKDOWN "/sys/kernel/security/lockdown"

/* Only this level has to do with tracing: reading the kernel's memory, and perf events. */
static bool permission_locked_down(void)
{
	char text[128] = "";
	int fd = open(PERMISSION_LOCKDOWN, O_RDONLY | O_CLOEXEC);
	ssize_t got;

	if (fd < 0)
		return false;
	got = read(fd, text, sizeof(text) - 1);
	close(fd);
	return got > 0 && strstr(text, "[confidentiality]");
}

const char *session_permission_hint(void)
{
	return permission_locked_down()
		       ? " (this kernel is locked down to confidentiality: nobody may trace)"
		       : " (CAP_BPF and CAP_PERFMON, or root, are needed)";
}
