/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Sound, but for its program, which no kernel takes. */
#include "plain.h"

BAD_PLUGIN(.name = "refused");
