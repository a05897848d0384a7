/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Has no name. */
#include "plain.h"

BAD_PLUGIN(.name = NULL);
