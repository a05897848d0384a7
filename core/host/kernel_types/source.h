/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The kernel's types as its files have them. Internal to this folder. */
#ifndef KERNEL_TYPES_SOURCE_H
#define KERNEL_TYPES_SOURCE_H

#include <bpf/btf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <bpfhost/error.h>

struct ktypes_file {
	char *name; /* "vmlinux", or a module's */
	struct btf *btf;
	uint32_t
		first; /* id of the first type of its own: a module's BTF goes on where vmlinux' ends */
};

struct ktypes_source {
	char *folder;
	struct ktypes_file *files; /* the first is vmlinux */
	size_t count;
	bool modules_read;
};

/* Reads vmlinux; modules are read when somebody asks. 0, -ENODATA where there is none, or another -errno, with err set. */
int ktypes_source_open(const char *folder, struct ktypes_source *ret_source,
		       struct bpfhost_error *err);
/* Reads the modules, those that can be read. 0, -ENOMEM. */
int ktypes_source_modules(struct ktypes_source *source);
void ktypes_source_close(struct ktypes_source *source);

/* The kind that is asked for by a word ("struct"), BTF_KIND_UNKN when it is none. */
uint32_t ktypes_kind_of(const char *word);
/* The word for the kind of a type, "" where ktypes_next would not return it. */
const char *ktypes_kind_word(const struct btf_type *type);
/* The next type of the file from id on that is defined there under a name, of this kind (UNKN: any): its id or 0. */
uint32_t ktypes_next(const struct ktypes_file *file, uint32_t id, uint32_t kind);
/* The file's. */
const char *ktypes_name(const struct ktypes_file *file, uint32_t id);
/* As ktypes_next(), of this name. */
uint32_t ktypes_find(const struct ktypes_file *file, uint32_t id, const char *name, uint32_t kind);
/* As many types as the files have, of all kinds and with or without a name. */
size_t ktypes_count(const struct ktypes_source *source);
/* The name of any file that is nearest, or NULL. */
const char *ktypes_nearest(const struct ktypes_source *source, const char *name, uint32_t kind);

#endif
