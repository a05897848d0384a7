/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "loader/descriptor_private.h"
#include "loader/descriptor_text.h"
#include "options/options.h"

/* What ABI 1.0 had. */
#define DESCRIPTOR_OPTION_FIRST 56
#define DESCRIPTOR_OPTION_MAX   4096
#define DESCRIPTOR_KEY_MAX      64

int descriptor_fail(struct bpfhost_error *err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	bpfhost_error_vset(err, 0, format, args);
	va_end(args);
	return -EINVAL;
}

int descriptor_no_memory(struct bpfhost_error *err)
{
	descriptor_fail(err, "out of memory");
	return -ENOMEM;
}

int descriptor_text(struct descriptor_reader *reader, uint64_t address, const char *what,
		    size_t max, const char **ret_text)
{
	const char *text, *copy = NULL;
	uint64_t target;

	if (image_pointer(reader->image, address, &target))
		return descriptor_fail(reader->err, "its %s leads nowhere", what);
	if (target) {
		text = image_string(reader->image, target, max);
		if (!text)
			return descriptor_fail(reader->err,
					       "its %s is longer than %zu bytes, or has no end",
					       what, max);
		if (!descriptor_text_printable(text))
			return descriptor_fail(reader->err,
					       "its %s is not one line of printable UTF-8", what);
		copy = descriptor_text_add(&reader->into->texts, text);
		if (!copy)
			return descriptor_no_memory(reader->err);
	}
	*ret_text = copy;
	return 0;
}

/* A name that can be a key on the command line and in a file. */
static bool descriptor_key_valid(const char *key)
{
	size_t size = strlen(key);

	return size && size <= DESCRIPTOR_KEY_MAX && key[0] >= 'a' && key[0] <= 'z' &&
	       strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789_-") == size;
}

static int descriptor_read_choices(struct descriptor_reader *reader, uint64_t address,
				   struct bpfhost_option *option)
{
	const char **choices;
	uint64_t table;

	if (image_pointer(reader->image, address, &table))
		return descriptor_fail(reader->err, "its option %s has choices that lead nowhere",
				       option->name);
	if (!table)
		return 0;
	choices = calloc(DESCRIPTOR_CHOICES_MAX + 1, sizeof(*choices));
	if (!choices)
		return descriptor_no_memory(reader->err);
	option->choices = choices;
	for (size_t i = 0; i <= DESCRIPTOR_CHOICES_MAX; i++) {
		const char *choice;
		int e = descriptor_text(reader, table + 8 * i, "choice", 64, &choice);

		if (e || !choice)
			return e;
		if (i < DESCRIPTOR_CHOICES_MAX)
			choices[i] = choice;
	}
	return descriptor_fail(reader->err, "its option %s has more than %u choices", option->name,
			       DESCRIPTOR_CHOICES_MAX);
}

static int descriptor_check_bounds(const struct bpfhost_option *option, struct bpfhost_error *err)
{
	bool number = option->type >= BPFHOST_OPT_INT && option->type <= BPFHOST_OPT_TIME;

	if ((option->min || option->max) && !number)
		return descriptor_fail(err, "its option %s has bounds, which no %s has",
				       option->name, descriptor_type_name(option->type));
	if (option->min > option->max)
		return descriptor_fail(err, "its option %s has bounds in the wrong order",
				       option->name);
	if (option->min < 0 && option->type != BPFHOST_OPT_INT)
		return descriptor_fail(err, "its option %s is unsigned and has a bound below 0",
				       option->name);
	return 0;
}

static int descriptor_check_default(const struct bpfhost_option *option, struct bpfhost_error *err)
{
	bool may_lack = option->type == BPFHOST_OPT_STRING || option->type == BPFHOST_OPT_PROBE ||
			(option->flags & (BPFHOST_OPT_LIST | BPFHOST_OPT_REQUIRED));
	struct bpfhost_error cause;

	if (!option->default_text)
		return may_lack ? 0
				: descriptor_fail(
					  err, "its option %s must be required, or have a default",
					  option->name);
	if (option->flags & BPFHOST_OPT_REQUIRED)
		return descriptor_fail(err, "its option %s is required and has a default",
				       option->name);
	if (options_check(option, option->default_text, &cause))
		return descriptor_fail(err, "its option %s has a bad default: %s", option->name,
				       cause.text);
	return 0;
}

static int descriptor_check_option(const struct descriptor_reader *reader,
				   const struct bpfhost_option *option)
{
	struct bpfhost_error *err = reader->err;
	int e;

	if (!descriptor_key_valid(option->name))
		return descriptor_fail(err, "its option \"%s\" is not named by a-z 0-9 _ -",
				       option->name);
	for (const struct bpfhost_option *other = reader->into->options; other < option; other++)
		if (!strcmp(other->name, option->name))
			return descriptor_fail(err, "its option %s is there twice", option->name);
	if (!descriptor_type_name(option->type))
		return descriptor_fail(err, "its option %s has an unknown type (%u)", option->name,
				       option->type);
	if (option->flags & ~(uint32_t)(BPFHOST_OPT_LIST | BPFHOST_OPT_REQUIRED))
		return descriptor_fail(err, "its option %s has unknown flags (0x%x)", option->name,
				       option->flags);
	if ((option->type == BPFHOST_OPT_CHOICE) != (option->choices && option->choices[0]))
		return descriptor_fail(err, "its option %s has %s choices", option->name,
				       option->choices ? "unexpected" : "no");
	e = descriptor_check_bounds(option, err);
	return e ? e : descriptor_check_default(option, err);
}

/* One row, as far as the host knows it; its name is NULL behind the last. */
static int descriptor_read_option(struct descriptor_reader *reader, uint64_t address,
				  struct bpfhost_option *option)
{
	const void *bytes = image_read(reader->image, address, reader->plugin.option_size);
	struct bpfhost_option row;
	int e;

	if (!bytes)
		return descriptor_fail(reader->err, "its option table has no end");
	memcpy(&row, bytes, sizeof(row));
	e = descriptor_text(reader, address + offsetof(struct bpfhost_option, name),
			    "option's name", DESCRIPTOR_KEY_MAX, &option->name);
	if (e || !option->name)
		return e;
	option->type = row.type;
	option->flags = row.flags;
	option->min = row.min;
	option->max = row.max;
	e = descriptor_text(reader, address + offsetof(struct bpfhost_option, help),
			    "option's help", 512, &option->help);
	option->help = option->help ? option->help : "";
	if (!e)
		e = descriptor_text(reader, address + offsetof(struct bpfhost_option, default_text),
				    "option's default", 4096, &option->default_text);
	if (!e)
		e = descriptor_read_choices(reader,
					    address + offsetof(struct bpfhost_option, choices),
					    option);
	return e ? e : descriptor_check_option(reader, option);
}

static int descriptor_find_options(struct descriptor_reader *reader, uint64_t *ret_table)
{
	uint32_t size = reader->plugin.option_size;

	if (image_pointer(reader->image, reader->address + offsetof(struct bpfhost_plugin, options),
			  ret_table))
		return descriptor_fail(reader->err, "its option table leads nowhere");
	if (*ret_table &&
	    (size < DESCRIPTOR_OPTION_FIRST || size > DESCRIPTOR_OPTION_MAX || size % 8))
		return descriptor_fail(reader->err,
				       "its options have %u bytes each, wanted are %u to %u", size,
				       DESCRIPTOR_OPTION_FIRST, DESCRIPTOR_OPTION_MAX);
	return 0;
}

int descriptor_read_options(struct descriptor_reader *reader)
{
	struct descriptor *into = reader->into;
	uint64_t table;
	int e = descriptor_find_options(reader, &table);

	if (e)
		return e;
	into->options = calloc(DESCRIPTOR_OPTIONS_MAX + 1, sizeof(*into->options));
	if (!into->options)
		return descriptor_no_memory(reader->err);
	while (table) {
		struct bpfhost_option *option = &into->options[into->option_count];

		/* Counted first, so that what it holds is freed when the rest of it is bad. */
		into->option_count++;
		e = descriptor_read_option(reader, table, option);
		if (e)
			return e;
		if (!option->name) {
			into->option_count--;
			return 0;
		}
		if (into->option_count > DESCRIPTOR_OPTIONS_MAX)
			return descriptor_fail(reader->err, "it has more than %u options",
					       DESCRIPTOR_OPTIONS_MAX);
		table += reader->plugin.option_size;
	}
	return 0;
}
