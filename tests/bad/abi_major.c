/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Of another major version of the ABI. */
#include "plain.h"

#undef BPFHOST_ABI_MAJOR
#define BPFHOST_ABI_MAJOR 99

BAD_PLUGIN(.name = "abi_major");
