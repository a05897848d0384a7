/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The files that an instance probes, each found and read once. */
#ifndef BPFHOST_FILE_H
#define BPFHOST_FILE_H

#include <bpfhost/elf.h>
#include <bpfhost/target.h>

struct bpfhost_file {
	struct bpfhost_target target;
	struct bpfhost_elf *elf; /* NULL: it rests */
	/* For the caller to set, once it has the file: nobody asked for it by name, so it is some process
	 * that decides what it is like. No debug file is looked for then, and symbols that take long to
	 * read are not read. */
	bool is_found;
	/* Known from the first bpfhost_file_symbols on. */
	struct bpfhost_symbols *symbols;
	struct bpfhost_elf *debug; /* its separate debug file; NULL: none */
	char *debug_path;          /* of that; NULL */
	int debug_fd;              /* likewise; -1 */
	int symbols_error;         /* why there are none: -errno */
	char *symbols_note;        /* that in words, or what was left out of them; NULL */
};

struct bpfhost_files {
	struct bpfhost_file **items;
	uint32_t count;
};

/*
 * Finds and reads the file of a TARGET; the files keep it. ret_pid: the only process that is meant, pid
 * or that of pid:N and process:NAME; 0: whoever runs the file. Several targets, each with a process of its
 * own, may be one file. 0 or -errno with a sentence in err.
 */
int bpfhost_files_get(struct bpfhost_files *files, const char *target, uint32_t pid,
		      struct bpfhost_file **ret_file, uint32_t *ret_pid, struct bpfhost_error *err);
void bpfhost_files_free(struct bpfhost_files *files);
/* Gives back what was read of it; the descriptor stays. bpfhost_files_get reads it again. */
void bpfhost_file_rest(struct bpfhost_file *file);

/*
 * The same for each process of --pid (npids 0: for whoever runs it), which may see other files under one
 * name; once for a process that is named twice. pid:N and process:NAME, too, must be among them. Ends when
 * found returns other than 0, and returns that.
 */
typedef int (*bpfhost_file_fn)(void *ctx, struct bpfhost_file *file, uint32_t pid);
int bpfhost_files_each(struct bpfhost_files *files, const char *target, const uint32_t *pids,
		       uint32_t npids, bpfhost_file_fn found, void *ctx, struct bpfhost_error *err);

/* Its symbols, with those of its debug file; read at the first call, which decides for all later ones. */
int bpfhost_file_symbols(struct bpfhost_file *file, const struct bpfhost_symbols **ret_symbols,
			 struct bpfhost_error *err);

#endif
