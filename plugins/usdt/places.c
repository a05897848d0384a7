/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A compiler puts a probe's arguments wherever they happen to be, and elsewhere at each place where it
 * inlined the function around it. All sites make the same event, so a field has the widest size among
 * them, and where they do not agree 8 bytes.
 *
 * An argument that cannot be read at a site must not look like a value. Its field shows the text of its
 * description: the programs put a number there that no program would use, and the event's type has the
 * text as that number's name.
 */
#include "places.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PLACES_LABEL_FIRST INT64_MIN
#define PLACES_NAN_32      0x7fc00000
#define PLACES_NAN_64      0x7ff8000000000000LL
/* So many of the last arguments are compared with a new site's: bounds the work. */
#define PLACES_LOOK_BACK 8

void usdt_places_free(struct usdt_places *places)
{
	free(places->rows);
	places->rows = NULL;
	places->nrows = 0;
}

/* ---- one site ------------------------------------------------------------------------------------- */

/* The last label is for all texts that find no place. */
static uint8_t column_label(struct usdt_column *column, const char *text)
{
	uint32_t i = 0;

	while (i < column->nlabels && i < USDT_UNREADABLE_MAX - 1 &&
	       strcmp(column->texts[i], text) != 0)
		i++;
	if (i == column->nlabels) {
		snprintf(column->texts[i], BPFHOST_USDT_TEXT_MAX, "%s",
			 i == USDT_UNREADABLE_MAX - 1 ? "(cannot be read)" : text);
		column->labels[i].value = PLACES_LABEL_FIRST + i;
		column->labels[i].name = column->texts[i];
		column->nlabels++;
	}
	return (uint8_t)i;
}

static void places_cell(struct usdt_column *column, const struct bpfhost_usdt_argument *from,
			struct usdt_cell *cell)
{
	cell->argument = from->argument;
	cell->is_float = from->is_float;
	cell->missing = from->argument.place == BPFHOST_ARGUMENT_UNKNOWN;
	if (cell->missing)
		cell->label = column_label(column, from->text);
}

static void places_count(struct usdt_places *places, uint32_t n)
{
	places->ncolumns = n > places->ncolumns ? n : places->ncolumns;
}

void usdt_places_add(struct usdt_places *places, const struct bpfhost_usdt_site *site,
		     const struct bpfhost_usdt_argument *arguments, uint32_t n)
{
	struct usdt_row *row = &places->rows[places->nrows++];

	row->site = site;
	row->given = n;
	for (uint32_t i = 0; i < n; i++)
		places_cell(&places->columns[i], &arguments[i], &row->cells[i]);
	places_count(places, n);
}

/* Sites of one probe should all have as many arguments; where not, those that any has. */
static void places_fill(struct usdt_places *places, struct usdt_row *row)
{
	static const struct bpfhost_usdt_argument none = { .text = "(none)" };

	for (uint32_t i = row->given; i < places->ncolumns; i++)
		places_cell(&places->columns[i], &none, &row->cells[i]);
}

/* ---- one argument --------------------------------------------------------------------------------- */

/* A float is one everywhere and of one size; what differs is no such thing. */
static void column_settle_float(struct usdt_places *places, uint32_t index)
{
	struct usdt_column *column = &places->columns[index];
	const struct usdt_cell *first = NULL;

	for (uint32_t i = 0; i < places->nrows; i++) {
		struct usdt_cell *cell = &places->rows[i].cells[index];

		if (cell->missing)
			continue;
		if (!first)
			first = cell;
		if (cell->is_float == first->is_float &&
		    (!first->is_float || cell->argument.size == first->argument.size))
			continue;
		cell->missing = true;
		cell->label = column_label(column, "(another type)");
	}
	column->is_float = first && first->is_float;
}

static void column_widen(struct usdt_column *column, const struct bpfhost_argument *argument)
{
	struct bpfhost_argument *shown = &column->shown;

	if (!column->nreadable++) {
		*shown = *argument;
	} else if (shown->size != argument->size ||
		   (shown->flags ^ argument->flags) & BPFHOST_ARGUMENT_SIGNED) {
		shown->size = 8;
		shown->flags |= argument->flags & BPFHOST_ARGUMENT_SIGNED;
	}
	column->is_pointer |= argument->place != BPFHOST_ARGUMENT_CONSTANT;
}

static void column_settle(struct usdt_places *places, uint32_t index)
{
	struct usdt_column *column = &places->columns[index];

	column_settle_float(places, index);
	for (uint32_t i = 0; i < places->nrows; i++) {
		const struct usdt_cell *cell = &places->rows[i].cells[index];

		if (cell->missing)
			column->unreadable++;
		else
			column_widen(column, &cell->argument);
	}
	if (!column->nreadable)
		column->shown.size = 8;
	column->is_pointer &= column->shown.size == 8 && !column->is_float &&
			      !(column->shown.flags & BPFHOST_ARGUMENT_SIGNED);
}

/* ---- all sites ------------------------------------------------------------------------------------ */

int usdt_places_begin(struct usdt_places *places, size_t count)
{
	memset(places, 0, sizeof(*places));
	places->rows = calloc(count, sizeof(*places->rows));
	return places->rows ? 0 : -ENOMEM;
}

void usdt_places_settle(struct usdt_places *places)
{
	for (uint32_t i = 0; i < places->nrows; i++)
		places_fill(places, &places->rows[i]);
	for (uint32_t i = 0; i < places->ncolumns; i++)
		column_settle(places, i);
}

static int places_found(void *ctx, const struct bpfhost_usdt_site *site, bool takes_probe,
			const struct bpfhost_usdt_argument *arguments, uint32_t n)
{
	struct usdt_places *places = ctx;

	if (takes_probe) {
		usdt_places_add(places, site, arguments, n);
		return 0;
	}
	places->refused++;
	places_count(places, n);
	return 0;
}

int usdt_places_read(struct bpfhost_file *file, const struct bpfhost_usdt *usdt, size_t first,
		     size_t count, struct usdt_places *ret_places, struct bpfhost_error *err)
{
	int ret = usdt_places_begin(ret_places, count);

	if (!ret)
		ret = bpfhost_file_usdt_arguments(file, usdt, first, count, places_found,
						  ret_places, err);
	usdt_places_settle(ret_places);
	return ret;
}

/* ---- what the programs follow --------------------------------------------------------------------- */

static struct bpfhost_argument places_missing(const struct usdt_column *column,
					      const struct usdt_cell *cell, bool labelled)
{
	struct bpfhost_argument argument = {
		.place = BPFHOST_ARGUMENT_CONSTANT,
		.base = BPFHOST_ARGUMENT_NOWHERE,
		.index = BPFHOST_ARGUMENT_NOWHERE,
		.size = column->shown.size,
		.flags = column->shown.flags & BPFHOST_ARGUMENT_SIGNED,
	};

	if (labelled) {
		argument.size = 8;
		argument.flags = BPFHOST_ARGUMENT_SIGNED;
		argument.offset = column->labels[cell->label].value;
	} else if (column->is_float) {
		argument.offset = argument.size == 4 ? PLACES_NAN_32 : PLACES_NAN_64;
	}
	return argument;
}

static void places_take(const struct usdt_places *places, const struct usdt_row *row,
			uint32_t nfields, const bool *labelled, struct bpfhost_argument *arguments)
{
	for (uint32_t i = 0; i < nfields; i++) {
		const struct usdt_cell *cell = &row->cells[i];

		arguments[i] = cell->missing
				       ? places_missing(&places->columns[i], cell, labelled[i])
				       : cell->argument;
	}
}

/* The same arguments as one of the last places; count where there is none. */
static uint32_t places_find(const struct bpfhost_argument *all, uint32_t count, uint32_t nfields)
{
	const size_t size = nfields * sizeof(*all);
	uint32_t first = count > PLACES_LOOK_BACK ? count - PLACES_LOOK_BACK : 0;

	if (!nfields && count)
		return 0;
	for (uint32_t i = first; i < count; i++)
		if (!memcmp(&all[i * (size_t)nfields], &all[count * (size_t)nfields], size))
			return i;
	return count;
}

int usdt_places_choose(struct usdt_places *places, uint32_t nfields, const bool *labelled,
		       struct bpfhost_argument **ret_arguments, uint32_t *ret_count)
{
	struct bpfhost_argument *all = calloc(places->nrows * (size_t)nfields + 1, sizeof(*all));
	uint32_t count = 0;

	if (!all)
		return -ENOMEM;
	for (uint32_t i = 0; i < places->nrows; i++) {
		struct usdt_row *row = &places->rows[i];

		places_take(places, row, nfields, labelled, &all[count * (size_t)nfields]);
		row->place = places_find(all, count, nfields);
		count += row->place == count;
	}
	*ret_arguments = all;
	*ret_count = count;
	return 0;
}
