/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "put.h"

#include <bpfhost/utf8.h>
#include <stdio.h>
#include <stdlib.h>

#define ONES  0x0101010101010101ULL
#define HIGHS 0x8080808080808080ULL

static const char hex_digits[] = "0123456789abcdef";

const char put_pairs[201] = "00010203040506070809"
			    "10111213141516171819"
			    "20212223242526272829"
			    "30313233343536373839"
			    "40414243444546474849"
			    "50515253545556575859"
			    "60616263646566676869"
			    "70717273747576777879"
			    "80818283848586878889"
			    "90919293949596979899";

const uint32_t put_powers[10] = {
	0, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000,
};

char *put_u64_long(char *p, uint64_t value)
{
	const uint32_t billion = 1000000000;

	p = put_u64(p, value / billion);
	return put_digits(p, (uint32_t)(value % billion), 9);
}

char *put_hex(char *p, uint64_t value)
{
	unsigned int n = value ? (67U - (unsigned int)__builtin_clzll(value)) / 4 : 1;

	*p++ = '0';
	*p++ = 'x';
	for (unsigned int i = n; i--; value >>= 4)
		p[i] = hex_digits[value & 15];
	return p + n;
}

char *put_hex_bytes(char *p, const void *bytes, size_t size)
{
	const uint8_t *b = bytes;

	for (size_t i = 0; i < size; i++) {
		*p++ = hex_digits[b[i] >> 4];
		*p++ = hex_digits[b[i] & 15];
	}
	return p;
}

char *put_double(char *p, double value)
{
	char text[32];
	int n = 0;

	for (int digits = 15; digits <= 17; digits++) {
		n = snprintf(text, sizeof(text), "%.*g", digits, value);
		if (strtod(text, NULL) == value)
			break;
	}
	return put_bytes(p, text, (size_t)n);
}

char *put_float(char *p, float value)
{
	char text[32];
	int n = 0;

	for (int digits = 6; digits <= 9; digits++) {
		n = snprintf(text, sizeof(text), "%.*g", digits, (double)value);
		if (strtof(text, NULL) == value)
			break;
	}
	return put_bytes(p, text, (size_t)n);
}

char *put_ipv4(char *p, const uint8_t *address)
{
	for (int i = 0; i < 4; i++) {
		if (i)
			*p++ = '.';
		p = put_u64(p, address[i]);
	}
	return p;
}

/* The longest run of at least two zero groups, the first of equals; its length, 0 if there is none. */
static int zero_run(const uint16_t *group, int *ret_start)
{
	int best = 1, start = -1;

	for (int i = 0; i < 8; i++) {
		int n = 0;

		while (i + n < 8 && !group[i + n])
			n++;
		if (n > best) {
			best = n;
			start = i;
		}
		i += n;
	}
	*ret_start = start;
	return start < 0 ? 0 : best;
}

static char *put_group(char *p, unsigned int value)
{
	for (int shift = 12; shift >= 0; shift -= 4)
		if (value >> shift || !shift)
			*p++ = hex_digits[value >> shift & 15];
	return p;
}

char *put_ipv6(char *p, const uint8_t *address)
{
	uint16_t group[8];
	int start, run, last = 8;

	for (int i = 0; i < 8; i++)
		group[i] = (uint16_t)(address[2 * i] << 8 | address[2 * i + 1]);
	run = zero_run(group, &start);
	if (!start && run == 5 && group[5] == 0xffff)
		last = 6;
	for (int i = 0; i < last; i++) {
		if (i == start) {
			p = PUT_LITERAL(p, "::");
			i += run - 1;
			continue;
		}
		p = put_group(p, group[i]);
		if (i < 7 && i + 1 != start)
			*p++ = ':';
	}
	return last == 8 ? p : put_ipv4(p, address + 12);
}

char *put_mac(char *p, const uint8_t *address)
{
	for (int i = 0; i < 6; i++) {
		if (i)
			*p++ = ':';
		p = put_hex_bytes(p, address + i, 1);
	}
	return p;
}

/*
 * Characters that people cannot see, take for a space between two fields, or that reorder what they see:
 * C1 controls, the spaces, line separators, and what The Unicode Standard 15.0 calls Default_Ignorable_Code_Point
 * (DerivedCoreProperties.txt), which has all direction marks.
 */
static bool is_invisible(uint32_t c)
{
	static const struct {
		uint32_t first, last;
	} ranges[] = {
		{ 0x80, 0xa0 },       { 0xad, 0xad },       { 0x34f, 0x34f },
		{ 0x61c, 0x61c },     { 0x115f, 0x1160 },   { 0x1680, 0x1680 },
		{ 0x17b4, 0x17b5 },   { 0x180b, 0x180f },   { 0x2000, 0x200f },
		{ 0x2028, 0x202f },   { 0x205f, 0x206f },   { 0x2800, 0x2800 },
		{ 0x3000, 0x3000 },   { 0x3164, 0x3164 },   { 0xfe00, 0xfe0f },
		{ 0xfeff, 0xfeff },   { 0xffa0, 0xffa0 },   { 0xfff0, 0xfffb },
		{ 0x1bca0, 0x1bca3 }, { 0x1d173, 0x1d17a }, { 0xe0000, 0xe0fff },
	};

	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]) && c >= ranges[i].first; i++)
		if (c <= ranges[i].last)
			return true;
	return false;
}

static uint32_t code_point(const uint8_t *s, unsigned int n)
{
	uint32_t c = s[0] & (0xffU >> (n + 1));

	for (unsigned int i = 1; i < n; i++)
		c = c << 6 | (s[i] & 0x3f);
	return c;
}

static char *put_hex_digits(char *p, uint32_t value, int digits)
{
	for (int shift = 4 * digits - 4; shift >= 0; shift -= 4)
		*p++ = hex_digits[value >> shift & 15];
	return p;
}

/* Whether one of eight bytes is a control character, a quote, a backslash or not ASCII. */
static inline bool word_is_special(uint64_t x)
{
	uint64_t quote = x ^ ONES * '"', slash = x ^ ONES * '\\', del = x ^ ONES * 0x7f;

	return ((x | (x - ONES * 0x20) | (quote - ONES) | (slash - ONES) | (del - ONES)) & HIGHS) !=
	       0;
}

static char *put_json_escape(char *p, uint8_t c)
{
	const char *at = strchr("\"\"\\\\\nn\tt\rr\bb\ff", c);

	*p++ = '\\';
	if (c && at) {
		*p++ = at[1];
		return p;
	}
	p = PUT_LITERAL(p, "u00");
	return put_hex_bytes(p, &c, 1);
}

/* JSON is read on terminals too, which obey some of these; two halves beyond what four digits can say. */
static char *put_json_wide(char *p, const uint8_t *s, unsigned int n)
{
	uint32_t c = code_point(s, n);

	if (!is_invisible(c))
		return put_bytes(p, s, n);
	p = PUT_LITERAL(p, "\\u");
	if (c < 0x10000)
		return put_hex_digits(p, c, 4);
	p = put_hex_digits(p, 0xd7c0 + (c >> 10), 4);
	return put_hex_digits(PUT_LITERAL(p, "\\u"), 0xdc00 + (c & 0x3ff), 4);
}

/* One character of a JSON string; *size is how many bytes of s it took. */
static char *put_json_char(char *p, const uint8_t *s, size_t *size, bool *replaced)
{
	unsigned int n;

	if (s[0] < 0x80) {
		*size = 1;
		if (s[0] < 0x20 || s[0] == 0x7f || s[0] == '"' || s[0] == '\\')
			return put_json_escape(p, s[0]);
		*p = (char)s[0];
		return p + 1;
	}
	n = bpfhost_utf8_length(s, *size);
	*size = n ? n : 1;
	if (n)
		return put_json_wide(p, s, n);
	*replaced = true;
	return PUT_LITERAL(p, "\xef\xbf\xbd");
}

/* Up to seven characters with nothing special among them; NULL when there is. */
static char *put_json_tail(char *p, const char *s, size_t size)
{
	uint32_t first, last;

	if (size >= 4) {
		memcpy(&first, s, 4);
		memcpy(&last, s + size - 4, 4);
		if (word_is_special((uint64_t)last << 32 | first))
			return NULL;
		memcpy(p, &first, 4);
		memcpy(p + size - 4, &last, 4);
		return p + size;
	}
	for (size_t i = 0; i < size; i++) {
		if (word_is_special(ONES * (uint8_t)s[i]))
			return NULL;
		p[i] = s[i];
	}
	return p + size;
}

char *put_json(char *p, const char *s, size_t size, bool *replaced)
{
	uint64_t word;
	char *end;

	while (size) {
		if (size >= 8) {
			memcpy(&word, s, 8);
			memcpy(p, &word, 8);
			end = word_is_special(word) ? NULL : p + 8;
		} else {
			end = put_json_tail(p, s, size);
		}
		if (end) {
			s += end - p;
			size -= (size_t)(end - p);
			p = end;
			continue;
		}
		/* Each word with something special in it is gone through to its end. */
		for (size_t n, left = size < 8 ? size : 8; left; left -= n < left ? n : left) {
			n = size;
			p = put_json_char(p, (const uint8_t *)s, &n, replaced);
			s += n;
			size -= n;
		}
	}
	return p;
}

static char *put_plain_byte(char *p, uint8_t c)
{
	const char *at = strchr("\"\"\\\\\nn\tt\rr", c);

	*p++ = '\\';
	if (c && at) {
		*p++ = at[1];
		return p;
	}
	*p++ = 'x';
	return put_hex_bytes(p, &c, 1);
}

/* One character that is not ASCII, of n bytes (0: a stray byte). */
static char *put_plain_wide(char *p, const uint8_t *s, unsigned int n, bool *special)
{
	uint32_t c;

	if (n) {
		c = code_point(s, n);
		if (!is_invisible(c))
			return put_bytes(p, s, n);
	}
	*special = true;
	if (!n)
		return put_plain_byte(p, s[0]);
	*p++ = '\\';
	*p++ = c > 0xffff ? 'U' : 'u';
	return put_hex_digits(p, c, c > 0xffff ? 6 : 4);
}

char *put_plain(char *p, const char *s, size_t size, bool *special)
{
	const uint8_t *at = (const uint8_t *)s, *end = at + size;
	unsigned int n;

	for (; at < end; at += n) {
		n = 1;
		if (*at >= 0x80) {
			n = bpfhost_utf8_length(at, (size_t)(end - at));
			p = put_plain_wide(p, at, n, special);
			n = n ? n : 1;
		} else if (*at < 0x20 || *at == 0x7f || *at == '"' || *at == '\\') {
			*special = true;
			p = put_plain_byte(p, *at);
		} else {
			if (*at == ' ')
				*special = true;
			*p++ = (char)*at;
		}
	}
	return p;
}

char *put_line(char *p, const char *s, size_t size)
{
	const char *end = s + size;
	bool special;

	while (s < end) {
		size_t plain = 0;

		while (s + plain < end && s[plain] != '"' && s[plain] != '\\')
			plain++;
		p = put_plain(p, s, plain, &special);
		s += plain;
		if (s < end)
			*p++ = *s++;
	}
	return p;
}
