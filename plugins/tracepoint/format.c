/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A format file is a few "key: value" lines, one line for each field, and one long line that is the
 * argument list of the kernel's printk for this event:
 *
 *	name: sched_switch
 *	ID: 372
 *	format:
 *		field:unsigned short common_type;	offset:0;	size:2;	signed:0;
 *
 *		field:char prev_comm[16];	offset:8;	size:16;	signed:0;
 *
 *	print fmt: "prev_comm=%s ...", REC->prev_comm, ...
 *
 * The declarations are the C text that the event's author wrote, not a syntax of the kernel's: only
 * offset, size and sign can be relied on. So a declaration that is not understood makes its field
 * opaque or leaves it out, while a damaged offset or size fails the whole text: from such a file
 * nothing would be read rightly.
 */
#include "format.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "format_internal.h"

struct format_parser {
	struct format_store *store;
	struct format_span rest;
	bool is_syscall;
	bool has_id;
	unsigned int line;
	const char *cause;
};

static int fail(struct format_parser *parser, const char *cause)
{
	parser->cause = cause;
	return -EBADMSG;
}

static bool eat_number(struct format_span *span, uint32_t max, uint32_t *ret_number)
{
	uint64_t number = 0;
	const char *start = span->at;

	for (; span->at < span->end && *span->at >= '0' && *span->at <= '9'; span->at++) {
		number = number * 10 + (uint64_t)(*span->at - '0');
		if (number > max)
			return false;
	}
	if (span->at == start)
		return false;
	*ret_number = (uint32_t)number;
	return true;
}

/* "key:NUMBER;" */
static bool eat_property(struct format_span *span, const char *key, uint32_t max, uint32_t *ret)
{
	return format_eat_token(span, key) && eat_number(span, max, ret) &&
	       format_eat_token(span, ";");
}

/* Cut the trailing "[4]"s off @decl. Their product, or 0 where one is no number, is the result. */
static bool cut_dimensions(struct format_span *decl, uint32_t *ret_product)
{
	uint32_t product = 1;
	bool found = false;

	while (decl->at < decl->end && decl->end[-1] == ']') {
		struct format_span inner = { decl->end - 1, decl->end - 1 };
		uint32_t number = 0;

		while (inner.at > decl->at && inner.at[-1] != '[')
			inner.at--;
		if (inner.at == decl->at)
			break;
		decl->end = inner.at - 1;
		*decl = format_trim(*decl);
		inner = format_trim(inner);
		if (!eat_number(&inner, FORMAT_RECORD_MAX, &number) || inner.at < inner.end)
			number = 0;
		product = number && product <= FORMAT_RECORD_MAX / number ? product * number : 0;
		found = true;
	}
	*ret_product = found ? product : 0;
	return found;
}

/* Cut a bit field's ": 3" off @decl. */
static bool cut_bits(struct format_span *decl)
{
	struct format_span head = *decl;

	while (head.at < head.end && head.end[-1] >= '0' && head.end[-1] <= '9')
		head.end--;
	if (head.end == decl->end)
		return false;
	head = format_trim(head);
	if (head.at == head.end || head.end[-1] != ':')
		return false;
	head.end--;
	*decl = format_trim(head);
	return true;
}

/* Cut the name, the last word, off @decl; empty where the declaration ends otherwise. */
static struct format_span cut_name(struct format_span *decl)
{
	struct format_span name = { decl->end, decl->end };

	while (name.at > decl->at && format_is_word_char(name.at[-1]))
		name.at--;
	decl->end = name.at;
	*decl = format_trim(*decl);
	return name;
}

static enum format_location cut_location(struct format_span *decl)
{
	struct format_span rest = *decl;
	struct format_span word = format_eat_word(&rest);
	enum format_location location = FORMAT_FIXED;

	if (format_span_is(word, "__data_loc"))
		location = FORMAT_DATA_LOC;
	else if (format_span_is(word, "__rel_loc"))
		location = FORMAT_REL_LOC;
	if (location != FORMAT_FIXED)
		*decl = format_trim(rest);
	return location;
}

/* Fill @field from its C declaration. 1 when it has no name to ask for it by. */
static int read_declaration(struct format_parser *parser, struct format_span decl,
			    struct format_field *field)
{
	uint32_t dimension = 0, ignored = 0;
	struct format_span name;
	bool is_bit_field;

	field->location = cut_location(&decl);
	is_bit_field = cut_bits(&decl);
	field->is_array = cut_dimensions(&decl, &dimension);
	name = cut_name(&decl);
	if (name.at == name.end)
		return 1;
	if (field->location != FORMAT_FIXED) {
		cut_dimensions(&decl, &ignored);
		field->is_array = true;
	}
	field->is_common = format_eat(&(struct format_span){ name.at, name.end }, "common_");
	field->name = format_keep(parser->store, name);
	field->type = format_keep(parser->store, decl);
	if (!field->name || !field->type)
		return fail(parser, "more text than can be kept");
	format_classify(field, parser->is_syscall, is_bit_field, dimension);
	return 0;
}

static int add_field(struct format_parser *parser, const struct format_field *field)
{
	struct format_store *store = parser->store;
	size_t count = store->format.field_count;

	if (count == FORMAT_FIELDS_MAX) {
		parser->cause = "more fields than any event can have";
		return -E2BIG;
	}
	if (count == store->capacity) {
		size_t capacity = count ? count * 2 : 16;
		struct format_field *fields = reallocarray(store->fields, capacity, sizeof(*field));

		if (!fields)
			return -ENOMEM;
		store->fields = fields;
		store->capacity = capacity;
	}
	store->fields[count] = *field;
	store->format.fields = store->fields;
	store->format.field_count++;
	return 0;
}

/* Where the last "offset:" of a field line begins: a declaration may hold anything, even ";". */
static const char *find_offset(struct format_span line)
{
	static const char key[] = "offset:";
	const size_t len = sizeof(key) - 1;

	if ((size_t)(line.end - line.at) <= len)
		return NULL;
	for (const char *at = line.end - len; at > line.at; at--)
		if (!memcmp(at, key, len) && !format_is_word_char(at[-1]))
			return at;
	return NULL;
}

static int read_field(struct format_parser *parser, struct format_span line)
{
	const char *properties = find_offset(line);
	struct format_field field = { 0 };
	struct format_span decl;
	uint32_t is_signed = 0;
	int err;

	if (!properties)
		return fail(parser, "a field without offset");
	decl = format_trim((struct format_span){ line.at, properties });
	if (decl.at == decl.end || decl.end[-1] != ';')
		return fail(parser, "a field without ';' behind its declaration");
	decl.end--;
	line.at = properties;
	if (!eat_property(&line, "offset:", FORMAT_RECORD_MAX, &field.offset))
		return fail(parser, "a field's offset is no number of at most 65535");
	if (!eat_property(&line, "size:", FORMAT_RECORD_MAX - field.offset, &field.size))
		return fail(parser, "a field's size is no number that fits into a record");
	/* Kernels before 2.6.33 have no "signed:". */
	format_skip_space(&line);
	if (line.at < line.end && !eat_property(&line, "signed:", 1, &is_signed))
		return fail(parser, "a field's sign is neither 0 nor 1");
	field.is_signed = is_signed;
	err = read_declaration(parser, format_trim(decl), &field);
	if (err)
		return err < 0 ? err : 0;
	return add_field(parser, &field);
}

static int read_name(struct format_parser *parser, struct format_span line)
{
	line = format_trim(line);
	if (line.at == line.end)
		return fail(parser, "the name is empty");
	if (parser->store->format.name)
		return fail(parser, "a second name");
	parser->store->format.name = format_keep(parser->store, line);
	return parser->store->format.name ? 0 : fail(parser, "more text than can be kept");
}

static int read_id(struct format_parser *parser, struct format_span line)
{
	line = format_trim(line);
	if (!eat_number(&line, UINT32_MAX, &parser->store->format.id) || line.at < line.end)
		return fail(parser, "the ID is no number");
	parser->has_id = true;
	return 0;
}

static int read_line(struct format_parser *parser, struct format_span line)
{
	format_skip_space(&line);
	if (line.at == line.end || format_eat(&line, "format:"))
		return 0;
	if (format_eat(&line, "name:"))
		return read_name(parser, line);
	if (format_eat(&line, "ID:"))
		return read_id(parser, line);
	if (format_eat(&line, "field:") || format_eat(&line, "field special:"))
		return read_field(parser, line);
	return fail(parser, "neither name, ID, field nor print fmt");
}

static int check_complete(struct format_parser *parser)
{
	if (!parser->store->format.name)
		return fail(parser, "no name before print fmt");
	if (!parser->has_id)
		return fail(parser, "no ID before print fmt");
	if (!parser->store->format.field_count)
		return fail(parser, "no field before print fmt");
	return 0;
}

static int read_lines(struct format_parser *parser)
{
	struct format_span *rest = &parser->rest;

	while (rest->at < rest->end) {
		const char *end = memchr(rest->at, '\n', (size_t)(rest->end - rest->at));
		struct format_span line = { rest->at, end ? end : rest->end };
		int err;

		parser->line++;
		if (format_eat(&line, "print fmt:")) {
			err = check_complete(parser);
			line.end = rest->end;
			return err ? err : format_read_print(parser->store, line);
		}
		err = read_line(parser, line);
		if (err)
			return err;
		rest->at = end ? end + 1 : rest->end;
	}
	return fail(parser, "the text ends before print fmt");
}

static int new_store(size_t text_len, struct format_store **ret_store)
{
	struct format_store *store = calloc(1, sizeof(*store));

	if (!store)
		return -ENOMEM;
	/* Each part of the text is kept once, with a NUL: twice the length is always enough. */
	store->strings_size = text_len * 2 + 16;
	store->strings = malloc(store->strings_size);
	if (!store->strings) {
		format_free(&store->format);
		return -ENOMEM;
	}
	*ret_store = store;
	return 0;
}

int format_parse(const char *category, const char *text, size_t len, struct format **ret_format,
		 struct format_error *ret_error)
{
	struct format_parser parser = {
		.rest = { text, text + len },
		.is_syscall = !strcmp(category, "syscalls"),
	};
	int err;

	if (len > FORMAT_TEXT_MAX) {
		parser.cause = "longer than 1 MiB";
		err = -E2BIG;
	} else if (memchr(text, '\0', len)) {
		parser.cause = "a NUL in the text";
		err = -EBADMSG;
	} else {
		err = new_store(len, &parser.store);
		if (!err)
			err = read_lines(&parser);
	}
	if (!err) {
		*ret_format = &parser.store->format;
		return 0;
	}
	if (parser.store)
		format_free(&parser.store->format);
	if (ret_error && parser.cause)
		*ret_error = (struct format_error){ parser.line, parser.cause };
	return err;
}

void format_free(struct format *format)
{
	struct format_store *store = (struct format_store *)format;

	if (!store)
		return;
	for (size_t i = 0; i < store->format.field_count; i++)
		free((void *)store->fields[i].labels.items);
	free(store->fields);
	free(store->strings);
	free(store);
}

struct format_field *format_field_of(struct format_store *store, struct format_span name)
{
	for (size_t i = 0; i < store->format.field_count; i++)
		if (format_span_is(name, store->fields[i].name))
			return &store->fields[i];
	return NULL;
}

const struct format_field *format_find(const struct format *format, const char *name)
{
	for (size_t i = 0; i < format->field_count; i++)
		if (!strcmp(name, format->fields[i].name))
			return &format->fields[i];
	return NULL;
}
