/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the probes of a configuration come to: sites in files, each with the layout of its arguments. */
#ifndef USDT_USE_H
#define USDT_USE_H

#include <bpfhost/arguments.h>

#include "catalogue.h"
#include "files.h"

#define USDT_SITES_LIMIT 65536U /* of one instance */

struct usdt_use {
	const struct usdt_file *file;
	uint64_t offset;    /* in it */
	uint64_t semaphore; /* likewise; 0: none */
	const char *name;   /* "PROVIDER:NAME", of the uses */
	uint32_t pid;       /* 0: all processes */
	uint32_t layout;    /* index */
};

/* What was attached to is forgotten, but for how much there was: the programs' tables go on behind it. */
struct usdt_sums {
	uint32_t sites;
	uint32_t layouts;
	uint32_t events;
};

struct usdt_uses {
	struct usdt_sums before; /* of what is forgotten */
	struct usdt_files files;
	struct usdt_use *items;
	uint32_t count;
	struct bpfhost_argument_layout *layouts;
	uint32_t nlayouts;
	char **names; /* of the events */
	uint32_t nnames;
};

struct usdt_settings {
	const struct bpfhost_instance *self; /* to whose log it is told what cannot be read */
	const struct usdt_catalogue *catalogue;
	const uint32_t *pids; /* --pid */
	uint32_t npids;
	uint32_t string_size;
	bool running; /* the programs are loaded: strings may have string_size bytes and no more */
};

/* Adds what one probe means. 0 or -errno with a sentence in err. */
int usdt_uses_add(struct usdt_uses *uses, const char *text, const struct usdt_settings *settings,
		  struct bpfhost_error *err);
/* Adds the probe whose count sites begin at first, without being asked for it. */
int usdt_uses_add_found(struct usdt_uses *uses, struct usdt_file *file, size_t first, size_t count,
			uint32_t pid, const struct usdt_settings *settings,
			struct bpfhost_error *err);
/* All sites, also those that are forgotten. */
uint32_t usdt_uses_sites(const struct usdt_uses *uses);
/* Once they are attached. */
void usdt_uses_forget(struct usdt_uses *uses);
void usdt_uses_free(struct usdt_uses *uses);

#endif
