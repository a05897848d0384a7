/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef BPFHOST_TARGET_LD_CACHE_H
#define BPFHOST_TARGET_LD_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "machine.h"

/* The bytes of an ld.so.cache, which stay the caller's; all offsets are into them and checked. */
struct target_cache {
	const unsigned char *data;
	size_t size;
	size_t strings; /* what the offsets of strings count from */
	size_t entries;
	size_t entry_size;
	size_t hwcaps; /* offsets of the names of folders below glibc-hwcaps */
	uint32_t hwcaps_count;
	uint32_t count;
};

/* Points into the cache's bytes. */
struct target_cache_entry {
	const char *name;
	const char *path;
	const char *hwcaps; /* the folder below glibc-hwcaps; "" for plain entries */
	uint32_t flags;
};

/* 0, or -EBADMSG: not a cache of any known format. */
int target_cache_open(const void *data, size_t size, struct target_cache *ret_cache);

/* Reads entry INDEX below count. False: it is broken, or of a kind that loaders no longer use. */
bool target_cache_read(const struct target_cache *cache, uint32_t index,
		       struct target_cache_entry *ret_entry);

/* As target_cache_read(), and false for the entries that are for other machines. */
bool target_cache_read_for(const struct target_cache *cache, const struct target_machine *machine,
			   uint32_t index, struct target_cache_entry *ret_entry);

/*
 * The entry that fits WANT best: by its name (name.h), then the highest version, then the folder
 * that the loader prefers. 0 or -ENOENT.
 */
int target_cache_find(const struct target_cache *cache, const struct target_machine *machine,
		      const char *want, struct target_cache_entry *ret_entry);

#endif
