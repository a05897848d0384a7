/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* bpfhost types: from names to the text, written whole or not at all. */
#include "kernel_types/kernel_types.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>

#include <bpf/libbpf.h>

#include "command/print.h"
#include "kernel_types/ktypes.h"
#include "kernel_types/list.h"

void ktypes_say(FILE *log, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	fputs("bpfhost: error: ", log);
	print_text(log, text);
	fputc('\n', log);
}

static int ktypes_write_all(struct ktypes *types, FILE *out)
{
	size_t size = 0;
	char *text = NULL;
	FILE *memory = open_memstream(&text, &size);
	int err = memory ? ktypes_put_files(types, memory) : -ENOMEM;

	if (memory && fclose(memory) && !err)
		err = -ENOMEM;
	if (!err) {
		ktypes_begin(types, out);
		fwrite(text, 1, size, out);
		ktypes_end(types, out);
	}
	free(text);
	return err;
}

static int ktypes_list_all(struct ktypes *types, FILE *out, struct bpfhost_error *why)
{
	int err = ktypes_source_modules(&types->source);

	if (!err)
		return ktypes_list(&types->source, &types->wanted, out, why);
	bpfhost_error_set(why, 0, "out of memory");
	return err;
}

int ktypes_print(const char *folder, const char *const *names, size_t count, FILE *out, FILE *log)
{
	struct ktypes types = { .log = log };
	struct bpfhost_error why = { .text = "" };
	int err = ktypes_source_open(folder, &types.source, &why);

	if (!err)
		err = ktypes_wanted_read(names, count, &types.wanted, &why);
	if (!err && types.wanted.patterns)
		err = ktypes_list_all(&types, out, &why);
	if (err)
		ktypes_say(log, "%s", why.text);
	if (!err && !types.wanted.patterns)
		err = ktypes_find_all(&types);
	if (!err && !types.wanted.patterns)
		err = ktypes_write_all(&types, out);
	free(types.text);
	ktypes_wanted_free(&types.wanted);
	ktypes_source_close(&types.source);
	return err;
}

int command_types(const struct config *config, FILE *out, FILE *log)
{
	const char **names = calloc(config->words.count + 1, sizeof(*names));
	int err;

	if (!names)
		return 1;
	for (size_t i = 0; i < config->words.count; i++)
		names[i] = config->words.items[i].text;
	libbpf_set_print(NULL);
	err = ktypes_print(KTYPES_FOLDER, names, config->words.count, out, log);
	free(names);
	if (!err)
		return fflush(out) ? 1 : 0;
	return err == -EINVAL ? 2 : 1;
}
