/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "kernel_types/source.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/libbpf.h>
#include <bpfhost/nearest.h>

#define SOURCE_KERNEL "vmlinux"

static int source_add(struct ktypes_source *source, const char *name, struct btf *btf,
		      uint32_t first)
{
	struct ktypes_file *files =
		reallocarray(source->files, source->count + 1, sizeof(*source->files));

	if (!files)
		return -ENOMEM;
	source->files = files;
	files[source->count] = (struct ktypes_file){ strdup(name), btf, first };
	if (!files[source->count].name)
		return -ENOMEM;
	source->count++;
	return 0;
}

static int source_read(struct ktypes_source *source, const char *name)
{
	struct btf *base = source->count ? source->files[0].btf : NULL;
	uint32_t first = base ? btf__type_cnt(base) : 1;
	struct btf *btf;
	char *path;
	int err;

	if (asprintf(&path, "%s/%s", source->folder, name) < 0)
		return -ENOMEM;
	btf = btf__parse_split(path, base);
	err = btf ? 0 : -errno;
	free(path);
	if (!err)
		err = source_add(source, name, btf, first);
	if (err)
		btf__free(btf);
	return err;
}

int ktypes_source_open(const char *folder, struct ktypes_source *ret_source,
		       struct bpfhost_error *err)
{
	struct ktypes_source source = { .folder = strdup(folder) };
	int e = source.folder ? source_read(&source, SOURCE_KERNEL) : -ENOMEM;

	if (!e) {
		*ret_source = source;
		return 0;
	}
	ktypes_source_close(&source);
	if (e == -ENOENT)
		bpfhost_error_set(
			err, 0,
			"this kernel does not tell its types: there is no %s/" SOURCE_KERNEL
			" (CONFIG_DEBUG_INFO_BTF=y makes it)",
			folder);
	else
		bpfhost_error_set(err, 0, "failed to read %s/" SOURCE_KERNEL ": %s", folder,
				  strerror(-e));
	return e == -ENOENT ? -ENODATA : e;
}

static int source_is_module(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && strcmp(entry->d_name, SOURCE_KERNEL) != 0;
}

/* One that cannot be read, or is unloaded just then, has no types for us. */
int ktypes_source_modules(struct ktypes_source *source)
{
	struct dirent **entries = NULL;
	int count, err = 0;

	if (source->modules_read)
		return 0;
	source->modules_read = true;
	count = scandir(source->folder, &entries, source_is_module, alphasort);
	for (int i = 0; i < count; i++) {
		if (source_read(source, entries[i]->d_name) == -ENOMEM)
			err = -ENOMEM;
		free(entries[i]);
	}
	free(entries);
	return err;
}

void ktypes_source_close(struct ktypes_source *source)
{
	/* The base goes last. */
	while (source->count) {
		source->count--;
		free(source->files[source->count].name);
		btf__free(source->files[source->count].btf);
	}
	free(source->files);
	free(source->folder);
	*source = (struct ktypes_source){ 0 };
}

/* ---- names ------------------------------------------------------------------------------------------ */

static const struct {
	const char *word;
	uint32_t kind;
} source_kinds[] = {
	{ "struct", BTF_KIND_STRUCT },
	{ "union", BTF_KIND_UNION },
	{ "enum", BTF_KIND_ENUM },
	{ "typedef", BTF_KIND_TYPEDEF },
};

#define SOURCE_KINDS (sizeof(source_kinds) / sizeof(source_kinds[0]))

uint32_t ktypes_kind_of(const char *word)
{
	for (size_t i = 0; i < SOURCE_KINDS; i++)
		if (!strcmp(source_kinds[i].word, word))
			return source_kinds[i].kind;
	return BTF_KIND_UNKN;
}

/* An enum of 64 bits is an enum to whoever asks. */
static uint32_t source_kind(const struct btf_type *type)
{
	return btf_kind(type) == BTF_KIND_ENUM64 ? BTF_KIND_ENUM : btf_kind(type);
}

const char *ktypes_kind_word(const struct btf_type *type)
{
	for (size_t i = 0; i < SOURCE_KINDS; i++)
		if (source_kinds[i].kind == source_kind(type))
			return source_kinds[i].word;
	return "";
}

/* Whether C has a definition of it under a name. An enum without values is a forward declaration. */
static bool source_is_kind(const struct btf_type *type, uint32_t kind)
{
	uint32_t own = source_kind(type);

	if (own != BTF_KIND_STRUCT && own != BTF_KIND_UNION && own != BTF_KIND_ENUM &&
	    own != BTF_KIND_TYPEDEF)
		return false;
	if (own == BTF_KIND_ENUM && !btf_vlen(type))
		return false;
	return type->name_off && (kind == BTF_KIND_UNKN || kind == own);
}

uint32_t ktypes_next(const struct ktypes_file *file, uint32_t id, uint32_t kind)
{
	uint32_t end = btf__type_cnt(file->btf);

	for (id = id < file->first ? file->first : id; id < end; id++)
		if (source_is_kind(btf__type_by_id(file->btf, id), kind))
			return id;
	return 0;
}

const char *ktypes_name(const struct ktypes_file *file, uint32_t id)
{
	return btf__name_by_offset(file->btf, btf__type_by_id(file->btf, id)->name_off);
}

uint32_t ktypes_find(const struct ktypes_file *file, uint32_t id, const char *name, uint32_t kind)
{
	while ((id = ktypes_next(file, id, kind)) && strcmp(ktypes_name(file, id), name) != 0)
		id++;
	return id;
}

size_t ktypes_count(const struct ktypes_source *source)
{
	size_t count = 0;

	for (size_t i = 0; i < source->count; i++)
		count += btf__type_cnt(source->files[i].btf) - source->files[i].first;
	return count;
}

const char *ktypes_nearest(const struct ktypes_source *source, const char *name, uint32_t kind)
{
	const char **names = calloc(ktypes_count(source) + 1, sizeof(*names)), *nearest;
	size_t count = 0;

	if (!names)
		return NULL;
	for (size_t i = 0; i < source->count; i++) {
		const struct ktypes_file *file = &source->files[i];

		for (uint32_t id = 0; (id = ktypes_next(file, id, kind)); id++)
			names[count++] = ktypes_name(file, id);
	}
	nearest = bpfhost_nearest(name, names, count);
	free(names);
	return nearest;
}
