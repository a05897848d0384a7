/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef USDT_NOTES_H
#define USDT_NOTES_H

#include <bpfhost/usdt.h>

#define USDT_SITES_MAX 200000U

/* The sites that were found, in the order of the file. */
struct usdt_sites {
	struct bpfhost_usdt_site *all;
	size_t count;
	size_t capacity;
	size_t left_out; /* notes of static probes that made no sense */
};

/*
 * Adds the sites of these notes, whose strings stay where they are in text. The caller frees sites->all,
 * also after an error: -E2BIG, -ENOMEM.
 */
int usdt_notes_read(struct bpfhost_elf *elf, const char *text, size_t size,
		    struct usdt_sites *sites);
/* 0, -E2BIG, -ENOMEM. */
int usdt_sites_add(struct usdt_sites *list, const struct bpfhost_usdt_site *site);

#endif
