/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "kernel_types/uapi.h"

#include <stdio.h>
#include <string.h>

/* What is named has its name in front of the brace, what is only called so behind it. */
static bool uapi_is(const char *definition, const char *called)
{
	size_t size = strlen(called), whole = strlen(definition);
	const char *name = strchr(called, ' ') + 1;
	char end[128];

	if (strncmp(called, "typedef ", strlen("typedef ")) != 0)
		return !strncmp(definition, called, size) && !strncmp(definition + size, " {\n", 3);
	size = (size_t)snprintf(end, sizeof(end), "\n} %s;\n\n", name);
	return !strncmp(definition, "typedef ", strlen("typedef ")) && whole > size &&
	       !strcmp(definition + whole - size, end);
}

bool ktypes_uapi_has(const char *definition)
{
	for (size_t i = 0; ktypes_uapi_names[i]; i++)
		if (uapi_is(definition, ktypes_uapi_names[i]))
			return true;
	return false;
}
