/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Tables of names in print fmt, the text of C calls after the preprocessor:
 *
 *	__print_symbolic(REC->family, { 2, "AF_INET" }, { 10, "AF_INET6" })
 *	__print_flags(REC->flags, "|", {(unsigned long)((gfp_t)(1UL << 6)), "IO"}, {0, NULL})
 *
 * A table is taken whole or not at all: half of one would give wrong names to the values left out.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "format_internal.h"
#include "format_type.h"

#define LABELS_MAX 4096

struct label_table {
	struct format_label *items;
	size_t count;
	size_t capacity;
};

static void free_table(struct label_table *table)
{
	free(table->items);
}

/* The character behind a string or character literal that starts at @at, or @end. */
static const char *skip_literal(const char *at, const char *end)
{
	char quote = *at++;

	for (; at < end && *at != quote; at++)
		if (*at == '\\' && at + 1 < end)
			at++;
	return at < end ? at + 1 : end;
}

bool format_next_argument(struct format_span *list, struct format_span *ret_argument)
{
	const char *start = list->at, *at = start;
	unsigned int depth = 0;

	if (list->at == list->end)
		return false;
	while (at < list->end) {
		if (*at == '"' || *at == '\'') {
			at = skip_literal(at, list->end);
			continue;
		}
		if (*at == '(' || *at == '{' || *at == '[')
			depth++;
		else if (depth && (*at == ')' || *at == '}' || *at == ']'))
			depth--;
		else if (!depth && *at == ',')
			break;
		at++;
	}
	*ret_argument = format_trim((struct format_span){ start, at });
	list->at = at < list->end ? at + 1 : at;
	return true;
}

/* Whether the parenthesis that opens @span is closed by its last character. */
static bool is_parenthesized(struct format_span span)
{
	unsigned int depth = 0;

	if (span.end - span.at < 2 || *span.at != '(' || span.end[-1] != ')')
		return false;
	for (const char *at = span.at; at < span.end;) {
		if (*at == '"' || *at == '\'') {
			at = skip_literal(at, span.end);
			continue;
		}
		depth += *at == '(';
		depth -= *at == ')';
		at++;
		if (!depth)
			return at == span.end;
	}
	return false;
}

struct format_span format_strip_parentheses(struct format_span span)
{
	/* More than a few in a row are nobody's code, and each costs a look at all inside. */
	for (unsigned int i = 0; i < 8; i++) {
		span = format_trim(span);
		if (!is_parenthesized(span))
			break;
		span.at++;
		span.end--;
	}
	return span;
}

struct format_field *format_plain_field(struct format_store *store, struct format_span expression)
{
	struct format_span name;

	expression = format_strip_parentheses(expression);
	if (!format_eat(&expression, "REC->"))
		return NULL;
	name = format_eat_word(&expression);
	return expression.at == expression.end ? format_field_of(store, name) : NULL;
}

/* Like format_plain_field(), also behind a cast to 64 bits: the kernel's call casts so, too. */
static struct format_field *labelled_field(struct format_store *store, struct format_span text)
{
	struct format_span rest = text;
	const char *close;
	struct format_type type;

	text = format_strip_parentheses(text);
	rest = text;
	if (format_eat(&rest, "(")) {
		close = memchr(rest.at, ')', (size_t)(rest.end - rest.at));
		if (!close)
			return NULL;
		type = format_type_of((struct format_span){ rest.at, close });
		if (type.kind != FORMAT_TYPE_INT || type.size != sizeof(uint64_t))
			return NULL;
		text = (struct format_span){ close + 1, rest.end };
	}
	return format_plain_field(store, text);
}

static char unescape(char c)
{
	switch (c) {
	case 'n':
		return '\n';
	case 't':
		return '\t';
	default:
		return c;
	}
}

/* Append the literal at @span to the store's strings, which have room: it is from the text. */
static bool append_literal(struct format_store *store, struct format_span *span)
{
	const char *at = span->at + 1;

	for (; at < span->end && *at != '"'; at++) {
		char c = *at;

		if (c == '\\' && at + 1 < span->end)
			c = unescape(*++at);
		if (store->strings_used + 1 >= store->strings_size)
			return false;
		store->strings[store->strings_used++] = c;
	}
	if (at >= span->end)
		return false;
	span->at = at + 1;
	return true;
}

const char *format_eat_string(struct format_store *store, struct format_span *span)
{
	size_t start = store->strings_used;
	struct format_span rest = *span;
	bool found = false;

	for (;;) {
		format_skip_space(&rest);
		if (rest.at == rest.end || *rest.at != '"')
			break;
		if (!append_literal(store, &rest)) {
			found = false;
			break;
		}
		found = true;
	}
	if (!found || store->strings_used == store->strings_size) {
		store->strings_used = start;
		return NULL;
	}
	store->strings[store->strings_used++] = '\0';
	*span = rest;
	return store->strings + start;
}

static int add_label(struct label_table *table, uint64_t value, const char *text)
{
	if (table->count == LABELS_MAX)
		return -EINVAL;
	if (table->count == table->capacity) {
		size_t capacity = table->capacity ? table->capacity * 2 : 16;
		void *items = reallocarray(table->items, capacity, sizeof(*table->items));

		if (!items)
			return -ENOMEM;
		table->items = items;
		table->capacity = capacity;
	}
	table->items[table->count++] = (struct format_label){ value, text };
	return 0;
}

/* The name NULL, which ends a table before its closing brace. */
static bool is_null(struct format_span text)
{
	text = format_strip_parentheses(text);
	if (format_span_is(text, "NULL") || format_span_is(text, "0"))
		return true;
	return format_eat(&text, "(") && format_eat_token(&text, "void") &&
	       format_eat_token(&text, "*") && format_eat_token(&text, ")") &&
	       format_eat_token(&text, "0") && text.at == text.end;
}

/* One "{ value, "name" }". 1 at the entry that ends the table, -EINVAL for anything else. */
static int read_label(struct format_store *store, struct format_span entry,
		      struct label_table *table)
{
	struct format_span value_text, name_text;
	const char *name;
	uint64_t value;
	int err;

	if (!format_eat(&entry, "{") || entry.at == entry.end || entry.end[-1] != '}')
		return -EINVAL;
	entry.end--;
	if (!format_next_argument(&entry, &value_text) || !format_next_argument(&entry, &name_text))
		return -EINVAL;
	if (is_null(name_text))
		return 1;
	err = format_evaluate(value_text, &value);
	if (err)
		return err;
	name = format_eat_string(store, &name_text);
	if (!name || name_text.at < name_text.end)
		return -EINVAL;
	return add_label(table, value, name);
}

static int read_table(struct format_store *store, struct format_span list,
		      struct label_table *table)
{
	struct format_span entry;

	while (format_next_argument(&list, &entry)) {
		bool is_trailing_comma = entry.at == entry.end && list.at == list.end;
		int err = is_trailing_comma ? 1 : read_label(store, entry, table);

		if (err)
			return err < 0 ? err : 0;
	}
	return 0;
}

/* The call's name up to its parenthesis; @call is what is inside. */
static enum format_labels_kind eat_call(struct format_span *call)
{
	enum format_labels_kind kind = FORMAT_NO_LABELS;
	struct format_span name = format_eat_word(call);

	if (format_span_is(name, "__print_symbolic") ||
	    format_span_is(name, "__print_symbolic_u64"))
		kind = FORMAT_SYMBOLIC;
	else if (format_span_is(name, "__print_flags") || format_span_is(name, "__print_flags_u64"))
		kind = FORMAT_FLAGS;
	format_skip_space(call);
	if (!is_parenthesized(*call))
		return FORMAT_NO_LABELS;
	call->at++;
	call->end--;
	return kind;
}

static const char *eat_delimiter(struct format_store *store, struct format_span *list,
				 enum format_labels_kind kind)
{
	struct format_span argument;
	const char *delimiter;

	if (kind == FORMAT_SYMBOLIC)
		return "";
	if (!format_next_argument(list, &argument))
		return NULL;
	delimiter = format_eat_string(store, &argument);
	return argument.at == argument.end ? delimiter : NULL;
}

int format_read_labels(struct format_store *store, struct format_span call)
{
	__attribute__((cleanup(free_table))) struct label_table table = { 0 };
	enum format_labels_kind kind = eat_call(&call);
	struct format_field *field;
	struct format_span argument;
	const char *delimiter;
	int err;

	if (kind == FORMAT_NO_LABELS || !format_next_argument(&call, &argument))
		return 0;
	field = labelled_field(store, argument);
	if (!field || field->is_array || field->labels.items ||
	    (field->class != FORMAT_INT && field->class != FORMAT_BOOL))
		return 0;
	delimiter = eat_delimiter(store, &call, kind);
	err = delimiter ? read_table(store, call, &table) : -EINVAL;
	if (err || !table.count)
		return err == -ENOMEM ? err : 0;
	field->labels = (struct format_labels){ kind, delimiter, table.items, table.count };
	table.items = NULL;
	return 0;
}
