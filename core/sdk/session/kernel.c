/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <stdio.h>
#include <sys/utsname.h>

#include "session.h"

uint32_t bpfhost_kernel_version(void)
{
	unsigned int major = 0, minor = 0;
	struct utsname name;

	if (uname(&name) < 0 || sscanf(name.release, "%u.%u", &major, &minor) != 2)
		return 0;
	return BPFHOST_KERNEL(major, minor);
}
