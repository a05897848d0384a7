/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* No fnmatch: brackets and backslashes are letters here, as in "operator[]". */
#include "names_internal.h"

static const char *skip_blanks(const char *at)
{
	while (*at == ' ')
		at++;
	return at;
}

/* A star takes as little as it can; where that leads nowhere, the last one takes a letter more. */
bool names_glob(const char *pattern, const char *text)
{
	const char *star = NULL, *retry = NULL;

	text = skip_blanks(text);
	while (*text) {
		pattern = skip_blanks(pattern);
		if (*pattern == '*') {
			star = ++pattern;
			retry = text;
		} else if (*pattern && (*pattern == '?' || *pattern == *text)) {
			pattern++;
			text = skip_blanks(text + 1);
		} else if (star) {
			pattern = star;
			retry = skip_blanks(retry + 1);
			text = retry;
		} else {
			return false;
		}
	}
	while (*pattern == '*' || *pattern == ' ')
		pattern++;
	return !*pattern;
}
