/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "fail.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <bpfhost/nearest.h>

int config_fail(struct bpfhost_error *err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	bpfhost_error_vset(err, 0, format, args);
	va_end(args);
	return -EINVAL;
}

int config_fail_memory(struct bpfhost_error *err)
{
	config_fail(err, "out of memory");
	return -ENOMEM;
}

/* Of a handful, all are told. */
#define FAIL_LISTED_MAX 8

static int fail_list(struct bpfhost_error *err, const char *what, const char *word,
		     const char *const *candidates, size_t count)
{
	char words[256] = "";
	size_t n = 0;

	for (size_t i = 0; i < count && count <= FAIL_LISTED_MAX && n < sizeof(words); i++)
		n += (size_t)snprintf(words + n, sizeof(words) - n, "%s%s",
				      i ? ", " : "; known are ", candidates[i]);
	return config_fail(err, "unknown %s \"%" CONFIG_SHOWN "\"%s", what, word, words);
}

int config_fail_unknown(struct bpfhost_error *err, const char *what, const char *word,
			const char *const *candidates, size_t count)
{
	const char *nearest = bpfhost_nearest(word, candidates, count);

	if (!nearest)
		return fail_list(err, what, word, candidates, count);
	return config_fail(err, "unknown %s \"%" CONFIG_SHOWN "\"; did you mean \"%s\"?", what,
			   word, nearest);
}

int config_fail_at(struct bpfhost_error *err, int failure, const char *where)
{
	struct bpfhost_error inner = *err;

	/* A long path must not push the cause out of the line. */
	config_fail(err, "%.200s: %.300s", where, inner.text);
	err->offset = inner.offset;
	return failure;
}

int config_fail_option(struct bpfhost_error *err, int failure, const char *origin,
		       const char *option)
{
	/* A line of a file has its number behind it. */
	bool in_file = strchr(origin, ':') != NULL;
	char where[256];

	snprintf(where, sizeof(where), "%.200s: %s%s", origin, in_file ? "" : "--", option);
	return config_fail_at(err, failure, where);
}
