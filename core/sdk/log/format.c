/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The formats are those of the kernel's printk-formats.rst, as far as <bpfhost/log.bpf.h> names them:
 *
 *	%d %i %u %x %X %c %s %p %%    flags 0 - + space #, a width, lengths hh h l ll z
 *	%pI4 %pI6 %pI6c               an address behind a pointer
 *	%pM %pMU                      a MAC address, lower case and capitals
 *	%8ph %8phC %8phD %8phN        eight bytes, apart by a space, colon, dash or nothing
 *
 * The hints of aya-log, where Rust programs write them, and what they are here:
 *
 *	{:x} -> %x      {:X} -> %X      {:i} -> %pI4, %pI6c
 *	{:mac} -> %pM   {:MAC} -> %pMU  {:p} -> %p      {} -> %d, %u, %s, %c
 *
 * A record may hold anything. A directive without an argument becomes %!d(missing), one that is not
 * known %!q(unknown), one that reads behind a pointer but was given a number %!s(77), and arguments
 * that nobody asked for are counted at the end.
 */
#include "format.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define WIDTH_MAX BPFHOST_LOG_BYTES
#define PIECE_MAX 512 /* every byte of an argument escaped, and then some */

struct line {
	char *at;
	char *end; /* room for the NUL lies behind it */
};

struct directive {
	bool left, zero, plus, space, alternate;
	unsigned int width;
	unsigned int bytes; /* of an integer */
	char conversion;
	const char *suffix; /* behind %p */
};

static void put(struct line *line, const char *text, size_t size)
{
	size_t room = (size_t)(line->end - line->at);

	size = size < room ? size : room;
	memcpy(line->at, text, size);
	line->at += size;
}

static void put_text(struct line *line, const char *text)
{
	put(line, text, strlen(text));
}

/* Whatever is not printable ASCII could move a cursor or turn the line around. */
static size_t escape(char *out, unsigned char c)
{
	if (c >= 0x20 && c < 0x7f) {
		out[0] = (char)c;
		return 1;
	}
	if (c == '\n' || c == '\t') {
		memcpy(out, c == '\n' ? "\\n" : "\\t", 2);
		return 2;
	}
	return (size_t)snprintf(out, 5, "\\x%02x", c);
}

static void put_escaped(struct line *line, unsigned char c)
{
	char text[5];

	put(line, text, escape(text, c));
}

static void pad(struct line *line, size_t count, char c)
{
	while (count--)
		put(line, &c, 1);
}

static void put_padded(struct line *line, const struct directive *d, const char *text, size_t size)
{
	size_t missing = d->width > size ? d->width - size : 0;

	pad(line, d->left ? 0 : missing, ' ');
	put(line, text, size);
	pad(line, d->left ? missing : 0, ' ');
}

/* Zeros go between the sign or 0x and the digits. */
static void put_number(struct line *line, const struct directive *d, const char *prefix,
		       const char *digits)
{
	size_t size = strlen(prefix) + strlen(digits);
	char text[32 + WIDTH_MAX];
	int n;

	if (!d->zero || d->left || d->width <= size) {
		n = snprintf(text, sizeof(text), "%s%s", prefix, digits);
	} else {
		struct line zeros = { text, text + sizeof(text) };

		put_text(&zeros, prefix);
		pad(&zeros, d->width - size, '0');
		put_text(&zeros, digits);
		n = (int)(zeros.at - text);
	}
	put_padded(line, d, text, (size_t)n);
}

static void put_signed(struct line *line, const struct directive *d, uint64_t value)
{
	unsigned int shift = 64 - 8 * d->bytes;
	int64_t number = (int64_t)(value << shift) >> shift;
	uint64_t size = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
	char digits[24];

	snprintf(digits, sizeof(digits), "%llu", (unsigned long long)size);
	put_number(line, d, number < 0 ? "-" : d->plus ? "+" : d->space ? " " : "", digits);
}

static void put_unsigned(struct line *line, const struct directive *d, uint64_t value)
{
	unsigned int shift = 64 - 8 * d->bytes;
	unsigned long long number = value << shift >> shift;
	char digits[24];

	if (d->conversion == 'u')
		snprintf(digits, sizeof(digits), "%llu", number);
	else
		snprintf(digits, sizeof(digits), d->conversion == 'x' ? "%llx" : "%llX", number);
	if (d->alternate && d->conversion != 'u')
		put_number(line, d, d->conversion == 'x' ? "0x" : "0X", digits);
	else
		put_number(line, d, "", digits);
}

static void put_string(struct line *line, const struct directive *d,
		       const struct bpfhost_log_arg *arg)
{
	size_t length = strnlen((const char *)arg->bytes, BPFHOST_LOG_BYTES), size = 0;
	char text[PIECE_MAX];

	if (!arg->value) {
		put_padded(line, d, "(null)", 6);
		return;
	}
	for (size_t i = 0; i < length; i++)
		size += escape(text + size, arg->bytes[i]);
	put_padded(line, d, text, size);
}

static void put_char(struct line *line, const struct directive *d, uint64_t value)
{
	char text[5];

	put_padded(line, d, text, escape(text, (unsigned char)value));
}

static void put_mac(struct line *line, const struct directive *d, const uint8_t *b, bool capitals)
{
	char text[18];

	snprintf(text, sizeof(text),
		 capitals ? "%02X:%02X:%02X:%02X:%02X:%02X" : "%02x:%02x:%02x:%02x:%02x:%02x", b[0],
		 b[1], b[2], b[3], b[4], b[5]);
	put_padded(line, d, text, 17);
}

static void put_address(struct line *line, const struct directive *d, const uint8_t *b)
{
	char text[INET6_ADDRSTRLEN];
	size_t size = 0;

	if (d->suffix[1] == '4' || d->suffix[2] == 'c') {
		inet_ntop(d->suffix[1] == '4' ? AF_INET : AF_INET6, b, text, sizeof(text));
		put_padded(line, d, text, strlen(text));
		return;
	}
	for (int i = 0; i < 16; i += 2)
		size += (size_t)snprintf(text + size, sizeof(text) - size, "%s%02x%02x",
					 i ? ":" : "", b[i], b[i + 1]);
	put_padded(line, d, text, size);
}

/* The width is the number of bytes; one without. */
static void put_bytes(struct line *line, const struct directive *d, const uint8_t *b)
{
	char between = d->suffix[1] == 'C' ? ':' : d->suffix[1] == 'D' ? '-' : ' ';
	unsigned int n = d->width ? d->width : 1;
	char digits[3];

	for (unsigned int i = 0; i < n; i++) {
		if (i && d->suffix[1] != 'N')
			put(line, &between, 1);
		snprintf(digits, sizeof(digits), "%02x", b[i]);
		put(line, digits, 2);
	}
}

static void put_pointer(struct line *line, const struct directive *d,
			const struct bpfhost_log_arg *arg)
{
	char digits[24];

	if (d->suffix[0] == 'I')
		put_address(line, d, arg->bytes);
	else if (d->suffix[0] == 'M')
		put_mac(line, d, arg->bytes, d->suffix[1] == 'U');
	else if (d->suffix[0] == 'h')
		put_bytes(line, d, arg->bytes);
	else {
		snprintf(digits, sizeof(digits), "%llx", (unsigned long long)arg->value);
		put_number(line, d, "0x", digits);
	}
}

static const char *parse_flags(const char *p, struct directive *d)
{
	for (;; p++) {
		if (*p == '-')
			d->left = true;
		else if (*p == '0')
			d->zero = true;
		else if (*p == '+')
			d->plus = true;
		else if (*p == ' ')
			d->space = true;
		else if (*p == '#')
			d->alternate = true;
		else
			return p;
	}
}

static const char *parse_length(const char *p, struct directive *d)
{
	d->bytes = 4;
	if (*p == 'h') {
		d->bytes = p[1] == 'h' ? 1 : 2;
		return p + (p[1] == 'h' ? 2 : 1);
	}
	while (*p == 'l' || *p == 'z') {
		d->bytes = 8;
		p++;
	}
	return p;
}

/* The longest of the known words that p begins with; "" is always one. */
static const char *parse_suffix(const char *p)
{
	static const char *const known[] = {
		"I4", "I6c", "I6", "MU", "M", "hC", "hD", "hN", "h", ""
	};
	size_t i = 0;

	while (strncmp(p, known[i], strlen(known[i])))
		i++;
	return known[i];
}

/* p stands behind the percent sign; returns where the directive ends. */
static const char *parse_directive(const char *p, struct directive *ret_directive)
{
	struct directive d = { .suffix = "" };

	p = parse_flags(p, &d);
	for (; *p >= '0' && *p <= '9'; p++)
		d.width = d.width < WIDTH_MAX ? d.width * 10 + (unsigned int)(*p - '0') : WIDTH_MAX;
	d.width = d.width < WIDTH_MAX ? d.width : WIDTH_MAX;
	p = parse_length(p, &d);
	d.conversion = *p;
	p += *p ? 1 : 0;
	if (d.conversion == 'p') {
		d.suffix = parse_suffix(p);
		p += strlen(d.suffix);
	}
	*ret_directive = d;
	return p;
}

static void put_trouble(struct line *line, char conversion, const char *what)
{
	put_text(line, "%!");
	if (conversion)
		put_escaped(line, (unsigned char)conversion);
	put_text(line, what);
}

/* Behind a number there are no bytes but those of an older record. */
static void put_wrong(struct line *line, const struct directive *d, uint64_t value)
{
	char text[32];

	put_trouble(line, d->conversion, d->suffix);
	snprintf(text, sizeof(text), "(%llu)", (unsigned long long)value);
	put_text(line, text);
}

static void put_argument(struct line *line, const struct directive *d,
			 const struct bpfhost_log_arg *arg, bool is_pointer)
{
	bool behind = d->conversion == 's' || d->suffix[0];

	if (behind && !is_pointer) {
		put_wrong(line, d, arg->value);
		return;
	}
	switch (d->conversion) {
	case 'd':
	case 'i':
		put_signed(line, d, arg->value);
		break;
	case 'c':
		put_char(line, d, arg->value);
		break;
	case 's':
		put_string(line, d, arg);
		break;
	case 'p':
		put_pointer(line, d, arg);
		break;
	default:
		put_unsigned(line, d, arg->value);
	}
}

static void put_format(struct line *line, const char *p, const struct bpfhost_log_record *record)
{
	uint32_t nargs = record->nargs < BPFHOST_LOG_ARGS ? record->nargs : BPFHOST_LOG_ARGS;
	struct directive d;
	uint32_t next = 0;
	char text[32];

	while (*p) {
		if (*p != '%') {
			put_escaped(line, (unsigned char)*p++);
			continue;
		}
		p = parse_directive(p + 1, &d);
		if (d.conversion == '%')
			put_text(line, "%");
		else if (!d.conversion || !strchr("diuxXcsp", d.conversion))
			put_trouble(line, d.conversion, "(unknown)");
		else if (next >= nargs)
			put_trouble(line, d.conversion, "(missing)");
		else {
			put_argument(line, &d, &record->args[next], record->pointers >> next & 1);
			next++;
		}
	}
	if (next < nargs) {
		snprintf(text, sizeof(text), "(%u more)", nargs - next);
		put_trouble(line, 0, text);
	}
}

size_t log_format(const struct bpfhost_log_record *record, char *out, size_t size)
{
	size_t length = strnlen(record->format, sizeof(record->format));
	struct line line = { out, out + size - 1 };
	char format[BPFHOST_LOG_FORMAT + 1];

	/* A habit from printk: the newline is the log's own. */
	if (length && record->format[length - 1] == '\n')
		length--;
	memcpy(format, record->format, length);
	format[length] = 0;
	put_format(&line, format, record);
	*line.at = 0;
	return (size_t)(line.at - out);
}

size_t log_format_file(const struct bpfhost_log_record *record, char *out, size_t size)
{
	size_t length = strnlen(record->file, sizeof(record->file));
	struct line line = { out, out + size - 1 };

	for (size_t i = 0; i < length; i++)
		put_escaped(&line, (unsigned char)record->file[i]);
	*line.at = 0;
	return (size_t)(line.at - out);
}
