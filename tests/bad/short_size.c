/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Its descriptor says that it ends before its name. */
#include "plain.h"

BAD_PLUGIN(.name = "short_size", .size = 8);
