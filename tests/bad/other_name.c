/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Says another name than its file. */
#include "plain.h"

BAD_PLUGIN(.name = "another");
