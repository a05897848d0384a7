/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Who may not may lack a capability, or the kernel lets nobody. */
#include "../kernel/kernel.h"
#include "session.h"

const char *session_permission_hint(void)
{
	return kernel_locked_down()
		       ? " (this kernel is locked down to confidentiality: nobody may trace)"
		       : " (CAP_BPF and CAP_PERFMON, or root, are needed)";
}
