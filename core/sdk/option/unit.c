/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <bpfhost/unit.h>

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* How much of a foreign word an error message shows: printf's "%.64s". */
#define UNIT_SHOWN ".64s"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

struct unit {
	const char *name;
	uint64_t factor;
};

/* What a text says before its unit is known: whole + fraction / scale. */
struct decimal {
	uint64_t whole;
	uint64_t fraction;
	uint64_t scale;
	const char *rest;
};

static const struct unit size_units[] = {
	{ "B", 1 },          { "K", 1ULL << 10 },   { "k", 1ULL << 10 },   { "KiB", 1ULL << 10 },
	{ "M", 1ULL << 20 }, { "m", 1ULL << 20 },   { "MiB", 1ULL << 20 }, { "G", 1ULL << 30 },
	{ "g", 1ULL << 30 }, { "GiB", 1ULL << 30 },
};

static const struct unit time_units[] = {
	{ "ns", 1 },         { "us", 1000 },       { "ms", 1000000 },
	{ "s", 1000000000 }, { "m", 60000000000 }, { "h", 3600000000000 },
};

__attribute__((format(printf, 2, 3))) static int unit_fail(struct bpfhost_error *err,
							   const char *format, ...)
{
	va_list args;

	va_start(args, format);
	bpfhost_error_vset(err, 0, format, args);
	va_end(args);
	return -EINVAL;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static int fail_range(struct bpfhost_error *err, const char *text)
{
	unit_fail(err, "\"%" UNIT_SHOWN "\" is too large", text);
	return -ERANGE;
}

/* Reads digits at *text and moves it behind them; false when they do not fit. */
static bool read_digits(const char **text, uint64_t *ret_number)
{
	uint64_t number = 0;
	const char *p;

	for (p = *text; is_digit(*p); p++) {
		if (__builtin_mul_overflow(number, 10, &number) ||
		    __builtin_add_overflow(number, (uint64_t)(*p - '0'), &number))
			return false;
	}
	*text = p;
	*ret_number = number;
	return true;
}

/* Up to 15 digits, so that fraction * factor needs no more than 128 bits. */
static int read_fraction(const char *text, struct decimal *decimal, struct bpfhost_error *err)
{
	const char *p = decimal->rest;

	if (!is_digit(*p))
		return unit_fail(err, "\"%" UNIT_SHOWN "\" has no digit after its point", text);
	for (; is_digit(*p); p++) {
		if (p - decimal->rest == 15)
			return unit_fail(err, "\"%" UNIT_SHOWN "\" has too many digits", text);
		decimal->fraction = decimal->fraction * 10 + (uint64_t)(*p - '0');
		decimal->scale *= 10;
	}
	decimal->rest = p;
	return 0;
}

static int read_decimal(const char *text, const char *what, struct decimal *ret_decimal,
			struct bpfhost_error *err)
{
	struct decimal decimal = { .scale = 1, .rest = text };
	int ret = 0;

	if (!is_digit(*text))
		return unit_fail(err, "\"%" UNIT_SHOWN "\" is not a %s", text, what);
	if (!read_digits(&decimal.rest, &decimal.whole))
		return fail_range(err, text);
	if (*decimal.rest == '.') {
		decimal.rest++;
		ret = read_fraction(text, &decimal, err);
	}
	if (!ret)
		*ret_decimal = decimal;
	return ret;
}

static const struct unit *find_unit(const struct unit *units, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++) {
		if (!strcmp(units[i].name, name))
			return &units[i];
	}
	return NULL;
}

static int scale_decimal(const char *text, const struct decimal *decimal, uint64_t factor,
			 uint64_t *ret_number, struct bpfhost_error *err)
{
	unsigned __int128 part = (unsigned __int128)decimal->fraction * factor;
	uint64_t number;

	if (part % decimal->scale)
		return unit_fail(err, "\"%" UNIT_SHOWN "\" is finer than the smallest unit", text);
	part /= decimal->scale; /* below factor now */
	if (__builtin_mul_overflow(decimal->whole, factor, &number) ||
	    __builtin_add_overflow(number, (uint64_t)part, &number))
		return fail_range(err, text);
	*ret_number = number;
	return 0;
}

int bpfhost_parse_size(const char *text, uint64_t *ret_bytes, struct bpfhost_error *err)
{
	static const struct unit byte = { "", 1 };
	const struct unit *unit = &byte;
	struct decimal decimal;
	int ret = read_decimal(text, "size such as 64MiB", &decimal, err);

	if (ret)
		return ret;
	if (*decimal.rest)
		unit = find_unit(size_units, ARRAY_SIZE(size_units), decimal.rest);
	if (!unit)
		return unit_fail(err,
				 "\"%" UNIT_SHOWN
				 "\" has no known unit; known are B, KiB, MiB, GiB",
				 text);
	return scale_decimal(text, &decimal, unit->factor, ret_bytes, err);
}

int bpfhost_parse_time(const char *text, uint64_t *ret_ns, struct bpfhost_error *err)
{
	const struct unit *unit;
	struct decimal decimal;
	int ret = read_decimal(text, "time such as 250ms", &decimal, err);

	if (ret)
		return ret;
	if (!*decimal.rest && decimal.whole + decimal.fraction == 0) {
		*ret_ns = 0;
		return 0;
	}
	if (!*decimal.rest)
		return unit_fail(err,
				 "\"%" UNIT_SHOWN "\" has no unit; write \"%" UNIT_SHOWN
				 "s\" for seconds",
				 text, text);
	unit = find_unit(time_units, ARRAY_SIZE(time_units), decimal.rest);
	if (!unit)
		return unit_fail(err,
				 "\"%" UNIT_SHOWN
				 "\" has no known unit; known are ns, us, ms, s, m, h",
				 text);
	return scale_decimal(text, &decimal, unit->factor, ret_ns, err);
}

static void unit_text(const struct unit *units, size_t count, uint64_t number, char *buf,
		      size_t size)
{
	static const struct unit none = { "", 1 };
	const struct unit *best = &none;

	/* Of one factor the last name is the one in full. */
	for (size_t i = 0; i < count && number; i++)
		if (units[i].factor >= best->factor && number % units[i].factor == 0)
			best = &units[i];
	snprintf(buf, size, "%llu%s", (unsigned long long)(number / best->factor), best->name);
}

void bpfhost_size_text(uint64_t bytes, char *buf, size_t size)
{
	unit_text(size_units, ARRAY_SIZE(size_units), bytes, buf, size);
}

void bpfhost_time_text(uint64_t ns, char *buf, size_t size)
{
	unit_text(time_units, ARRAY_SIZE(time_units), ns, buf, size);
}

int bpfhost_parse_number(const char *text, uint64_t min, uint64_t max, uint64_t *ret_number,
			 struct bpfhost_error *err)
{
	const char *rest = text;
	uint64_t number = 0;
	bool fits;

	if (!is_digit(*text) || text[strspn(text, "0123456789")])
		return unit_fail(err, "\"%" UNIT_SHOWN "\" is not a whole number", text);
	fits = read_digits(&rest, &number);
	if (!fits || number < min || number > max) {
		unit_fail(err, "%" UNIT_SHOWN " is out of range (%llu to %llu)", text,
			  (unsigned long long)min, (unsigned long long)max);
		return -ERANGE;
	}
	*ret_number = number;
	return 0;
}
