/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * "print fmt" is the argument list of the kernel's printk for the event: string literals, then one
 * C expression for each conversion. C is not evaluated here; two things are picked out of it. Which
 * conversion a field goes through says what an array of bytes is (%pI4, %pM, %pISpc, ...), and
 * tables of names are C initializers in the text (see format_labels.c). Only an argument that is
 * one plain field, perhaps in parentheses, behind a cast or inside one __get_...() call, counts;
 * everything else is passed over. Hints are taken where the field's size agrees with them.
 */
#include <errno.h>
#include <string.h>

#include "format_internal.h"

#define ARGUMENTS_MAX 256
#define CASTS_MAX     4

/* One conversion of a printk format string. */
struct conversion {
	char kind;          /* 'd', 's', 'p', ...; '*' for a width from an argument */
	const char *suffix; /* what follows %p: "I4", "ISpc", ... */
	size_t suffix_len;
};

static const struct {
	const char *suffix;
	enum format_class class;
	uint32_t min_size, max_size; /* of the field, in bytes */
} address_hints[] = {
	/* Documentation/core-api/printk-formats.rst; "h" and "l" suffixes mean other orders. */
	{ "I4", FORMAT_IPV4, 4, 4 },
	{ "I4b", FORMAT_IPV4, 4, 4 },
	{ "I4n", FORMAT_IPV4, 4, 4 },
	{ "i4", FORMAT_IPV4, 4, 4 },
	{ "I6", FORMAT_IPV6, 16, 16 },
	{ "I6c", FORMAT_IPV6, 16, 16 },
	{ "i6", FORMAT_IPV6, 16, 16 },
	{ "IS", FORMAT_SOCKADDR, 16, 128 },
	{ "ISc", FORMAT_SOCKADDR, 16, 128 },
	{ "ISp", FORMAT_SOCKADDR, 16, 128 },
	{ "ISpc", FORMAT_SOCKADDR, 16, 128 },
	{ "ISpfc", FORMAT_SOCKADDR, 16, 128 },
	{ "ISpfsc", FORMAT_SOCKADDR, 16, 128 },
	{ "M", FORMAT_MAC, 6, 6 },
	{ "MF", FORMAT_MAC, 6, 6 },
	{ "m", FORMAT_MAC, 6, 6 },
	{ "U", FORMAT_UUID, 16, 16 },
	{ "Ub", FORMAT_UUID, 16, 16 },
};

static bool is_one_of(char c, const char *set)
{
	return c && strchr(set, c);
}

/* Step over flags, digits and length modifiers up to the conversion's letter or a '*'. */
static bool next_conversion(const char **at, bool *inside, struct conversion *ret)
{
	const char *c = *at;

	for (; *c; c++) {
		if (!*inside) {
			*inside = *c == '%';
			continue;
		}
		if (*c == '%') {
			*inside = false;
			continue;
		}
		if (is_one_of(*c, "-+ #0123456789.hlLqjzt"))
			continue;
		*inside = *c == '*';
		*ret = (struct conversion){ .kind = *c, .suffix = c + 1 };
		c++;
		if (ret->kind == 'p')
			while (format_is_word_char(*c) && *c != '_')
				c++;
		ret->suffix_len = (size_t)(c - ret->suffix);
		*at = c;
		return true;
	}
	*at = c;
	return false;
}

/* How many bytes @field has here; 0 when only the record tells. */
static uint32_t bytes_of(const struct format_field *field)
{
	return field->location == FORMAT_FIXED ? field->size : 0;
}

static bool is_byte_like(const struct format_field *field)
{
	return field->class == FORMAT_BYTES || (field->class == FORMAT_STR && field->is_array);
}

static void hint_pointer(struct format_field *field, const struct conversion *conversion)
{
	uint32_t size = bytes_of(field);

	for (size_t i = 0; i < sizeof(address_hints) / sizeof(address_hints[0]); i++) {
		if (strlen(address_hints[i].suffix) != conversion->suffix_len ||
		    memcmp(address_hints[i].suffix, conversion->suffix, conversion->suffix_len))
			continue;
		if (size && (size < address_hints[i].min_size || size > address_hints[i].max_size))
			continue;
		field->class = address_hints[i].class;
		if (size)
			field->count = 1;
		field->value_size = size ? size : address_hints[i].max_size;
		field->value_signed = false;
		return;
	}
}

/* Whether a %pI4 of &REC->name means a single number, too. */
static bool is_address_number(const struct format_field *field)
{
	return field->class == FORMAT_INT && !field->is_array && field->value_size == 4;
}

static void hint(struct format_field *field, const struct conversion *conversion, bool is_address)
{
	if (conversion->kind == 's' && field->class == FORMAT_BYTES)
		field->class = FORMAT_STR;
	else if (conversion->kind == 'p' &&
		 (is_byte_like(field) || (is_address && is_address_number(field))))
		hint_pointer(field, conversion);
}

/* "(unsigned long)X" to X: step over one cast, in which only words and stars may be. */
static bool eat_cast(struct format_span *span)
{
	struct format_span rest = *span;

	if (!format_eat_token(&rest, "("))
		return false;
	while (rest.at < rest.end &&
	       (format_is_word_char(*rest.at) || *rest.at == ' ' || *rest.at == '*'))
		rest.at++;
	if (!format_eat(&rest, ")"))
		return false;
	rest = format_trim(rest);
	if (rest.at == rest.end)
		return false;
	*span = rest;
	return true;
}

/* The field in "__get_str(name)" and its like, but not in those that make text of what is none. */
static struct format_field *field_of_getter(struct format_store *store, struct format_span text)
{
	struct format_span name;

	if (!format_eat(&text, "__get_"))
		return NULL;
	name = format_eat_word(&text);
	if (name.end - name.at >= 4 && !memcmp(name.end - 4, "mask", 4))
		return NULL;
	if (!format_eat_token(&text, "("))
		return NULL;
	format_skip_space(&text);
	name = format_eat_word(&text);
	if (!format_eat_token(&text, ")"))
		return NULL;
	format_skip_space(&text);
	return text.at == text.end ? format_field_of(store, name) : NULL;
}

/* The kernel's helpers that print bytes as hex: what they are given is no string. */
static bool hint_hex(struct format_store *store, struct format_span text)
{
	struct format_span argument;
	struct format_field *field;

	if (!format_eat(&text, "__print_hex"))
		return false;
	format_eat_word(&text);
	if (!format_eat_token(&text, "(") || !format_next_argument(&text, &argument))
		return true;
	field = format_plain_field(store, argument);
	if (!field)
		field = field_of_getter(store, argument);
	if (field && field->class == FORMAT_STR)
		field->class = FORMAT_BYTES;
	return true;
}

static int read_argument(struct format_store *store, struct format_span argument,
			 const struct conversion *conversion)
{
	struct format_field *field;
	bool is_address;

	argument = format_strip_parentheses(argument);
	if (format_eat(&(struct format_span){ argument.at, argument.end }, "__print_"))
		return hint_hex(store, argument) ? 0 : format_read_labels(store, argument);
	for (unsigned int i = 0; i < CASTS_MAX && eat_cast(&argument); i++)
		argument = format_strip_parentheses(argument);
	is_address = format_eat(&argument, "&");
	field = format_plain_field(store, argument);
	if (!field)
		field = field_of_getter(store, argument);
	if (field)
		hint(field, conversion, is_address);
	return 0;
}

int format_read_print(struct format_store *store, struct format_span text)
{
	struct conversion conversion = { 0 };
	struct format_span argument;
	const char *format;
	bool inside = false;

	format_skip_space(&text);
	format = format_eat_string(store, &text);
	if (!format || !format_eat_token(&text, ","))
		return 0;
	for (unsigned int i = 0; i < ARGUMENTS_MAX; i++) {
		int err;

		if (!next_conversion(&format, &inside, &conversion) ||
		    !format_next_argument(&text, &argument))
			return 0;
		err = read_argument(store, argument, &conversion);
		if (err)
			return err;
	}
	return 0;
}
