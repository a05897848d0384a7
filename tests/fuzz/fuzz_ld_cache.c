/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "target/ld_cache.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_inside(const struct target_cache *cache, const char *text)
{
	const unsigned char *at = (const unsigned char *)text;

	if (at < cache->data && *text)
		abort();
	if (at >= cache->data && at + strlen(text) >= cache->data + cache->size)
		abort();
}

static void check_entries(const struct target_cache *cache)
{
	struct target_cache_entry entry;

	for (uint32_t i = 0; i < cache->count; i++) {
		if (!target_cache_read(cache, i, &entry))
			continue;
		check_inside(cache, entry.name);
		check_inside(cache, entry.path);
		if (*entry.path != '/' || strlen(entry.hwcaps) > 255)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = { "libc", "libc.so.6", "libssl.so", "ld-linux", "" };
	struct target_machine machine = target_machine_here();
	struct target_cache_entry entry;
	struct target_cache cache;

	if (target_cache_open(data, size, &cache))
		return 0;
	check_entries(&cache);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		int err = target_cache_find(&cache, &machine, names[i], &entry);

		if (err && err != -ENOENT)
			abort();
		if (!err && entry.flags != machine.flags)
			abort();
	}
	return 0;
}
