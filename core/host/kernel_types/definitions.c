/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The definitions, as libbpf writes them: it writes each type with what it needs in the right order, the rest as
 * forward declarations, keeps sizes and places, and tells types of one name apart (foo, foo___2, which CO-RE takes
 * for the same). Left to us: to make one text of several files, and what compilers are touchy about.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/btf.h>

#include "kernel_types/ktypes.h"
#include "kernel_types/uapi.h"

static void ktypes_write(void *ctx, const char *format, va_list args)
{
	vfprintf(ctx, format, args);
}

/* Every type of this name: which of several is meant, only who asks can tell. */
static int ktypes_dump_named(struct btf_dump *dump, const struct ktypes_file *file,
			     const struct ktypes_wanted_one *wanted)
{
	uint32_t id = 0;
	int err = 0;

	while (!err && (id = ktypes_find(file, id + 1, wanted->name, wanted->kind)))
		err = btf_dump__dump_type(dump, id);
	return err;
}

/* What is wanted of this file, and, with the first, of vmlinux, which it goes on from. */
static int ktypes_dump_file(struct ktypes *types, size_t index, bool first, FILE *out)
{
	struct ktypes_file *files = types->source.files;
	struct btf_dump *dump = btf_dump__new(files[index].btf, ktypes_write, out, NULL);
	int err = dump ? 0 : -errno;

	for (size_t i = 0; i < types->wanted.count && !err; i++) {
		const struct ktypes_wanted_one *wanted = &types->wanted.each[i];

		if (wanted->file == index || (first && !wanted->file))
			err = ktypes_dump_named(dump, &files[wanted->file], wanted);
	}
	btf_dump__free(dump);
	if (err)
		ktypes_say(types->log, "failed to write types of %s: %s", files[index].name,
			   strerror(-err));
	return err;
}

bool ktypes_has(const char *text, const char *part)
{
	const char *at = text;

	while (at && (at = strstr(at, part))) {
		if (at == text || at[-1] == '\n')
			return true;
		at++;
	}
	return false;
}

/* What <stdbool.h> and C23 have already. */
static bool ktypes_is_bool(const char *definition)
{
	return !strcmp(definition, "typedef _Bool bool;\n\n") ||
	       (strstr(definition, "\tfalse = 0,\n") && strstr(definition, "\ttrue = 1,\n"));
}

/* "struct foo {\n": the beginning of a definition that has a name. False: it is none. */
static bool ktypes_head(const char *definition, char *head, size_t size)
{
	const char *brace = strstr(definition, " {\n"), *space = strchr(definition, ' ');

	if (!brace || space >= brace)
		return false;
	snprintf(head, size, "%.*s {\n", (int)(brace - definition), definition);
	return true;
}

static int ktypes_differ(struct ktypes *types, const char *definition)
{
	char head[256];

	if (!ktypes_head(definition, head, sizeof(head)) || !ktypes_has(types->text, head))
		return 0;
	ktypes_say(types->log,
		   "two modules have different types \"%.*s\": ask for theirs one by one",
		   (int)strcspn(head, "{") - 1, head);
	return -EEXIST;
}

/* The condition under which it is needed, NULL: always. */
static const char *ktypes_unless(struct ktypes *types, const char *definition)
{
	if (ktypes_is_bool(definition))
		return "#if !defined(__bool_true_false_are_defined) && __STDC_VERSION__ < 202311L";
	if (!ktypes_uapi_has(definition))
		return NULL;
	types->uapi = true;
	return "#if !(" KTYPES_UAPI_FOUND ")";
}

static int ktypes_put(struct ktypes *types, const char *definition, FILE *out)
{
	const char *unless;

	if (ktypes_has(types->text, definition))
		return 0;
	if (ktypes_differ(types, definition))
		return -EEXIST;
	unless = ktypes_unless(types, definition);
	if (unless)
		fprintf(out, "%s\n%.*s#endif\n\n", unless, (int)strlen(definition) - 1, definition);
	else
		fputs(definition, out);
	return 0;
}

/* Definitions end with an empty line and have none inside. */
static int ktypes_put_each(struct ktypes *types, char *text, FILE *out)
{
	int err = 0;

	while (*text && !err) {
		char *end = strstr(text, "\n\n"), kept;

		if (!end)
			return -EPROTO;
		kept = end[2];
		end[2] = '\0';
		err = ktypes_put(types, text, out);
		end[2] = kept;
		text = end + 2;
	}
	return err;
}

static int ktypes_remember(struct ktypes *types, const char *text)
{
	size_t had = types->text ? strlen(types->text) : 0, size = strlen(text) + 1;
	char *more = realloc(types->text, had + size);

	if (!more)
		return -ENOMEM;
	memcpy(more + had, text, size);
	types->text = more;
	return 0;
}

static int ktypes_add_file(struct ktypes *types, size_t index, bool first, FILE *out)
{
	size_t size = 0;
	char *text = NULL;
	FILE *memory = open_memstream(&text, &size);
	int err = memory ? ktypes_dump_file(types, index, first, memory) : -ENOMEM;

	if (memory && fclose(memory) && !err)
		err = -ENOMEM;
	if (!err)
		err = ktypes_put_each(types, text, out);
	if (!err)
		err = ktypes_remember(types, text);
	free(text);
	return err;
}

static bool ktypes_wants(const struct ktypes *types, size_t index)
{
	for (size_t i = 0; i < types->wanted.count; i++)
		if (types->wanted.each[i].file == index)
			return true;
	return false;
}

int ktypes_put_files(struct ktypes *types, FILE *out)
{
	bool first = true;
	int err = 0;

	for (size_t i = 1; i < types->source.count && !err; i++) {
		if (!ktypes_wants(types, i))
			continue;
		err = ktypes_add_file(types, i, first, out);
		first = false;
	}
	return first && !err ? ktypes_add_file(types, 0, true, out) : err;
}
