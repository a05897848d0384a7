/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef BPFHOST_HOST_DESCRIPTOR_PRIVATE_H
#define BPFHOST_HOST_DESCRIPTOR_PRIVATE_H

#include "loader/descriptor.h"

/* A descriptor on its way from an image to plain data. */
struct descriptor_reader {
	const struct image *image;
	struct descriptor *into;
	struct bpfhost_plugin plugin; /* as stored: its numbers count, its pointers mean nothing */
	uint64_t address;             /* of the plugin's struct bpfhost_plugin */
	struct bpfhost_error *err;
};

/* Sets the sentence and returns -EINVAL, or -ENOMEM. */
int descriptor_fail(struct bpfhost_error *err, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
int descriptor_no_memory(struct bpfhost_error *err);

/*
 * Copies the string that the pointer at an address leads to, NULL for NULL: printable, at most max
 * bytes. what names it in the error.
 */
int descriptor_text(struct descriptor_reader *reader, uint64_t address, const char *what,
		    size_t max, const char **ret_text);

/* Reads and checks the option table. */
int descriptor_read_options(struct descriptor_reader *reader);

#endif
