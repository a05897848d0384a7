/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "name.h"

#include <stdbool.h>
#include <string.h>

#define DIGITS  "0123456789"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

static bool begins(const char *text, const char *prefix)
{
	return !strncmp(text, prefix, strlen(prefix));
}

/* The ".so" behind which only a version may follow; NULL: the name has none. */
static const char *find_so(const char *name)
{
	const char *at = strstr(name, ".so");

	while (at && at[3] && at[3] != '.')
		at = strstr(at + 1, ".so");
	return at;
}

/* "", ".6", ".1.0.2k": each dot is followed by a number. This keeps out libX.so.debug. */
static bool is_version(const char *text)
{
	while (*text == '.') {
		if (!text[1] || !strchr(DIGITS, text[1]))
			return false;
		text += 1 + strspn(text + 1, DIGITS LETTERS);
	}
	return !*text;
}

/* "-2.31.so", "-14.so.1": how some libraries write their version before the ".so". */
static bool is_version_in_front(const char *text)
{
	const char *so = find_so(text);
	size_t length = so ? (size_t)(so - text) : 0;

	return length > 1 && *text == '-' && strspn(text, DIGITS ".-") >= length &&
	       is_version(so + 3);
}

/* musl's C library is its loader, and that is the name by which it is mapped. */
static bool is_musl(const char *want, const char *name)
{
	return begins(want, "libc") && is_version(want + (begins(want, "libc.so") ? 7 : 4)) &&
	       (begins(name, "ld-musl-") || begins(name, "libc.musl-"));
}

enum target_fit target_name_fit(const char *want, const char *name)
{
	const char *rest;

	if (!strcmp(want, name))
		return TARGET_FIT_EXACT;
	if (!begins(name, want))
		return is_musl(want, name) ? TARGET_FIT_LOOSE : TARGET_FIT_NONE;
	rest = name + strlen(want);
	if (find_so(want))
		return is_version(rest) ? TARGET_FIT_VERSION : TARGET_FIT_NONE;
	if (begins(rest, ".so") && is_version(rest + 3))
		return TARGET_FIT_VERSION;
	if (is_version_in_front(rest) || is_musl(want, name))
		return TARGET_FIT_LOOSE;
	return TARGET_FIT_NONE;
}

size_t target_name_stem(const char *name)
{
	const char *so = find_so(name);

	return so ? (size_t)(so - name) : strlen(name);
}

const char *target_name_base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}
