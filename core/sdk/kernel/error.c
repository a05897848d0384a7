/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "kernel.h"

#include <errno.h>

int kernel_error(int err)
{
	return err == -KERNEL_ENOTSUPP ? -EOPNOTSUPP : err;
}
