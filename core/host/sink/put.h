/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Writing values as characters. Each call writes at p, which has room for what the comment says, and
 * returns where it ended; none writes a NUL. Those few that events are made of are inline.
 */
#ifndef SINK_PUT_H
#define SINK_PUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Blind copies of whole words may reach so far behind the end of what is returned. */
#define PUT_SLACK 16

extern const char put_pairs[201];     /* "00" "01" ... "99" */
extern const uint32_t put_powers[10]; /* of ten; the first is 0, so that 0 has a digit */

static inline char *put_bytes(char *p, const void *bytes, size_t size)
{
	memcpy(p, bytes, size);
	return p + size;
}

#define PUT_LITERAL(p, literal) put_bytes(p, literal, sizeof(literal) - 1)

/* Characters made before, with PUT_SLACK readable bytes behind them: no call for a few bytes. */
static inline char *put_blindly(char *p, const char *text, size_t size)
{
	for (size_t i = 0; i < size; i += 16)
		memcpy(p + i, text + i, 16);
	return p + size;
}

/* Exactly n digits, leading zeros included. */
static inline char *put_digits(char *p, uint32_t value, unsigned int n)
{
	char *at = p + n;

	for (; at - p >= 2; value /= 100)
		memcpy(at -= 2, put_pairs + value % 100 * 2, 2);
	if (at > p)
		*p = (char)('0' + value % 10);
	return p + n;
}

/* How many digits it has: each power of two has a number of digits, or one more above a limit. */
static inline unsigned int put_u32_length(uint32_t value)
{
	unsigned int guess = (32 - (unsigned int)__builtin_clz(value | 1)) * 1233 >> 12;

	return guess + (value >= put_powers[guess]);
}

/* 20 characters. */
char *put_u64_long(char *p, uint64_t value);

static inline char *put_u64(char *p, uint64_t value)
{
	if (value < 10) {
		*p = (char)('0' + value);
		return p + 1;
	}
	if (value > UINT32_MAX)
		return put_u64_long(p, value);
	return put_digits(p, (uint32_t)value, put_u32_length((uint32_t)value));
}

static inline char *put_i64(char *p, int64_t value)
{
	if (value >= 0)
		return put_u64(p, (uint64_t)value);
	*p = '-';
	return put_u64(p + 1, 0 - (uint64_t)value);
}

/* 18 characters: 0x1f. */
char *put_hex(char *p, uint64_t value);
/* 2 * size: lower-case, two digits a byte. */
char *put_hex_bytes(char *p, const void *bytes, size_t size);
/* 26: the shortest that reads back as the same number. Neither NaN nor infinite. */
char *put_double(char *p, double value);
char *put_float(char *p, float value);
/* 15: 192.168.0.1 */
char *put_ipv4(char *p, const uint8_t *address);
/* 45, as RFC 5952 says: 2001:db8::1, ::ffff:1.2.3.4 */
char *put_ipv6(char *p, const uint8_t *address);
/* 17: 02:00:5e:10:00:01 */
char *put_mac(char *p, const uint8_t *address);

/*
 * 6 * size and PUT_SLACK: the inside of a JSON string. Bytes that are not UTF-8 become U+FFFD each, and
 * *replaced is then set to true.
 */
char *put_json(char *p, const char *s, size_t size, bool *replaced);
/*
 * 4 * size: the same for a terminal; every control character, byte that is not UTF-8 and mark that
 * changes the direction of writing is escaped. *special is set to true when something was escaped
 * or a person would want to see quotes around it.
 */
char *put_plain(char *p, const char *s, size_t size, bool *special);
/* 4 * size: the same for a line of the log or of a command, whose quotes and backslashes are its own. */
char *put_line(char *p, const char *s, size_t size);

#endif
