/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the arguments of well-known probes are called, and which probes fire too often to be attached
 * without being asked for. A catalogue is a text of lines:
 *
 *	# a remark
 *	python:gc__start(generation: i32)
 *	noisy python:line
 */
#ifndef USDT_CATALOGUE_H
#define USDT_CATALOGUE_H

#include <stdbool.h>
#include <stddef.h>

#include <bpfhost/probe.h>

struct usdt_catalogue;

int usdt_catalogue_new(struct usdt_catalogue **ret_catalogue);
void usdt_catalogue_free(struct usdt_catalogue *catalogue);
/* Adds a text; of two lines about one probe the later one holds. origin names it in errors. 0; -EINVAL
 * (line and column in the sentence), -E2BIG, -ENOMEM. */
int usdt_catalogue_text(struct usdt_catalogue *catalogue, const char *origin, const char *text,
			size_t length, struct bpfhost_error *err);
/* Adds a file, or the *.probes of a folder in the order of their names. 0 or -errno with a sentence. */
int usdt_catalogue_path(struct usdt_catalogue *catalogue, const char *path,
			struct bpfhost_error *err);
/* Adds what comes with the plugin. */
int usdt_catalogue_shipped(struct usdt_catalogue *catalogue, struct bpfhost_error *err);
/* To be called once all are added. */
void usdt_catalogue_sort(struct usdt_catalogue *catalogue);

/* The line about a probe, NULL: there is none. */
const struct bpfhost_probe *usdt_catalogue_find(const struct usdt_catalogue *catalogue,
						const char *provider, const char *name);
bool usdt_catalogue_is_noisy(const struct usdt_catalogue *catalogue, const char *provider,
			     const char *name);

#endif
