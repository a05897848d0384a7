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

uint32_t ktypes_kind_of(const char *word)
{
	static const struct {
		const char *word;
		uint32_t kind;
	} kinds[] = {
		{ "struct", BTF_KIND_STRUCT },
		{ "union", BTF_KIND_UNION },
		{ "enum", BTF_KIND_ENUM },
		{ "typedef", BTF_KIND_TYPEDEF },
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strcmp(kinds[i].word, word))
			return kinds[i].kind;
	return BTF_KIND_UNKN;
}

/* Whether C has a definition of it under a name. An enum of 64 bits is an enum to whoever asks. */
static bool source_is_kind(const struct btf_type *type, uint32_t kind)
{
	uint32_t own = btf_kind(type);

	if (own == BTF_KIND_ENUM64)
		own = BTF_KIND_ENUM;
	if (own != BTF_KIND_STRUCT && own != BTF_KIND_UNION && own != BTF_KIND_ENUM &&
	    own != BTF_KIND_TYPEDEF)
		return false;
	/* An enum without values is a forward declaration. */
	if (own == BTF_KIND_ENUM && !btf_vlen(type))
		return false;
	return type->name_off && (kind == BTF_KIND_UNKN || kind == own);
}

uint32_t ktypes_find(const struct ktypes_file *file, uint32_t id, const char *name, uint32_t kind)
{
	uint32_t end = btf__type_cnt(file->btf);

	for (id = id < file->first ? file->first : id; id < end; id++) {
		const struct btf_type *type = btf__type_by_id(file->btf, id);

		if (source_is_kind(type, kind) &&
		    !strcmp(btf__name_by_offset(file->btf, type->name_off), name))
			return id;
	}
	return 0;
}

const char *ktypes_nearest(const struct ktypes_source *source, const char *name, uint32_t kind)
{
	const char **names, *nearest;
	size_t room = 0, count = 0;

	for (size_t i = 0; i < source->count; i++)
		room += btf__type_cnt(source->files[i].btf) - source->files[i].first;
	names = calloc(room + 1, sizeof(*names));
	if (!names)
		return NULL;
	for (size_t i = 0; i < source->count; i++) {
		const struct ktypes_file *file = &source->files[i];

		for (uint32_t id = file->first; id < btf__type_cnt(file->btf); id++) {
			const struct btf_type *type = btf__type_by_id(file->btf, id);

			if (source_is_kind(type, kind))
				names[count++] = btf__name_by_offset(file->btf, type->name_off);
		}
	}
	nearest = bpfhost_nearest(name, names, count);
	free(names);
	return nearest;
}
