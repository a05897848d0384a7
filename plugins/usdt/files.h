/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Files with their static probes. */
#ifndef USDT_FILES_H
#define USDT_FILES_H

#include <bpfhost/file.h>
#include <bpfhost/reader.h>

struct usdt_file {
	struct bpfhost_file *file;
	struct bpfhost_usdt *usdt;
	const struct bpfhost_usdt_site *sites; /* sorted by provider and name */
	size_t nsites;
};

struct usdt_files {
	struct bpfhost_files files;
	struct usdt_file **items;
	uint32_t count;
};

/* The static probes of one of the files, read at the first call. 0 or -errno with a sentence. */
int usdt_files_read(struct usdt_files *files, struct bpfhost_file *opened,
		    struct usdt_file **ret_file, struct bpfhost_error *err);
/* Those of a TARGET as process pid sees it (0: any). */
int usdt_files_get(struct usdt_files *files, const char *target, uint32_t pid,
		   struct usdt_file **ret_file, struct bpfhost_error *err);
void usdt_files_free(struct usdt_files *files);
/* Gives back all that was read of it. */
void usdt_file_rest(struct usdt_file *file);

/* How many sites from first on are those of one probe. */
size_t usdt_file_group(const struct usdt_file *file, size_t first);

#endif
