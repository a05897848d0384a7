/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Its program sends signals, and it does not say so. */
#include "plain.h"

BAD_PLUGIN(.name = "signal_hidden");
