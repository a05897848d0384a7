/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "precheck.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "fail.h"

/*
 * libconfig reads what people write well, but trusts it. Seen with 1.5: an integer beyond 32 bits
 * wraps unless it ends in L, one beyond 64 bits is clamped, "\x00" vanishes from a string, other
 * unknown escapes stay as they are, a comment that never ends is no mistake, a string of many
 * parts and a group of many settings take quadratic time, nesting uses the stack, and @include
 * opens any file. So a lexer of its own looks at every token first. It is stricter than
 * libconfig's: what it lets through, both split into the same tokens. In particular a number is
 * the longest run of bytes that could belong to one, so that the L put behind each integer ends up
 * inside of the token that libconfig sees. Whether the tokens make a sentence is libconfig's job.
 */

#define MAX_NUMBER 40
#define MAX_TOKENS (32 * 1024)

struct scan {
	const char *name; /* of the file, for errors */
	const char *next;
	const char *end;
	unsigned int line;
	unsigned int depth;
	unsigned int settings[CONFIG_MAX_DEPTH + 1]; /* of the open group at each depth */
	unsigned int tokens;
	size_t string_length; /* of adjacent strings, which libconfig joins */
	char *out;
	size_t out_length;
	struct bpfhost_error *err;
};

static int fail_line(struct scan *scan, const char *what)
{
	return config_fail(scan->err, "%.200s:%u: %.250s", scan->name, scan->line, what);
}

/* The byte at a distance, or NUL behind the end: the text itself holds none. */
static char peek(const struct scan *scan, size_t distance)
{
	return distance < (size_t)(scan->end - scan->next) ? scan->next[distance] : '\0';
}

static void emit(struct scan *scan, size_t length)
{
	memcpy(scan->out + scan->out_length, scan->next, length);
	scan->out_length += length;
	scan->next += length;
}

/* Passes over bytes and counts their lines. */
static void pass(struct scan *scan, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (scan->next[i] == '\n')
			scan->line++;
	}
	emit(scan, length);
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static int scan_line_comment(struct scan *scan)
{
	const char *newline = memchr(scan->next, '\n', (size_t)(scan->end - scan->next));

	pass(scan, (size_t)((newline ? newline : scan->end) - scan->next));
	return 0;
}

static int scan_block_comment(struct scan *scan)
{
	const char *end = memmem(scan->next + 2, (size_t)(scan->end - scan->next) - 2, "*/", 2);

	if (!end)
		return fail_line(scan, "this comment does not end");
	pass(scan, (size_t)(end + 2 - scan->next));
	return 0;
}

/* The length of an escape at the cursor; 0 for what libconfig leaves as it is or swallows. */
static size_t escape_length(const struct scan *scan)
{
	char c = peek(scan, 1);

	if (c && strchr("nrtf\\\"", c))
		return 2;
	if (c != 'x' || !is_hex(peek(scan, 2)) || !is_hex(peek(scan, 3)))
		return 0;
	return peek(scan, 2) == '0' && peek(scan, 3) == '0' ? 0 : 4;
}

static int scan_string(struct scan *scan)
{
	unsigned int first_line = scan->line;
	size_t length;

	for (pass(scan, 1); peek(scan, 0) != '"'; pass(scan, length)) {
		if (scan->next == scan->end) {
			scan->line = first_line;
			return fail_line(scan, "this string does not end");
		}
		length = *scan->next == '\\' ? escape_length(scan) : 1;
		if (!length)
			return fail_line(scan, "unknown escape in a string; known are "
					       "\\n \\r \\t \\f \\\\ \\\" and \\xHH but \\x00");
		if (++scan->string_length > CONFIG_MAX_STRING)
			return fail_line(scan, "a string is longer than 16KiB");
	}
	pass(scan, 1);
	return 0;
}

static int scan_name(struct scan *scan)
{
	size_t length = 1;

	while (is_letter(peek(scan, length)) || is_digit(peek(scan, length)) ||
	       peek(scan, length) == '_' || peek(scan, length) == '-')
		length++;
	if (length > CONFIG_MAX_NAME)
		return fail_line(scan, "a name is longer than 63 bytes");
	emit(scan, length);
	return 0;
}

static bool is_integer(const char *token, bool *ret_hex)
{
	const char *digits = token + strspn(token, "+-");

	*ret_hex = token[0] == '0' && (token[1] == 'x' || token[1] == 'X');
	if (*ret_hex)
		return token[2] && !token[2 + strspn(token + 2, "0123456789abcdefABCDEF")];
	return digits - token <= 1 && *digits && !digits[strspn(digits, "0123456789")];
}

static int check_integer(struct scan *scan, const char *token, bool hex)
{
	const char *digits = token + strspn(token, "+-");

	if (!hex && digits[0] == '0' && digits[1])
		return fail_line(scan, "a number begins with 0, which some take for octal");
	errno = 0;
	(void)strtoll(token, NULL, hex ? 16 : 10);
	if (errno == ERANGE)
		return config_fail(scan->err, "%.200s:%u: %s is out of range (-2^63 to 2^63 - 1)",
				   scan->name, scan->line, token);
	return 0;
}

/* [sign] digits [. digits] [e [sign] digits], with a digit before or behind the point. */
static bool is_float(const char *token)
{
	const char *p = token + (*token == '+' || *token == '-');
	size_t whole = strspn(p, "0123456789"), fraction = 0;

	p += whole;
	if (*p == '.') {
		fraction = strspn(p + 1, "0123456789");
		p += 1 + fraction;
	}
	if (!whole && !fraction)
		return false;
	if (*p == 'e' || *p == 'E') {
		p++;
		p += *p == '+' || *p == '-';
		if (!is_digit(*p))
			return false;
		p += strspn(p, "0123456789");
	}
	return !*p;
}

static int check_float(struct scan *scan, const char *token)
{
	double number = strtod(token, NULL);

	if (number - number != 0)
		return config_fail(scan->err, "%.200s:%u: %s is out of range", scan->name,
				   scan->line, token);
	return 0;
}

/* Copies an integer with an L behind it, which makes libconfig keep 64 bits. */
static void emit_integer(struct scan *scan, size_t digits, size_t length)
{
	emit(scan, digits);
	scan->out[scan->out_length++] = 'L';
	scan->next += length - digits;
}

static size_t number_length(const struct scan *scan)
{
	size_t length = 0;
	char c = peek(scan, 0);

	while (is_digit(c) || is_letter(c) || (c && strchr("+-._", c)))
		c = peek(scan, ++length);
	return length;
}

static int scan_number(struct scan *scan)
{
	size_t length = number_length(scan), digits = length;
	char token[MAX_NUMBER + 1];
	bool hex;
	int ret;

	if (length > MAX_NUMBER)
		return fail_line(scan, "a number is longer than 40 bytes");
	while (digits && length - digits < 2 && scan->next[digits - 1] == 'L')
		digits--;
	memcpy(token, scan->next, length);
	token[digits] = '\0';
	if (is_integer(token, &hex)) {
		ret = check_integer(scan, token, hex);
		if (!ret)
			emit_integer(scan, digits, length);
		return ret;
	}
	if (digits != length || !is_float(token)) {
		token[digits] = digits < length ? 'L' : '\0';
		token[length] = '\0';
		return config_fail(scan->err,
				   "%.200s:%u: \"%s\" is not a number; a text is \"quoted\"",
				   scan->name, scan->line, token);
	}
	ret = check_float(scan, token);
	if (!ret)
		emit(scan, length);
	return ret;
}

static int open_bracket(struct scan *scan)
{
	if (scan->depth == CONFIG_MAX_DEPTH)
		return fail_line(scan, "brackets are nested deeper than 16");
	scan->settings[++scan->depth] = 0;
	return 0;
}

static int count_setting(struct scan *scan)
{
	if (++scan->settings[scan->depth] > CONFIG_MAX_SETTINGS)
		return fail_line(scan, "a group has more than 512 settings");
	return 0;
}

static int scan_mark(struct scan *scan)
{
	char c = *scan->next;
	int ret = 0;

	if (c == '=' || c == ':')
		ret = count_setting(scan);
	else if (c == '(' || c == '[' || c == '{')
		ret = open_bracket(scan);
	else if (c != ',' && c != ';' && scan->depth)
		scan->depth--;
	emit(scan, 1);
	return ret;
}

static int fail_byte(struct scan *scan)
{
	unsigned char c = (unsigned char)*scan->next;

	if (c == '@')
		return fail_line(scan, "@include is not supported; a configuration is one file");
	if (c == '\'')
		return fail_line(scan, "' is no quote here; a text is \"quoted\"");
	if (c > 0x20 && c < 0x7f)
		return config_fail(scan->err, "%.200s:%u: unexpected character \"%c\"", scan->name,
				   scan->line, c);
	return config_fail(scan->err, "%.200s:%u: unexpected byte 0x%02x", scan->name, scan->line,
			   c);
}

static int scan_token(struct scan *scan)
{
	char c = *scan->next;

	if (c != '"')
		scan->string_length = 0;
	if (++scan->tokens > MAX_TOKENS)
		return fail_line(scan, "the file holds more than 32768 words");
	if (c == '"')
		return scan_string(scan);
	if (is_letter(c))
		return scan_name(scan);
	if (is_digit(c) || c == '+' || c == '-' || c == '.')
		return scan_number(scan);
	if (strchr("=:;,(){}[]", c))
		return scan_mark(scan);
	return fail_byte(scan);
}

static int scan_next(struct scan *scan)
{
	char c = *scan->next;

	if (strchr(" \t\r\n\f", c)) {
		pass(scan, 1);
		return 0;
	}
	if (c == '#' || (c == '/' && peek(scan, 1) == '/'))
		return scan_line_comment(scan);
	if (c == '/' && peek(scan, 1) == '*')
		return scan_block_comment(scan);
	return scan_token(scan);
}

static int check_bytes(struct scan *scan, size_t length)
{
	const char *nul = memchr(scan->next, '\0', length);

	if (length > CONFIG_MAX_FILE)
		return config_fail(scan->err, "%.200s: is larger than 256KiB", scan->name);
	if (!nul)
		return 0;
	for (const char *p = scan->next; p < nul; p++)
		scan->line += *p == '\n';
	return fail_line(scan, "holds a NUL byte, so it is no text");
}

int precheck_text(const char *name, const char *text, size_t length, char **ret_text,
		  struct bpfhost_error *err)
{
	struct scan scan = {
		.name = name, .next = text, .end = text + length, .line = 1, .err = err
	};
	int ret = check_bytes(&scan, length);

	if (ret)
		return ret;
	/* At most one byte is added to each token, and a token has at least one. */
	scan.out = malloc(2 * length + 1);
	if (!scan.out)
		return config_fail_memory(err);
	while (!ret && scan.next < scan.end)
		ret = scan_next(&scan);
	if (ret) {
		free(scan.out);
		return ret;
	}
	scan.out[scan.out_length] = '\0';
	*ret_text = scan.out;
	return 0;
}
