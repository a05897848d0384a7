/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "fail.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int target_fail(struct bpfhost_error *err, int code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	bpfhost_error_vset(err, 0, format, args);
	va_end(args);
	return code;
}

int target_fail_near(struct bpfhost_error *err, const char *near, const char *format, ...)
{
	char sentence[400];
	va_list args;

	va_start(args, format);
	if (vsnprintf(sentence, sizeof(sentence), format, args) < 0)
		sentence[0] = '\0';
	va_end(args);
	if (!near)
		return target_fail(err, -ENOENT, "%s", sentence);
	return target_fail(err, -ENOENT, "%s; did you mean \"%.64s\"?", sentence, near);
}

int target_fail_open(struct bpfhost_error *err, int code, const char *path)
{
	switch (-code) {
	case ENOENT:
	case ENOTDIR:
		return target_fail(err, -ENOENT, "there is no file \"%.256s\"", path);
	case EACCES:
	case EPERM:
		return target_fail(err, -EACCES, "may not read \"%.256s\": %s", path,
				   strerror(-code));
	case EISDIR:
		return target_fail(err, -EINVAL, "\"%.256s\" is a folder, not a program or library",
				   path);
	case ENODEV:
		return target_fail(err, -EINVAL,
				   "\"%.256s\" is no regular file, so no program or library", path);
	default:
		return target_fail(err, code, "cannot open \"%.256s\": %s", path, strerror(-code));
	}
}
