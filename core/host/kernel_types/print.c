/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * C from BTF. libbpf writes each type with what it needs in the right order, the rest as forward
 * declarations, keeps sizes and places, and tells types of one name apart (foo, foo___2, which CO-RE takes for
 * the same). Left to us: to find the types, to make one text of several files, and what compilers are touchy
 * about.
 */
#include "kernel_types/kernel_types.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include <bpf/libbpf.h>

#include "command/print.h"
#include "kernel_types/list.h"
#include "kernel_types/source.h"
#include "kernel_types/uapi.h"
#include "kernel_types/wanted.h"

/* As vmlinux.h has it, which is made the same way. */
#define KTYPES_CORE                                                                                \
	"#if defined(__bpf__) && defined(__clang__) && !defined(BPF_NO_PRESERVE_ACCESS_INDEX)\n"

struct ktypes {
	struct ktypes_source source;
	struct ktypes_wanted wanted;
	char *text; /* what has been written so far */
	bool uapi;  /* some of it is as in uapi.h */
	FILE *log;
};

__attribute__((format(printf, 2, 3))) static void ktypes_say(FILE *log, const char *format, ...)
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

/* ---- finding ---------------------------------------------------------------------------------------- */

static int ktypes_unknown(struct ktypes *types, const struct ktypes_wanted_one *wanted)
{
	const char *nearest = ktypes_nearest(&types->source, wanted->name, wanted->kind);

	ktypes_say(types->log, "this kernel has no type \"%.128s\"%s%.128s%s", wanted->name,
		   nearest ? "; did you mean \"" : "", nearest ?: "", nearest ? "\"?" : "");
	return -EINVAL;
}

static bool ktypes_find_in(struct ktypes *types, struct ktypes_wanted_one *wanted, size_t from)
{
	for (size_t i = from; i < types->source.count; i++)
		if (ktypes_find(&types->source.files[i], 0, wanted->name, wanted->kind)) {
			wanted->file = i;
			return true;
		}
	return false;
}

/* Modules are many files: they are read only for what the kernel itself has not. */
static int ktypes_find_one(struct ktypes *types, struct ktypes_wanted_one *wanted)
{
	int err = 0;

	if (ktypes_find_in(types, wanted, 0))
		return 0;
	if (!types->source.modules_read)
		err = ktypes_source_modules(&types->source);
	if (!err && !ktypes_find_in(types, wanted, 1))
		err = ktypes_unknown(types, wanted);
	return err;
}

/* All mistakes are told, not the first alone. */
static int ktypes_find_all(struct ktypes *types)
{
	int err = 0;

	for (size_t i = 0; i < types->wanted.count; i++) {
		int one = ktypes_find_one(types, &types->wanted.each[i]);

		err = err ? err : one;
	}
	return err;
}

/* ---- writing ---------------------------------------------------------------------------------------- */

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

/* Whether this stands in the text, at the beginning of a line. */
static bool ktypes_has(const char *text, const char *part)
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

static int ktypes_put_files(struct ktypes *types, FILE *out)
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

/* ---- around it -------------------------------------------------------------------------------------- */

/* Of its own for each choice of types, so that two such files can be included. */
static void ktypes_guard(const struct ktypes *types, FILE *out)
{
	fputs("BPFHOST_TYPES", out);
	for (size_t i = 0; i < types->wanted.count; i++) {
		fputc('_', out);
		for (const char *letter = types->wanted.each[i].name; *letter; letter++)
			fputc(isalnum((unsigned char)*letter) ? toupper((unsigned char)*letter)
							      : '_',
			      out);
	}
	fputc('\n', out);
}

/* The kernel's is of another size than C's in <stddef.h>, and goes by another name. */
static bool ktypes_has_wide(const struct ktypes *types)
{
	return ktypes_has(types->text, "typedef u16 wchar_t;\n");
}

static void ktypes_begin(const struct ktypes *types, FILE *out)
{
	struct utsname system = { .sysname = "" };

	uname(&system);
	fprintf(out, "/* Types of %s %s on %s, by: bpfhost types", system.sysname, system.release,
		system.machine);
	for (size_t i = 0; i < types->wanted.count; i++)
		fprintf(out, " %s", types->wanted.each[i].name);
	fputs("\n"
	      " * Goes with <bpfhost/bpf.h>, in front of or behind it. As with any vmlinux.h, not with other headers\n"
	      " * of linux/ or asm/ that define one of these types too: ask bpfhost types for what they have. */\n"
	      "#ifndef ",
	      out);
	ktypes_guard(types, out);
	fputs("#define ", out);
	ktypes_guard(types, out);
	fputc('\n', out);
	if (types->uapi)
		fputs("#if " KTYPES_UAPI_FOUND "\n" KTYPES_UAPI_INCLUDE "\n#endif\n", out);
	fputs("#pragma GCC diagnostic push\n"
	      "#ifdef __clang__\n"
	      "#pragma GCC diagnostic ignored \"-Wpragma-clang-attribute\"\n"
	      "#pragma GCC diagnostic ignored \"-Wignored-attributes\"\n"
	      "#else\n"
	      "#pragma GCC diagnostic ignored \"-Wattributes\"\n"
	      "#endif\n" KTYPES_CORE
	      "#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)\n"
	      "#endif\n\n",
	      out);
	if (ktypes_has_wide(types))
		fputs("#define wchar_t kernel_wchar_t\n\n", out);
}

static void ktypes_end(const struct ktypes *types, FILE *out)
{
	if (ktypes_has_wide(types))
		fputs("#undef wchar_t\n\n", out);
	fputs(KTYPES_CORE "#pragma clang attribute pop\n"
			  "#endif\n"
			  "#pragma GCC diagnostic pop\n\n"
			  "#endif\n",
	      out);
}

/* Written whole or not at all. */
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
