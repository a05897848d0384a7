/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "kernel_types/list.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

struct list_row {
	const char *name, *kind;
};

static int list_order(const void *a, const void *b)
{
	const struct list_row *one = a, *other = b;
	int order = strcmp(one->name, other->name);

	return order ?: strcmp(one->kind, other->kind);
}

static bool list_wants(const struct ktypes_wanted *wanted, const struct list_row *row)
{
	for (size_t i = 0; i < wanted->count; i++) {
		const struct ktypes_wanted_one *one = &wanted->each[i];

		if ((one->kind == BTF_KIND_UNKN || one->kind == ktypes_kind_of(row->kind)) &&
		    !fnmatch(one->name, row->name, FNM_NOESCAPE))
			return true;
	}
	return false;
}

static size_t list_collect(const struct ktypes_source *source, const struct ktypes_wanted *wanted,
			   struct list_row *rows)
{
	size_t count = 0;

	for (size_t i = 0; i < source->count; i++) {
		const struct ktypes_file *file = &source->files[i];

		for (uint32_t id = 0; (id = ktypes_next(file, id, BTF_KIND_UNKN)); id++) {
			rows[count] = (struct list_row){
				ktypes_name(file, id),
				ktypes_kind_word(btf__type_by_id(file->btf, id)),
			};
			count += list_wants(wanted, &rows[count]);
		}
	}
	return count;
}

int ktypes_list(const struct ktypes_source *source, const struct ktypes_wanted *wanted, FILE *out,
		struct bpfhost_error *why)
{
	struct list_row *rows = calloc(ktypes_count(source) + 1, sizeof(*rows));
	size_t count;

	if (!rows) {
		bpfhost_error_set(why, 0, "out of memory");
		return -ENOMEM;
	}
	count = list_collect(source, wanted, rows);
	qsort(rows, count, sizeof(*rows), list_order);
	for (size_t i = 0; i < count; i++)
		if (!i || list_order(&rows[i - 1], &rows[i]))
			fprintf(out, "%s %s\n", rows[i].kind, rows[i].name);
	free(rows);
	if (count)
		return 0;
	bpfhost_error_set(why, 0, "this kernel has no type that \"%s\" matches",
			  wanted->each[0].name);
	return -EINVAL;
}
