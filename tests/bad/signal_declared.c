/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Its program sends signals, and it says so: it runs where that is allowed. */
#include "plain.h"

BAD_PLUGIN(.name = "signal_declared", .needs = BPFHOST_NEED_SIGNAL);
