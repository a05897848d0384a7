/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Of a minor version that the host does not know yet. */
#include "plain.h"

#undef BPFHOST_ABI_MINOR
#define BPFHOST_ABI_MINOR 999

BAD_PLUGIN(.name = "abi_minor");
