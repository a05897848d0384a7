/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* `bpfhost probes tracepoint`: what this kernel has, and with -v the fields of each. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpfhost/sdk.h>

#include "format.h"
#include "tracefs.h"
#include "tracepoint.h"

struct probes_walk {
	const char *root;
	int verbose;
	void (*found)(void *ctx, const char *probe, const char *detail);
	void *ctx;
};

static void probes_print_labels(FILE *out, const struct format_labels *labels)
{
	const char *sign = labels->kind == FORMAT_FLAGS ? "|" : ", ";

	if (!labels->count)
		return;
	fputs("  {", out);
	for (size_t i = 0; i < labels->count; i++)
		fprintf(out, "%s%s", i ? sign : " ", labels->items[i].text);
	fputs(" }", out);
}

/* As it was declared: a sockaddr in 28 bytes is one field for us, but was __u8 [28]. */
static uint32_t probes_elements(const struct format_field *field)
{
	if (field->count > 1)
		return field->count;
	return field->value_size && field->value_size < field->size
		       ? field->size / field->value_size
		       : field->size;
}

static void probes_print_field(FILE *out, const struct format_field *field)
{
	const char *where = field->location == FORMAT_DATA_LOC  ? "__data_loc "
			    : field->location == FORMAT_REL_LOC ? "__rel_loc "
								: "";

	fprintf(out, "    %s%s %s", where, field->type, field->name);
	if (field->is_array && field->location == FORMAT_FIXED)
		fprintf(out, "[%u]", probes_elements(field));
	fprintf(out, "  offset %u size %u%s", field->offset, field->size,
		field->is_signed ? " signed" : "");
	probes_print_labels(out, &field->labels);
	fputc('\n', out);
}

static char *probes_describe(const char *category, const char *text, size_t length)
{
	struct format *format = NULL;
	char *detail = NULL;
	size_t size = 0;
	FILE *out;

	if (format_parse(category, text, length, &format, NULL))
		return NULL;
	out = open_memstream(&detail, &size);
	for (size_t i = 0; out && i < format->field_count; i++)
		if (!format->fields[i].is_common)
			probes_print_field(out, &format->fields[i]);
	if (out)
		fclose(out);
	format_free(format);
	return detail;
}

static int probes_event(const char *category, const char *name, void *ctx)
{
	struct probes_walk *walk = ctx;
	char *text = NULL, *detail = NULL;
	char probe[2 * TRACEPOINT_NAME_MAX + 2];
	size_t length;

	snprintf(probe, sizeof(probe), "%s:%s", category, name);
	if (walk->verbose &&
	    !tracepoint_tracefs_read_format(walk->root, category, name, &text, &length))
		detail = probes_describe(category, text, length);
	walk->found(walk->ctx, probe, detail);
	free(detail);
	free(text);
	return 0;
}

/* "tcp:*", or one word, which stands for a name in any category. */
static int probes_list(struct bpfhost_instance *self, const char *glob, int verbose,
		       void (*found)(void *ctx, const char *probe, const char *detail), void *ctx)
{
	char root[TRACEPOINT_ROOT_SIZE], category[256] = "*";
	struct probes_walk walk = { root, verbose, found, ctx };
	const char *colon = glob ? strchr(glob, ':') : NULL;
	int err = tracepoint_find_root(self, root);

	if (err)
		return err;
	if (colon && (size_t)(colon - glob) < sizeof(category)) {
		memcpy(category, glob, (size_t)(colon - glob));
		category[colon - glob] = '\0';
	}
	err = tracepoint_tracefs_each(root, category,
				      colon  ? colon + 1
				      : glob ? glob
					     : "*",
				      probes_event, &walk);
	if (err)
		return bpfhost_fail(self, err, "failed to read the events of %s: %s%s", root,
				    strerror(-err), err == -EACCES ? " (root is needed)" : "");
	return 0;
}

const struct bpfhost_ext_probes tracepoint_ext_probes = {
	.size = sizeof(struct bpfhost_ext_probes),
	.list = probes_list,
};
