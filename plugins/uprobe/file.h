/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The files that an instance probes, each read once. */
#ifndef UPROBE_FILE_H
#define UPROBE_FILE_H

#include <bpfhost/elf.h>
#include <bpfhost/target.h>

struct uprobe_file {
	struct bpfhost_target target;
	struct bpfhost_elf *elf;
	struct bpfhost_elf *debug;       /* its separate debug file; NULL: none */
	char *debug_path;                /* of that; NULL */
	struct bpfhost_symbols *symbols; /* NULL before uprobe_file_symbols */
};

struct uprobe_files {
	struct uprobe_file **items;
	uint32_t count;
};

/* Finds and reads the file of a TARGET; the files keep it. 0 or -errno with a sentence in err. */
int uprobe_files_get(struct uprobe_files *files, const char *target, uint32_t pid,
		     struct uprobe_file **ret_file, struct bpfhost_error *err);
void uprobe_files_free(struct uprobe_files *files);

/* Its symbols, with those of its debug file; read at the first call. */
int uprobe_file_symbols(struct uprobe_file *file, const struct bpfhost_symbols **ret_symbols,
			struct bpfhost_error *err);

#endif
