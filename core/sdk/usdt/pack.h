/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef USDT_PACK_H
#define USDT_PACK_H

#include <bpfhost/reader.h>

#include "notes.h"

struct bpfhost_usdt {
	char *text;                   /* a copy of the section, in which all strings lie; or */
	struct bpfhost_blocks blocks; /* those that were unpacked */
	struct usdt_sites sites;
};

/* As bpfhost_part_fn. ctx is a struct bpfhost_usdt that is filled; */
int usdt_take_sites(void *ctx, struct bpfhost_unpack *part);

struct usdt_take {
	const struct bpfhost_usdt_site *next, *end; /* those that were asked for */
	uint64_t file_size;
	bpfhost_usdt_fn found;
	void *ctx;
};
/* such a one. */
int usdt_take_arguments(void *ctx, struct bpfhost_unpack *part);

#endif
