/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef SDK_STACK_PRIVATE_H
#define SDK_STACK_PRIVATE_H

#include <stdio.h>
#include <time.h>

#include <bpfhost/elf.h>
#include <bpfhost/reader.h>
#include <bpfhost/stack.h>

#include "../elf/debug_internal.h"

enum {
	STACK_MAPS_MAX = 16384,
	STACK_CACHE_SIZE = 8192,  /* a power of two */
	STACK_GATHER_SECONDS = 2, /* for what is not asked for by name */
	STACK_NAME_MAX = 512,     /* bytes of a frame's text */
	/* Of one file: to sort more takes seconds. Chromium has some 1.6 million. */
	STACK_SYMBOLS_MAX = 2500000,
};

/* Of all files together: it is the traced processes that decide which there are. */
#define STACK_MEMORY_MAX (512ULL << 20)

/* A file that code may lie in. */
struct stack_file {
	uint8_t build_id[BPFHOST_STACK_BUILD_ID]; /* all 0: it has none */
	dev_t device;
	ino_t inode;
	char *path;
	const char *name; /* the end of path */
	int fd;
	int debug_fd; /* -1: none */
	/* What it says that it will be started with, and where from. */
	struct bpfhost_blocks texts;
	const char **needed;
	size_t nneeded;
	const char *run_path; /* NULL: none */
	/* Read when first asked for, by a worker without privileges. */
	struct bpfhost_elf *elf;
	struct bpfhost_symbols *symbols;
	bool was_opened;
	bool was_read;
};

/* Where a process had code of a file mapped. */
struct stack_map {
	uint32_t pid;
	uint32_t file;
	uint64_t start;
	uint64_t end;
	uint64_t offset;
};

struct stack_kernel_symbol {
	uint64_t address;
	size_t name; /* offset into names */
};

struct stack_kernel {
	struct stack_kernel_symbol *symbols; /* by address */
	size_t count;
	char *names;
	size_t names_size;
};

/* Texts of frames; a frame has one place where it can be, and a newer one takes it over. */
struct stack_cached {
	uint64_t offset;
	uint32_t file;
	bool is_caller;
	char *text; /* NULL: nothing */
};

struct bpfhost_stacks {
	struct bpfhost_reader *reader; /* runs while files are added */
	struct stack_file *files;
	uint32_t nfiles;
	uint32_t *by_id; /* indices of those that have a build-id */
	uint32_t nids;
	uint64_t memory;        /* bytes of all symbols that were read */
	struct stack_map *maps; /* by pid and start */
	uint32_t nmaps;
	bool is_sorted;
	time_t begin; /* of gathering, CLOCK_MONOTONIC in seconds */
	struct stack_kernel kernel;
	struct stack_cached *cache;
	char *buffer; /* NAMES_DEMANGLED_MAX bytes */
	char *record; /* BPFHOST_RECORD_MAX bytes */
};

/* files.c: the index of the file, or -errno; fd stays the caller's. */
int stack_files_add(struct bpfhost_stacks *stacks, const struct bpfhost_target *target);
/* look.c: fills in its build-id, debug file and what it needs, as the reader tells them. 0 or -errno. */
int stack_look(struct bpfhost_reader *reader, const struct bpfhost_target *target,
	       struct stack_file *file);
/* The same as bpfhost_part_fn; ctx is a struct stack_looked. */
struct stack_looked {
	struct stack_file *file;
	struct debug_wanted debug; /* candidate DEBUG_CANDIDATES: none */
};
int stack_look_take(void *ctx, struct bpfhost_unpack *part);
/* files.c: NULL: it is no such file any more. */
const struct bpfhost_elf *stack_file_elf(struct stack_file *file);
int stack_files_find(const struct bpfhost_stacks *stacks, dev_t device, ino_t inode);
int stack_files_by_id(struct bpfhost_stacks *stacks, const uint8_t *build_id);
void stack_files_free(struct bpfhost_stacks *stacks);

/* maps.c: false: that address of that process is not known. */
void stack_maps_add(struct bpfhost_stacks *stacks, const struct stack_map *map);
bool stack_maps_find(struct bpfhost_stacks *stacks, uint32_t pid, uint64_t address,
		     uint32_t *ret_file, uint64_t *ret_offset);
/* Sorts both tables after additions. */
void stack_tables_sort(struct bpfhost_stacks *stacks);

/* kernel.c */
void stack_kernel_text(const struct stack_kernel *kernel, uint64_t address, char *text,
		       size_t size);
/* From lines as /proc/kallsyms has them. */
int stack_kernel_read(FILE *file, struct stack_kernel *ret_kernel);
void stack_kernel_free(struct stack_kernel *kernel);

/*
 * frame.c: the text of a place in a file; valid until the next call. is_caller: the offset is where a
 * call will return to.
 */
const char *stack_frame_text(struct bpfhost_stacks *stacks, uint32_t file, uint64_t offset,
			     bool is_caller);

#endif
