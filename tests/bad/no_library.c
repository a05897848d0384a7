/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Needs a library that is not installed. */
#include "plain.h"

int bad_nowhere(void);
int bad_use(void);

int bad_use(void)
{
	return bad_nowhere();
}

BAD_PLUGIN(.name = "no_library");
