/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "capture_name.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* What stands before the last dot, which must not be the first character. */
static int name_stem(const char *name)
{
	const char *dot = strrchr(name, '.');

	return (int)(dot && dot != name ? (size_t)(dot - name) : strlen(name));
}

static int name_fits(int length, size_t size)
{
	return length >= 0 && (size_t)length < size ? 0 : -ENAMETOOLONG;
}

int capture_name_numbered(const char *name, uint32_t number, time_t when, char *to, size_t size)
{
	int stem = name_stem(name);
	struct tm tm = { 0 };
	char date[64];

	localtime_r(&when, &tm);
	if (!strftime(date, sizeof(date), "%Y%m%d%H%M%S", &tm))
		date[0] = '\0';
	return name_fits(snprintf(to, size, "%.*s_%05u_%s%s", stem, name, number, date,
				  name + stem),
			 size);
}

int capture_name_again(const char *name, uint32_t number, char *to, size_t size)
{
	int stem = name_stem(name);

	return name_fits(snprintf(to, size, "%.*s_%u%s", stem, name, number, name + stem), size);
}
