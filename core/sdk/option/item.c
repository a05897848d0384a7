/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <bpfhost/option.h>

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <bpfhost/nearest.h>
#include <bpfhost/unit.h>

#include "probe.h"

__attribute__((format(printf, 2, 3))) static int item_fail(struct bpfhost_error *err,
							   const char *format, ...)
{
	va_list args;

	va_start(args, format);
	bpfhost_error_vset(err, 0, format, args);
	va_end(args);
	return -EINVAL;
}

/* A value that cannot be the one of a few words. */
static int item_fail_word(const char *text, const char *const *words, size_t count,
			  struct bpfhost_error *err)
{
	const char *nearest = bpfhost_nearest(text, words, count);
	char list[256] = "";
	size_t used = 0;

	if (nearest)
		return item_fail(err, "\"%.64s\" is none of its values; did you mean \"%s\"?", text,
				 nearest);
	for (size_t i = 0; i < count && used + strlen(words[i]) + 2 < sizeof(list); i++) {
		if (i)
			list[used++] = ' ';
		memcpy(list + used, words[i], strlen(words[i]) + 1);
		used += strlen(words[i]);
	}
	return item_fail(err, "\"%.64s\" is none of its values: %s", text, list);
}

static int item_parse_bool(const char *text, struct bpfhost_item *ret_item,
			   struct bpfhost_error *err)
{
	static const char *const words[] = { "false", "true", "no", "yes", "off", "on", "0", "1" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strcmp(text, words[i])) {
			ret_item->number.i = i & 1;
			return 0;
		}
	return item_fail_word(text, words, sizeof(words) / sizeof(words[0]), err);
}

static int item_parse_choice(const struct bpfhost_option *option, const char *text,
			     struct bpfhost_item *ret_item, struct bpfhost_error *err)
{
	size_t count = 0;

	for (; option->choices[count]; count++)
		if (!strcmp(text, option->choices[count])) {
			ret_item->number.i = count;
			return 0;
		}
	return item_fail_word(text, option->choices, count, err);
}

static int item_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : 99;
}

/* Decimal or 0x..., nothing before or behind; -ERANGE above 64 bits. */
static int item_parse_digits(const char *text, uint64_t *ret_number)
{
	int base = text[0] == '0' && (text[1] == 'x' || text[1] == 'X') ? 16 : 10;
	uint64_t number = 0;

	text += base == 16 ? 2 : 0;
	if (!*text)
		return -EINVAL;
	for (const char *at = text; *at; at++)
		if (item_digit(*at) >= base)
			return -EINVAL;
	for (; *text; text++)
		if (__builtin_mul_overflow(number, (uint64_t)base, &number) ||
		    __builtin_add_overflow(number, (uint64_t)item_digit(*text), &number))
			return -ERANGE;
	*ret_number = number;
	return 0;
}

/* As it would be written. */
static void item_text(const struct bpfhost_option *option, int64_t number, char *buf, size_t size)
{
	if (option->type == BPFHOST_OPT_SIZE)
		bpfhost_size_text((uint64_t)number, buf, size);
	else if (option->type == BPFHOST_OPT_TIME)
		bpfhost_time_text((uint64_t)number, buf, size);
	else
		snprintf(buf, size, "%lld", (long long)number);
}

void bpfhost_option_limits(const struct bpfhost_option *option, char *buf, size_t size)
{
	char min[32], max[32];

	item_text(option, option->min, min, sizeof(min));
	item_text(option, option->max, max, sizeof(max));
	if (option->max == INT64_MAX)
		snprintf(buf, size, "%s or more", min);
	else
		snprintf(buf, size, "%s to %s", min, max);
}

static int item_fail_range(const struct bpfhost_option *option, const char *text,
			   struct bpfhost_error *err)
{
	char limits[BPFHOST_OPTION_LIMITS];

	if (option->min || option->max) {
		bpfhost_option_limits(option, limits, sizeof(limits));
		return item_fail(err, "%.64s is not within %s", text, limits);
	}
	return item_fail(err, "%.64s is too large", text);
}

static int item_parse_int(const struct bpfhost_option *option, const char *text,
			  struct bpfhost_item *ret_item, struct bpfhost_error *err)
{
	bool negative = text[0] == '-';
	uint64_t limit = (uint64_t)INT64_MAX + negative;
	uint64_t number;
	int64_t value;
	int e = item_parse_digits(text + (negative || text[0] == '+'), &number);

	if (e == -EINVAL)
		return item_fail(err, "\"%.64s\" is no whole number", text);
	if (e || number > limit)
		return item_fail_range(option, text, err);
	value = (int64_t)(negative ? 0 - number : number);
	if ((option->min || option->max) && (value < option->min || value > option->max))
		return item_fail_range(option, text, err);
	ret_item->number.i = value;
	return 0;
}

static int item_parse_uint(const char *text, uint64_t *ret_number, struct bpfhost_error *err)
{
	int e = item_parse_digits(text, ret_number);

	if (e == -ERANGE)
		return item_fail(err, "%.64s is too large", text);
	if (e && text[0] == '-')
		return item_fail(err, "\"%.64s\" is below 0", text);
	return e ? item_fail(err, "\"%.64s\" is no whole number", text) : 0;
}

static int item_parse_unsigned(const struct bpfhost_option *option, const char *text,
			       struct bpfhost_item *ret_item, struct bpfhost_error *err)
{
	uint64_t number;
	int e;

	if (option->type == BPFHOST_OPT_SIZE)
		e = bpfhost_parse_size(text, &number, err);
	else if (option->type == BPFHOST_OPT_TIME)
		e = bpfhost_parse_time(text, &number, err);
	else
		e = item_parse_uint(text, &number, err);
	if (e)
		return -EINVAL;
	if ((option->min || option->max) &&
	    (number < (uint64_t)option->min || number > (uint64_t)option->max))
		return item_fail_range(option, text, err);
	ret_item->number.u = number;
	return 0;
}

int bpfhost_option_parse(const struct bpfhost_option *option, const char *text,
			 struct bpfhost_item *ret_item, struct bpfhost_error *err)
{
	ret_item->number.u = 0;
	switch (option->type) {
	case BPFHOST_OPT_STRING:
		return 0;
	case BPFHOST_OPT_BOOL:
		return item_parse_bool(text, ret_item, err);
	case BPFHOST_OPT_INT:
		return item_parse_int(option, text, ret_item, err);
	case BPFHOST_OPT_UINT:
	case BPFHOST_OPT_SIZE:
	case BPFHOST_OPT_TIME:
		return item_parse_unsigned(option, text, ret_item, err);
	case BPFHOST_OPT_CHOICE:
		return item_parse_choice(option, text, ret_item, err);
	case BPFHOST_OPT_PROBE:
		return option_check_probe(text, err);
	}
	return item_fail(err, "its type is unknown");
}
