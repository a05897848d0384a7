/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "glob.h"

#include <string.h>

bool usdt_glob_is(const char *pattern)
{
	return strpbrk(pattern, "*?") != NULL;
}

/* Of several stars only the last one ever needs to take more: what fitted before it still fits. */
bool usdt_glob_match(const char *pattern, const char *text)
{
	const char *star = NULL, *taken = NULL;

	while (*text) {
		if (*pattern == '*') {
			star = ++pattern;
			taken = text;
		} else if (*pattern == '?' || *pattern == *text) {
			pattern++;
			text++;
		} else if (star) {
			pattern = star;
			text = ++taken;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return !*pattern;
}
