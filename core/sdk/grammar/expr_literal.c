/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <arpa/inet.h>
#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "expr_internal.h"

static void clear_host_bits(struct expr_address *address)
{
	for (int i = 0; i < address->size; i++) {
		int keep = address->bits - i * 8;

		if (keep <= 0)
			address->bytes[i] = 0;
		else if (keep < 8)
			address->bytes[i] &= (uint8_t)(0xff << (8 - keep));
	}
}

static bool read_bits(const char *text, size_t length, struct expr_address *address)
{
	unsigned int bits = 0;

	if (!length || length > 3)
		return false;
	for (size_t i = 0; i < length; i++) {
		if (!grammar_is_digit(text[i]))
			return false;
		bits = bits * 10 + (unsigned int)(text[i] - '0');
	}
	if (bits > address->size * 8U)
		return false;
	address->bits = (uint8_t)bits;
	return true;
}

bool expr_read_address(const char *text, size_t length, struct expr_address *address)
{
	const char *slash = memchr(text, '/', length);
	size_t head = slash ? (size_t)(slash - text) : length;
	char copy[INET6_ADDRSTRLEN + 1];
	bool is_v6;

	if (head >= sizeof(copy))
		return false;
	memcpy(copy, text, head);
	copy[head] = '\0';
	memset(address, 0, sizeof(*address));
	is_v6 = strchr(copy, ':') != NULL;
	if (inet_pton(is_v6 ? AF_INET6 : AF_INET, copy, address->bytes) != 1)
		return false;
	address->size = is_v6 ? 16 : 4;
	address->bits = (uint8_t)(address->size * 8);
	if (slash && !read_bits(slash + 1, length - head - 1, address))
		return false;
	clear_host_bits(address);
	return true;
}

/* The length of what can only be an address: hex digits with two colons, or four numbers with
 * dots between them; its "/BITS" included. 0 when there is none. */
static size_t address_length(const char *at)
{
	size_t length = strspn(at, "0123456789abcdefABCDEF:.");
	unsigned int colons = 0, dots = 0;

	for (size_t i = 0; i < length; i++) {
		colons += at[i] == ':';
		dots += at[i] == '.';
	}
	if (colons < 2 && !(colons == 0 && dots == 3 && grammar_is_digit(*at)))
		return 0;
	if (at[length] != '/')
		return length;
	length++;
	return length + strspn(at + length, "0123456789");
}

static int read_address(struct grammar_cursor *cursor, size_t length, struct expr_side *side)
{
	const char *start = cursor->at;

	cursor->at += length;
	side->kind = EXPR_ADDRESS;
	if (grammar_is_name(*cursor->at) || !expr_read_address(start, length, &side->address))
		return grammar_fail(cursor, start, -EINVAL, NULL, "malformed address \"%.*s\"",
				    GRAMMAR_WORD(start, length));
	return 0;
}

/* Whether the number at AT has a fraction or a decimal exponent. */
static bool is_float(const char *at)
{
	size_t digits = strspn(at, "0123456789");

	if (digits && at[digits] == '.' && grammar_is_digit(at[digits + 1]))
		return true;
	if (!digits || (at[digits] | 0x20) != 'e')
		return false;
	at += digits + 1;
	at += *at == '+' || *at == '-';
	return grammar_is_digit(*at);
}

/* strtod() would follow the locale of the process, which is not ours. */
static int read_float(struct grammar_cursor *cursor, bool negative, struct expr_side *side)
{
	locale_t plain = newlocale(LC_ALL_MASK, "C", NULL);
	const char *start = cursor->at;
	char *end;
	double real;

	if (!plain)
		return grammar_fail(cursor, start, -ENOMEM, NULL, "out of memory");
	real = strtod_l(start, &end, plain);
	freelocale(plain);
	cursor->at = end;
	if (grammar_is_name(*end) || !isfinite(real))
		return grammar_fail(cursor, start, -EINVAL, NULL, "malformed number");
	side->kind = EXPR_FLOAT;
	side->real = negative ? -real : real;
	return 0;
}

static int read_number(struct grammar_cursor *cursor, struct expr_side *side)
{
	const char *start = cursor->at;
	bool negative = *cursor->at == '-';
	uint64_t number;
	int err;

	cursor->at += negative;
	if (!grammar_is_digit(*cursor->at))
		return grammar_fail(cursor, start, -EINVAL, NULL, "a number must follow '-'");
	if (is_float(cursor->at))
		return read_float(cursor, negative, side);
	err = grammar_read_number(cursor, &number);
	if (err)
		return err;
	if (negative && number > (uint64_t)INT64_MAX + 1)
		return grammar_fail(cursor, start, -EINVAL, NULL, "number below -2^63");
	side->kind = EXPR_NUMBER;
	side->negative = negative && number;
	side->value = negative ? -number : number;
	return 0;
}

static void read_name(struct bpfhost_expr *expr, struct grammar_cursor *cursor, size_t length,
		      struct expr_side *side)
{
	char *copy = expr->pool + expr->pool_used;

	memcpy(copy, cursor->at, length);
	copy[length] = '\0';
	expr->pool_used += length + 1;
	cursor->at += length;
	side->kind = EXPR_NAME;
	side->name_count = 1;
	side->names[0] = (struct expr_name){ .text = copy, .offset = side->offset };
}

static int read_string(struct bpfhost_expr *expr, struct grammar_cursor *cursor,
		       struct expr_side *side)
{
	char *copy = expr->pool + expr->pool_used;
	size_t length;
	int err = grammar_read_string(cursor, copy, BPFHOST_EXPR_STRING_MAX + 1, &length);

	if (err)
		return err;
	expr->pool_used += length + 1;
	side->kind = EXPR_STRING;
	side->string = copy;
	side->length = (uint32_t)length;
	return 0;
}

int expr_read_literal(struct bpfhost_expr *expr, struct grammar_cursor *cursor,
		      struct expr_side *side)
{
	const char *at = cursor->at;
	size_t length = address_length(at);

	memset(side, 0, sizeof(*side));
	side->offset = (uint32_t)(at - cursor->text);
	if (length)
		return read_address(cursor, length, side);
	if (*at == '"')
		return read_string(expr, cursor, side);
	if (*at == '-' || grammar_is_digit(*at))
		return read_number(cursor, side);
	length = grammar_name_length(at);
	if (length) {
		read_name(expr, cursor, length, side);
		return 0;
	}
	if (!*at)
		return grammar_fail(cursor, at, -EINVAL, NULL,
				    "the text ends where a field or a value must follow");
	return grammar_fail(cursor, at, -EINVAL,
			    *at == '\'' ? "strings are written in double quotes" : NULL,
			    "'%c' where a field or a value must follow", *at);
}
