/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Calls what nobody defines: not when it is called, but when it is opened, that is to be seen. */
#include "plain.h"

int bad_undefined(void);
int bad_use(void);

int bad_use(void)
{
	return bad_undefined();
}

BAD_PLUGIN(.name = "no_definition");
