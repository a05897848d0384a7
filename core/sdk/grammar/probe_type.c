/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <bpfhost/nearest.h>

#include "probe_internal.h"

static const struct {
	const char *name;
	uint32_t size;
} types[] = {
	[BPFHOST_PROBE_TYPE_NONE] = { "", 0 },
	[BPFHOST_PROBE_TYPE_I8] = { "i8", 1 },
	[BPFHOST_PROBE_TYPE_I16] = { "i16", 2 },
	[BPFHOST_PROBE_TYPE_I32] = { "i32", 4 },
	[BPFHOST_PROBE_TYPE_I64] = { "i64", 8 },
	[BPFHOST_PROBE_TYPE_U8] = { "u8", 1 },
	[BPFHOST_PROBE_TYPE_U16] = { "u16", 2 },
	[BPFHOST_PROBE_TYPE_U32] = { "u32", 4 },
	[BPFHOST_PROBE_TYPE_U64] = { "u64", 8 },
	[BPFHOST_PROBE_TYPE_X8] = { "x8", 1 },
	[BPFHOST_PROBE_TYPE_X16] = { "x16", 2 },
	[BPFHOST_PROBE_TYPE_X32] = { "x32", 4 },
	[BPFHOST_PROBE_TYPE_X64] = { "x64", 8 },
	[BPFHOST_PROBE_TYPE_PTR] = { "ptr", 8 },
	[BPFHOST_PROBE_TYPE_BOOL] = { "bool", 1 },
	[BPFHOST_PROBE_TYPE_CHAR] = { "char", 1 },
	[BPFHOST_PROBE_TYPE_F32] = { "f32", 4 },
	[BPFHOST_PROBE_TYPE_F64] = { "f64", 8 },
	[BPFHOST_PROBE_TYPE_STR] = { "str", 0 },
	[BPFHOST_PROBE_TYPE_BYTES] = { "bytes", 0 },
	[BPFHOST_PROBE_TYPE_IPV4] = { "ipv4", 4 },
	[BPFHOST_PROBE_TYPE_IPV6] = { "ipv6", 16 },
	[BPFHOST_PROBE_TYPE_MAC] = { "mac", 6 },
	[BPFHOST_PROBE_TYPE_SOCKADDR] = { "sockaddr", 0 },
	[BPFHOST_PROBE_TYPE_ERRNO] = { "errno", 0 },
	[BPFHOST_PROBE_TYPE_VOID] = { "void", 0 },
};

enum { TYPE_COUNT = sizeof(types) / sizeof(types[0]) };

static int unknown_type(struct grammar_cursor *cursor, const char *start, size_t length)
{
	const char *names[TYPE_COUNT] = { 0 };
	char word[BPFHOST_NEAREST_MAX + 2];
	char hint[64];
	const char *near;

	for (size_t i = 1; i < TYPE_COUNT; i++)
		names[i] = types[i].name;
	snprintf(word, sizeof(word), "%.*s", (int)(length > 128 ? 129 : length), start);
	near = bpfhost_nearest(word, names, TYPE_COUNT);
	snprintf(hint, sizeof(hint), "did you mean \"%s\"?", near ? near : "");
	return grammar_fail(cursor, start, -EINVAL, near ? hint : NULL, "unknown type \"%.*s\"",
			    GRAMMAR_WORD(start, length));
}

/* The "[N]" of str[N] and bytes[N]. */
static int parse_size(struct grammar_cursor *cursor, struct bpfhost_probe_type *type)
{
	const char *at;
	uint64_t size;
	int err;

	if (!grammar_accept(cursor, "["))
		return 0;
	grammar_skip_space(cursor);
	at = cursor->at;
	if (type->kind != BPFHOST_PROBE_TYPE_STR && type->kind != BPFHOST_PROBE_TYPE_BYTES)
		return grammar_fail(cursor, at, -EINVAL, NULL,
				    "only str and bytes take a size in brackets, not %s",
				    types[type->kind].name);
	if (!grammar_is_digit(*at))
		return grammar_fail(cursor, at, -EINVAL, NULL, "a size must follow '['");
	err = grammar_read_number(cursor, &size);
	if (err)
		return err;
	if (size < 1 || size > BPFHOST_PROBE_SIZE_MAX)
		return grammar_fail(cursor, at, -EINVAL, NULL, "size not between 1 and %d",
				    BPFHOST_PROBE_SIZE_MAX);
	if (!grammar_accept(cursor, "]"))
		return grammar_fail(cursor, cursor->at, -EINVAL, NULL, "the ']' is missing");
	type->size = (uint32_t)size;
	return 0;
}

int probe_read_type(struct grammar_cursor *cursor, struct bpfhost_probe_type *ret_type)
{
	struct bpfhost_probe_type type = { 0 };
	const char *start;
	size_t length;
	int err;

	grammar_skip_space(cursor);
	start = cursor->at;
	length = grammar_name_length(start);
	if (!length)
		return grammar_fail(cursor, start, -EINVAL, NULL, "a type is missing");
	for (int i = 1; i < TYPE_COUNT; i++)
		if (strlen(types[i].name) == length && !strncmp(types[i].name, start, length))
			type.kind = (enum bpfhost_probe_type_kind)i;
	if (!type.kind)
		return unknown_type(cursor, start, length);
	cursor->at += length;
	err = parse_size(cursor, &type);
	if (err)
		return err;
	if (type.kind == BPFHOST_PROBE_TYPE_BYTES && !type.size)
		return grammar_fail(cursor, start, -EINVAL, "write bytes[N]",
				    "the type bytes needs a size");
	*ret_type = type;
	return 0;
}

int bpfhost_probe_type_parse(const char *text, struct bpfhost_probe_type *ret_type,
			     struct bpfhost_error *err)
{
	struct grammar_cursor cursor = { .text = text, .at = text, .err = err };
	struct bpfhost_probe_type type;
	int failed = probe_read_type(&cursor, &type);

	if (failed)
		return failed;
	grammar_skip_space(&cursor);
	if (*cursor.at)
		return grammar_fail(&cursor, cursor.at, -EINVAL, NULL, "'%c' behind the type",
				    *cursor.at);
	*ret_type = type;
	return 0;
}

const char *bpfhost_probe_type_format(struct bpfhost_probe_type type, char buf[24])
{
	const char *name = (unsigned int)type.kind < TYPE_COUNT ? types[type.kind].name : "";

	if (type.size)
		snprintf(buf, 24, "%s[%u]", name, type.size);
	else
		snprintf(buf, 24, "%s", name);
	return buf;
}

uint32_t bpfhost_probe_type_size(struct bpfhost_probe_type type)
{
	if (type.size)
		return type.size;
	return (unsigned int)type.kind < TYPE_COUNT ? types[type.kind].size : 0;
}
