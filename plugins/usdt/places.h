/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Where the arguments of one probe lie at each of its sites, and what that comes to for its event. */
#ifndef USDT_PLACES_H
#define USDT_PLACES_H

#include <bpfhost/arguments.h>
#include <bpfhost/file.h>
#include <bpfhost/reader.h>

#define USDT_UNREADABLE_MAX                                                                        \
	8 /* different texts of one argument that are kept, and one for all others */

/* One argument over all sites. */
struct usdt_column {
	struct bpfhost_argument shown; /* its size and sign are those of the event */
	bool is_float;
	bool is_pointer;     /* it may be: of 8 bytes without a sign, and not only constants */
	uint32_t nreadable;  /* sites at which it can be read */
	uint32_t unreadable; /* sites at which it cannot */
	/* As it is described there. */
	char texts[USDT_UNREADABLE_MAX][BPFHOST_USDT_TEXT_MAX];
	struct bpfhost_label labels[USDT_UNREADABLE_MAX];
	uint32_t nlabels;
};

struct usdt_cell {
	struct bpfhost_argument argument;
	bool is_float;
	bool missing; /* cannot be read; label says which text */
	uint8_t label;
};

struct usdt_row {
	const struct bpfhost_usdt_site *site;
	struct usdt_cell cells[BPFHOST_ARGUMENTS_MAX];
	uint32_t given; /* arguments that this site has */
	uint32_t place; /* index of the arguments that it has, see usdt_places_choose */
};

struct usdt_places {
	struct usdt_row *rows; /* one for each site that takes a probe */
	uint32_t nrows;
	uint32_t refused; /* sites at which the kernel takes no probe */
	struct usdt_column columns[BPFHOST_ARGUMENTS_MAX];
	uint32_t ncolumns;
};

/*
 * Reads count sites of one probe, from first on. 0, -ENOMEM, or as bpfhost_file_ask with a sentence; no site that
 * takes a probe is no error.
 */
int usdt_places_read(struct bpfhost_file *file, const struct bpfhost_usdt *usdt, size_t first,
		     size_t count, struct usdt_places *ret_places, struct bpfhost_error *err);
/* The same one by one, for count sites at most: begun, added with n arguments each (in any order), settled. */
int usdt_places_begin(struct usdt_places *places, size_t count);
void usdt_places_add(struct usdt_places *places, const struct bpfhost_usdt_site *site,
		     const struct bpfhost_usdt_argument *arguments, uint32_t n);
void usdt_places_settle(struct usdt_places *places);
void usdt_places_free(struct usdt_places *places);

/*
 * The first nfields arguments of each site, sites with the same ones taken together: *ret_count times
 * nfields, freed by the caller, and rows[].place. labelled says of which fields an argument that cannot
 * be read is to be shown as its label; else it is 0, or no number. 0 or -ENOMEM.
 */
int usdt_places_choose(struct usdt_places *places, uint32_t nfields, const bool *labelled,
		       struct bpfhost_argument **ret_arguments, uint32_t *ret_count);

#endif
