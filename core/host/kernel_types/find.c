/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which file defines what is wanted. */
#include <errno.h>

#include "kernel_types/ktypes.h"

static int ktypes_unknown(struct ktypes *types, const struct ktypes_wanted_one *wanted)
{
	const char *nearest = ktypes_nearest(&types->source, wanted->name, wanted->kind);

	ktypes_say(types->log, "this kernel has no type \"%.128s\"%s%.128s%s", wanted->name,
		   nearest ? "; did you mean \"" : "", nearest ?: "", nearest ? "\"?" : "");
	return -EINVAL;
}

static bool ktypes_find_in(struct ktypes *types, struct ktypes_wanted_one *wanted, size_t from)
{
	for (size_t i = from; i < types->source.count; i++)
		if (ktypes_find(&types->source.files[i], 0, wanted->name, wanted->kind)) {
			wanted->file = i;
			return true;
		}
	return false;
}

/* Modules are many files: they are read only for what the kernel itself has not. */
static int ktypes_find_one(struct ktypes *types, struct ktypes_wanted_one *wanted)
{
	int err = 0;

	if (ktypes_find_in(types, wanted, 0))
		return 0;
	if (!types->source.modules_read)
		err = ktypes_source_modules(&types->source);
	if (!err && !ktypes_find_in(types, wanted, 1))
		err = ktypes_unknown(types, wanted);
	return err;
}

/* All mistakes are told, not the first alone. */
int ktypes_find_all(struct ktypes *types)
{
	int err = 0;

	for (size_t i = 0; i < types->wanted.count; i++) {
		int one = ktypes_find_one(types, &types->wanted.each[i]);

		err = err ? err : one;
	}
	return err;
}
