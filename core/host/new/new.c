/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "new/new.h"

#include <string.h>
#include <sys/stat.h>

#include "command/print.h"
#include "config/fail.h"
#include "new/folder.h"
#include "new/template.h"

#define NEW_KIND "tracepoint"

static int new_fail(FILE *log, const struct bpfhost_error *err, int status)
{
	fputs("bpfhost: error: ", log);
	print_text(log, err->text);
	fputc('\n', log);
	return status;
}

static int new_check_kind(const char *kind, struct bpfhost_error *err)
{
	const char *kinds[TEMPLATE_KINDS_MAX];
	size_t count = template_kinds(kinds);

	for (size_t i = 0; i < count; i++)
		if (!strcmp(kinds[i], kind))
			return 0;
	return config_fail_unknown(err, "kind", kind, kinds, count);
}

/* What a terminal can be given line by line. */
static void new_tell(FILE *out, const char *name)
{
	fprintf(out,
		"cmake -S %s -B %s/build && cmake --build %s/build\n"
		"sudo bpfhost --plugin-dir %s/build/plugins --trust %s/build/plugins --plugin %s\n",
		name, name, name, name, name, name);
}

int command_new(const struct config *config, FILE *out, FILE *log)
{
	const char *name = config->target, *kind = config->kind ? config->kind : NEW_KIND;
	struct bpfhost_error err = { .text = "" };

	/* A word of the command line that begins so is an option, of a plugin's file as well. */
	if (*name == '-') {
		config_fail(&err, "\"%s\": a new plugin's name may not begin with -", name);
		return new_fail(log, &err, 2);
	}
	if (new_check_kind(kind, &err))
		return new_fail(log, &err, 2);
	umask(config->umask);
	if (folder_make(name, kind, &err))
		return new_fail(log, &err, 1);
	new_tell(out, name);
	return fflush(out) ? 1 : 0;
}
