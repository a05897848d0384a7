/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "expr_internal.h"
#include "probe_internal.h"

/* The public struct with what its const pointers point to. */
struct probe {
	struct bpfhost_probe public;
	char *pool; /* parts and names, each with its NUL: behind the text */
	size_t pool_used;
	struct bpfhost_probe_part parts[BPFHOST_PROBE_PART_MAX];
	struct bpfhost_probe_param params[BPFHOST_PROBE_PARAM_MAX];
	size_t text_size; /* with its NUL; the pool has twice as much */
	char text[];
};

struct parser {
	struct grammar_cursor cursor;
	struct probe *probe;
};

/* Paths, symbols with versions and offsets, addresses and globs; all else is quoted. */
static bool is_part_letter(const char *at)
{
	if (at[0] == '-' && at[1] == '>')
		return false;
	return *at && (grammar_is_name(*at) || (*at & 0x80) || strchr("/.+-@$*?&%~=#", *at));
}

static uint32_t offset_of(const struct parser *parser, const char *at)
{
	return (uint32_t)(at - parser->cursor.text);
}

static const char *keep(struct probe *probe, const char *start, size_t length)
{
	char *copy = probe->pool + probe->pool_used;

	memcpy(copy, start, length);
	copy[length] = '\0';
	probe->pool_used += length + 1;
	return copy;
}

static int read_quoted_part(struct parser *parser, struct bpfhost_probe_part *part)
{
	struct probe *probe = parser->probe;
	char *copy = probe->pool + probe->pool_used;
	const char *start = parser->cursor.at;
	size_t length;
	int err = grammar_read_string(&parser->cursor, copy,
				      2 * probe->text_size - probe->pool_used, &length);

	if (err)
		return err;
	if (!length)
		return grammar_fail(&parser->cursor, start, -EINVAL, NULL, "empty quoted part");
	probe->pool_used += length + 1;
	part->text = copy;
	part->quoted = true;
	return 0;
}

static int read_plain_part(struct parser *parser, struct bpfhost_probe_part *part)
{
	const char *start = parser->cursor.at;
	size_t length = 0;

	while (is_part_letter(start + length))
		length++;
	if (!length && *start == ':')
		return grammar_fail(&parser->cursor, start, -EINVAL,
				    "quote a name that holds \"::\"", "empty part of a probe");
	if (!length && !*start)
		return grammar_fail(&parser->cursor, start, -EINVAL, NULL,
				    "the text ends where a part of the probe must follow");
	if (!length)
		return grammar_fail(&parser->cursor, start, -EINVAL,
				    "a part with such letters is quoted",
				    "'%c' where a part of the probe must follow", *start);
	part->text = keep(parser->probe, start, length);
	part->has_glob = strpbrk(part->text, "*?") != NULL;
	parser->cursor.at += length;
	return 0;
}

static int parse_parts(struct parser *parser)
{
	struct probe *probe = parser->probe;
	struct bpfhost_probe *public = &probe->public;
	int err = 0;

	do {
		struct bpfhost_probe_part *part = &probe->parts[public->part_count];

		grammar_skip_space(&parser->cursor);
		if (public->part_count == BPFHOST_PROBE_PART_MAX)
			return grammar_fail(&parser->cursor, parser->cursor.at, -E2BIG, NULL,
					    "more than %d parts between ':'",
					    BPFHOST_PROBE_PART_MAX);
		public->part_count++;
		part->offset = offset_of(parser, parser->cursor.at);
		if (*parser->cursor.at == '"')
			err = read_quoted_part(parser, part);
		else
			err = read_plain_part(parser, part);
	} while (!err && grammar_accept(&parser->cursor, ":"));
	return err;
}

/* A name, or behind a "->" a number too: an offset in bytes. */
static size_t param_step_length(const struct bpfhost_probe_param *param, const char *at)
{
	size_t length = 0;

	if (!param->has_chain || !grammar_is_digit(*at))
		return grammar_name_length(at);
	while (grammar_is_name(at[length]))
		length++;
	return length;
}

/* "name", "name->field->field" or "name->16"; the chain is kept without spaces. */
static int read_param_name(struct parser *parser, struct bpfhost_probe_param *param)
{
	struct grammar_cursor *cursor = &parser->cursor;
	struct probe *probe = parser->probe;
	char *copy = probe->pool + probe->pool_used;

	for (;;) {
		size_t length;

		grammar_skip_space(cursor);
		length = param_step_length(param, cursor->at);
		if (!length)
			return grammar_fail(cursor, cursor->at, -EINVAL, NULL,
					    "a parameter's name is missing");
		keep(probe, cursor->at, length);
		cursor->at += length;
		if (!grammar_accept(cursor, "->"))
			break;
		param->has_chain = true;
		memcpy(probe->pool + probe->pool_used - 1, "->", 2);
		probe->pool_used++;
	}
	param->name = copy;
	return 0;
}

static int read_param_offset(struct parser *parser, struct bpfhost_probe_param *param)
{
	struct grammar_cursor *cursor = &parser->cursor;
	const char *at;
	uint64_t offset;
	int err;

	if (!grammar_accept(cursor, "@"))
		return 0;
	grammar_skip_space(cursor);
	at = cursor->at;
	if (param->has_chain)
		return grammar_fail(cursor, at, -EINVAL, NULL,
				    "a chain of fields takes no '@OFFSET'");
	if (!grammar_is_digit(*at))
		return grammar_fail(cursor, at, -EINVAL, NULL, "an offset must follow '@'");
	err = grammar_read_number(cursor, &offset);
	if (err)
		return err;
	if (offset > BPFHOST_PROBE_OFFSET_MAX)
		return grammar_fail(cursor, at, -EINVAL, NULL, "offset beyond %d",
				    BPFHOST_PROBE_OFFSET_MAX);
	param->offset = (uint32_t)offset;
	param->has_offset = true;
	return 0;
}

static int read_param_type(struct parser *parser, struct bpfhost_probe_param *param)
{
	struct grammar_cursor *cursor = &parser->cursor;
	const char *at;
	int err;

	if (!grammar_accept(cursor, ":")) {
		if (!param->has_offset)
			return 0;
		return grammar_fail(cursor, cursor->at, -EINVAL, NULL,
				    "a type must follow the offset of \"%.64s\"", param->name);
	}
	grammar_skip_space(cursor);
	at = cursor->at;
	err = probe_read_type(cursor, &param->type);
	if (!err && param->type.kind == BPFHOST_PROBE_TYPE_VOID)
		err = grammar_fail(cursor, at, -EINVAL, NULL, "a parameter cannot be void");
	return err;
}

static int parse_param(struct parser *parser)
{
	struct probe *probe = parser->probe;
	struct bpfhost_probe_param *param;
	int err;

	grammar_skip_space(&parser->cursor);
	if (probe->public.param_count == BPFHOST_PROBE_PARAM_MAX)
		return grammar_fail(&parser->cursor, parser->cursor.at, -E2BIG, NULL,
				    "more than %d parameters", BPFHOST_PROBE_PARAM_MAX);
	param = &probe->params[probe->public.param_count++];
	param->text_offset = offset_of(parser, parser->cursor.at);
	err = read_param_name(parser, param);
	if (!err)
		err = read_param_offset(parser, param);
	if (!err)
		err = read_param_type(parser, param);
	return err;
}

#define PATH_HINT "a path with such letters is quoted, as in \"/opt/my app\":main"

/* A path alone has been read, which is no whole probe, so its end is elsewhere. */
static bool is_path_cut_short(const struct parser *parser)
{
	const struct bpfhost_probe *public = &parser->probe->public;
	const char *path = public->parts[0].text;

	return public->part_count == 1 && !public->parts[0].quoted &&
	       (path[0] == '/' || !strncmp(path, "./", 2) || !strncmp(path, "../", 3));
}

static int parse_params(struct parser *parser)
{
	struct grammar_cursor *cursor = &parser->cursor;
	int err = 0;

	if (!grammar_accept(cursor, "("))
		return 0;
	if (is_path_cut_short(parser))
		return grammar_fail(cursor, cursor->at - 1, -EINVAL, PATH_HINT, "unexpected '('");
	parser->probe->public.has_params = true;
	if (grammar_accept(cursor, ")"))
		return 0;
	do {
		err = parse_param(parser);
	} while (!err && grammar_accept(cursor, ","));
	if (!err && !grammar_accept(cursor, ")"))
		err = grammar_fail(cursor, cursor->at, -EINVAL,
				   *cursor->at == '.' ? "fields are named behind \"->\"" : NULL,
				   "',' or ')' must follow the parameter");
	return err;
}

static int parse_return(struct parser *parser)
{
	if (!grammar_accept(&parser->cursor, "->"))
		return 0;
	return probe_read_type(&parser->cursor, &parser->probe->public.returns);
}

static int parse_condition(struct parser *parser)
{
	struct grammar_cursor *cursor = &parser->cursor;
	struct bpfhost_probe *public = &parser->probe->public;

	public->expr_text = "";
	grammar_skip_space(cursor);
	if (!grammar_is_space(cursor->at[-1]) && cursor->at[-1] != ')')
		return 0;
	if (!grammar_accept_word(cursor, "if"))
		return 0;
	grammar_skip_space(cursor);
	public->expr_text = cursor->at;
	public->expr_offset = offset_of(parser, cursor->at);
	if (!*cursor->at)
		return grammar_fail(cursor, cursor->at, -EINVAL, NULL,
				    "a condition must follow 'if'");
	return expr_parse_cursor(cursor, &public->expr);
}

static int refuse_rest(const struct parser *parser)
{
	const struct grammar_cursor *cursor = &parser->cursor;
	const char *hint = NULL;

	if (is_path_cut_short(parser))
		hint = PATH_HINT;
	else if (*cursor->at == ',')
		hint = "one probe a value";
	else if (grammar_is_space(cursor->at[-1]) || cursor->at[-1] == ')')
		hint = "a condition begins with \"if\"";
	else if (*cursor->at == '"' || *cursor->at == '<' || *cursor->at == '[')
		hint = "a part with such letters is quoted as a whole";
	return grammar_fail(cursor, cursor->at, -EINVAL, hint, "unexpected '%c'", *cursor->at);
}

static int parse_whole(struct parser *parser)
{
	int err = parse_parts(parser);

	if (!err)
		err = parse_params(parser);
	if (!err)
		err = parse_return(parser);
	if (!err)
		err = parse_condition(parser);
	if (err || parser->probe->public.expr)
		return err;
	grammar_skip_space(&parser->cursor);
	return *parser->cursor.at ? refuse_rest(parser) : 0;
}

static struct probe *new_probe(const char *text, size_t length)
{
	struct probe *probe = calloc(1, sizeof(*probe) + 3 * (length + 1));

	if (!probe)
		return NULL;
	memcpy(probe->text, text, length);
	probe->text_size = length + 1;
	probe->pool = probe->text + length + 1;
	probe->public.text = probe->text;
	probe->public.parts = probe->parts;
	probe->public.params = probe->params;
	return probe;
}

int bpfhost_probe_parse(const char *text, struct bpfhost_probe **ret_probe,
			struct bpfhost_error *err)
{
	size_t length = strnlen(text, BPFHOST_PROBE_TEXT_MAX + 1);
	struct parser parser = { .cursor = { .err = err } };
	int failed;

	if (length > BPFHOST_PROBE_TEXT_MAX) {
		bpfhost_error_set(err, BPFHOST_PROBE_TEXT_MAX, "probe of more than %d bytes",
				  BPFHOST_PROBE_TEXT_MAX);
		return -E2BIG;
	}
	parser.probe = new_probe(text, length);
	if (!parser.probe) {
		bpfhost_error_set(err, 0, "out of memory");
		return -ENOMEM;
	}
	parser.cursor.text = parser.probe->text;
	parser.cursor.at = parser.probe->text;
	failed = parse_whole(&parser);
	if (failed) {
		bpfhost_probe_free(&parser.probe->public);
		return failed;
	}
	*ret_probe = &parser.probe->public;
	return 0;
}

void bpfhost_probe_free(struct bpfhost_probe *probe)
{
	if (!probe)
		return;
	bpfhost_expr_free(probe->expr);
	free((char *)probe - offsetof(struct probe, public));
}
