/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "inside.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INSIDE_TEXT_SHOWN 128
#define INSIDE_SIZE_MAX   (4U << 20) /* bytes of a function that are looked at */

/* The function that holds the place. */
struct inside_function {
	uint64_t begin; /* in the file */
	uint64_t size;
	uint64_t plus; /* so far behind lies the place */
};

static int inside_unknown(const struct uprobe_inside *inside, const char *reason,
			  struct bpfhost_error *why)
{
	bpfhost_error_set(
		why, 0,
		"whether an instruction begins at \"%.*s\" is not known, as %s; where none "
		"does, the probe makes the program do something else",
		INSIDE_TEXT_SHOWN, inside->text, reason);
	return -ENODATA;
}

static bool inside_is_function(const struct bpfhost_symbol *symbol)
{
	return symbol && symbol->kind == BPFHOST_SYMBOL_FUNCTION && symbol->size &&
	       symbol->offset != BPFHOST_SYMBOL_NO_OFFSET;
}

/* What a symbol says of a function that is chosen at start is said of what chooses. */
static const struct bpfhost_symbol *inside_find(struct bpfhost_read *read,
						const struct uprobe_inside *inside)
{
	const struct bpfhost_symbol *symbol = inside->function;
	struct bpfhost_symbols *symbols;
	uint64_t address;

	if (inside_is_function(symbol))
		return symbol;
	if (bpfhost_elf_address(read->elf, inside->offset, &address) ||
	    bpfhost_read_symbols(read, &symbols, NULL))
		return NULL;
	symbol = bpfhost_symbols_at(symbols, address);
	return inside_is_function(symbol) ? symbol : NULL;
}

/* What lies so far from the place, written as that is. */
static void inside_print(FILE *out, const struct uprobe_inside *inside, int64_t distance)
{
	const char *sign = strrchr(inside->text, '+');
	uint64_t number = inside->number + (uint64_t)distance;
	int length = sign ? (int)(sign - inside->text) : 0;

	if (!sign)
		fprintf(out, "%c0x%" PRIx64, inside->text[0], number);
	else if (!number)
		fprintf(out, "%.*s", length, inside->text);
	else
		fprintf(out, sign[1] == '0' ? "%.*s+0x%" PRIx64 : "%.*s+%" PRIu64, length,
			inside->text, number);
}

static int inside_refuse(const struct uprobe_inside *inside, const struct inside_function *function,
			 const struct bpfhost_instruction_span *span, struct bpfhost_error *why)
{
	int64_t back = (int64_t)(function->plus - span->begin);
	bool is_last = span->begin + span->length >= function->size;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return -ENOMEM;
	fprintf(out, "\"%.*s\" lies inside of the instruction at ", INSIDE_TEXT_SHOWN,
		inside->text);
	inside_print(out, inside, -back);
	fprintf(out, ", of %u bytes; instructions begin at ", span->length);
	inside_print(out, inside, -back);
	if (!is_last) {
		fprintf(out, " and ");
		inside_print(out, inside, span->length - back);
	}
	fclose(out);
	bpfhost_error_set(why, 0, "%s", text);
	free(text);
	return -EINVAL;
}

static int inside_decode(struct bpfhost_read *read, const struct uprobe_inside *inside,
			 const struct inside_function *function, struct bpfhost_error *why)
{
	uint16_t machine = bpfhost_elf_info(read->elf)->machine;
	struct bpfhost_instruction_span span;
	unsigned char *code = malloc(function->size);
	int64_t got =
		code ? bpfhost_elf_read(read->elf, function->begin, code, function->size) : -ENOMEM;
	int ret =
		got < 0 ? (int)got
			: bpfhost_instruction_at(machine, code, (size_t)got, function->plus, &span);

	free(code);
	if (ret == -ENOMEM)
		return ret;
	if (ret)
		return inside_unknown(inside, "there is more than instructions in its function",
				      why);
	return span.begin == function->plus ? 0 : inside_refuse(inside, function, &span, why);
}

int uprobe_inside_check(struct bpfhost_read *read, const struct uprobe_inside *inside,
			struct bpfhost_error *why)
{
	const struct bpfhost_symbol *symbol = inside_find(read, inside);
	struct inside_function function;

	if (!symbol)
		return inside_unknown(inside, "no function is known that holds it", why);
	function = (struct inside_function){
		.begin = symbol->offset,
		.size = symbol->size,
		.plus = inside->offset - symbol->offset,
	};
	if (function.plus >= INSIDE_SIZE_MAX)
		return inside_unknown(inside, "its function is too large to be looked through",
				      why);
	if (function.size > INSIDE_SIZE_MAX)
		function.size = INSIDE_SIZE_MAX;
	return inside_decode(read, inside, &function, why);
}
