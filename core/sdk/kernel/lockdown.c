/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Levels and their file: security/lockdown/lockdown.c. */
#include "kernel.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define LOCKDOWN_FILE "/sys/kernel/security/lockdown"

bool kernel_locked_down(void)
{
	char text[128] = "";
	int fd = open(LOCKDOWN_FILE, O_RDONLY | O_CLOEXEC);
	ssize_t got;

	if (fd < 0)
		return false;
	got = read(fd, text, sizeof(text) - 1);
	close(fd);
	return got > 0 && strstr(text, "[confidentiality]");
}
