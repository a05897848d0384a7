/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Every format file of the running kernel: each parses, and its fields have the names, offsets,
 * sizes and signs that awk, asked over the same files, finds.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format.h"
#include "tracefs.h"

#define SKIP         77
#define LINE_MAX_LEN 512

struct totals {
	const char *root;
	FILE *oracle;
	unsigned int events, fields, symbolic, flags, failed;
};

/* One field line of awk's: CATEGORY NAME FIELD OFFSET SIZE SIGN. */
static void compare_field(struct totals *totals, const char *category, const char *name,
			  const struct format_field *field)
{
	char expected[LINE_MAX_LEN], actual[LINE_MAX_LEN];

	snprintf(actual, sizeof(actual), "%s %s %s %u %u %d\n", category, name, field->name,
		 field->offset, field->size, field->is_signed);
	if (!fgets(expected, sizeof(expected), totals->oracle) || strcmp(expected, actual)) {
		fprintf(stderr, "awk: %sparser: %s", expected, actual);
		totals->failed++;
	}
	totals->fields++;
	totals->symbolic += field->labels.kind == FORMAT_SYMBOLIC;
	totals->flags += field->labels.kind == FORMAT_FLAGS;
}

static int check_event(const char *category, const char *name, void *context)
{
	struct totals *totals = context;
	struct format_error error = { 0 };
	struct format *format = NULL;
	char *text = NULL;
	size_t len = 0;
	int err;

	totals->events++;
	err = tracepoint_tracefs_read_format(totals->root, category, name, &text, &len);
	if (!err)
		err = format_parse(category, text, len, &format, &error);
	free(text);
	if (err || strcmp(format->name, name)) {
		fprintf(stderr, "%s:%s: %s, line %u: %s\n", category, name, strerror(-err),
			error.line, error.cause ? error.cause : "another name");
		format_free(format);
		totals->failed++;
		return 1;
	}
	for (size_t i = 0; i < format->field_count; i++)
		compare_field(totals, category, name, &format->fields[i]);
	format_free(format);
	return 0;
}

/* The same walk, by the shell: sorted as bytes, category first, "ftrace" left out. */
static FILE *ask_awk(const char *root)
{
	char command[TRACEPOINT_ROOT_SIZE + 1024];

	snprintf(command, sizeof(command),
		 "cd '%s/events' && export LC_ALL=C && "
		 "find . -mindepth 3 -maxdepth 3 -name format | grep -v '^[.]/ftrace/' | "
		 "sed 's,^[.]/,,; s,/format$,,; s,/, ,' | sort -k1,1 -k2,2 | "
		 "sed 's,\\(.*\\) \\(.*\\),\\1/\\2/format,' | xargs awk -F ';' '"
		 "/^\tfield:/ { split(FILENAME, p, \"/\"); n = $1; gsub(/\\[[^]]*\\]$/, \"\", n); "
		 "sub(/.*[^A-Za-z0-9_]/, \"\", n); for (i = 2; i < 5; i++) sub(/.*:/, \"\", $i); "
		 "print p[1], p[2], n, $2, $3, $4 }'",
		 root);
	return popen(command, "r");
}

int main(void)
{
	struct totals totals = { 0 };
	char root[TRACEPOINT_ROOT_SIZE], rest[LINE_MAX_LEN];
	int err = tracepoint_tracefs_find(root);

	if (!err)
		err = tracepoint_tracefs_each(root, "none", "none", check_event, &totals);
	if (err) {
		printf("skipped: cannot read tracefs: %s\n", strerror(-err));
		return SKIP;
	}
	totals.root = root;
	totals.oracle = ask_awk(root);
	if (!totals.oracle)
		return 1;
	err = tracepoint_tracefs_each(root, "*", "*", check_event, &totals);
	if (!err && fgets(rest, sizeof(rest), totals.oracle)) {
		fprintf(stderr, "awk found more: %s", rest);
		totals.failed++;
	}
	pclose(totals.oracle);
	printf("events=%u fields=%u symbolic=%u flags=%u failed=%u\n", totals.events, totals.fields,
	       totals.symbolic, totals.flags, totals.failed);
	return err || totals.failed || totals.events < 100;
}
