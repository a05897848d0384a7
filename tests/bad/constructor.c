/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Aborts while it is opened: it can be listed and cannot run. */
#include "plain.h"

#include <stdlib.h>

__attribute__((constructor)) static void constructor_abort(void)
{
	abort();
}

BAD_PLUGIN(.name = "constructor");
