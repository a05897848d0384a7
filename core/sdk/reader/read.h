/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A file in the process that reads it. */
#ifndef READER_READ_H
#define READER_READ_H

#include <bpfhost/reader.h>

#include "../elf/debug_internal.h"

struct reader_read {
	struct bpfhost_read shown;
	char *path;
	char *debug_path;
	bool is_found;      /* see struct bpfhost_file */
	const void *loaded; /* the object of this process that is the same file; NULL: none */
	int fd;
	/* Opens debug files. */
	debug_open_fn open;
	void *ctx;
	/* Known from the first bpfhost_read_symbols on. */
	struct bpfhost_symbols *symbols;
	struct bpfhost_elf *debug;
	struct debug_wanted debug_wanted; /* which of them it was */
	int debug_fd;                     /* -1: none */
	bool debug_was_sought;
	int symbols_error;  /* why there are none: -errno */
	char *symbols_note; /* that in words, or what was left out of them; NULL */
	/* Likewise. */
	struct bpfhost_dwarf *dwarf;
	bool dwarf_was_read;
	struct bpfhost_usdt *usdt;
};

/* Takes fd, also when it fails: -errno with a sentence. */
int reader_read_open(struct reader_read *read, int fd, struct bpfhost_error *err);
/* Looks for the debug file, once. Whether there is one. */
bool reader_read_debug(struct reader_read *read);
void reader_read_close(struct reader_read *read);

#endif
