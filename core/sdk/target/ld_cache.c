/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */

/*
 * The formats, as glibc's sysdeps/generic/dl-cache.h and elf/cache.c define them. All numbers are
 * in the machine's byte order.
 *
 *	old	"ld.so-1.7.0", padding, u32 count
 *		count times: u32 flags, u32 name, u32 path; strings count from behind these
 *	new	"glibc-ld.so.cache1.1", u32 count, u32 size of the strings, u8 byte order, padding,
 *		u32 where the extensions begin in the file, 12 bytes of nothing
 *		count times: u32 flags, u32 name, u32 path, u32 unused, u64 hwcap; strings count
 *		from where the new format begins
 *	both	the new one behind the old one's entries, at the next multiple of 8
 *	extensions	u32 magic, u32 count
 *		count times: u32 tag, u32 flags, u32 where in the file, u32 size
 *		tag 1: an array of u32, strings that name the folders below glibc-hwcaps
 *
 * In hwcap, bit 62 says that the lower half is an index into that array; bits 32 to 41 are a level
 * that the array's folder implies. Any other hwcap is of the older scheme that glibc 2.37 dropped.
 */
#include "ld_cache.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "name.h"

#define OLD_MAGIC      "ld.so-1.7.0"
#define OLD_HEADER     16
#define OLD_ENTRY      12
#define NEW_MAGIC      "glibc-ld.so.cache1.1"
#define NEW_HEADER     48
#define NEW_ENTRY      24
#define NEW_ALIGN      8
#define NEW_ORDER      28
#define NEW_EXTENSIONS 32

#define EXTENSION_MAGIC  0xeaa42174u
#define EXTENSION_HEADER 8
#define EXTENSION_ENTRY  16
#define EXTENSION_HWCAPS 1

#define HWCAP_LEVELS 0x3ffu
#define HWCAP_FOLDER (1u << 30)

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define ORDER_HERE 2
#else
#define ORDER_HERE 3
#endif

static uint32_t read_u32(const struct target_cache *cache, size_t offset)
{
	uint32_t value;

	memcpy(&value, cache->data + offset, sizeof(value));
	return value;
}

static bool has(const struct target_cache *cache, size_t offset, size_t size)
{
	return offset <= cache->size && cache->size - offset >= size;
}

static bool has_magic(const struct target_cache *cache, size_t offset, const char *magic,
		      size_t header)
{
	return has(cache, offset, header) && !memcmp(cache->data + offset, magic, strlen(magic));
}

/* The string of at most MOST bytes at OFFSET; NULL where it does not end. */
static const char *read_string(const struct target_cache *cache, uint32_t offset, size_t most)
{
	size_t at = cache->strings + offset;
	size_t left;

	if (at >= cache->size)
		return NULL;
	left = cache->size - at;
	if (!memchr(cache->data + at, '\0', left < most + 1 ? left : most + 1))
		return NULL;
	return (const char *)cache->data + at;
}

static bool take_hwcaps(struct target_cache *cache, size_t section)
{
	uint32_t where = read_u32(cache, section + 8);
	uint32_t size = read_u32(cache, section + 12);

	if (read_u32(cache, section) != EXTENSION_HWCAPS || !has(cache, where, size))
		return false;
	cache->hwcaps = where;
	cache->hwcaps_count = size / sizeof(uint32_t);
	return true;
}

/* Extensions that are not understood are none: the plain entries stay usable. */
static void open_extensions(struct target_cache *cache, size_t base)
{
	size_t at = read_u32(cache, base + NEW_EXTENSIONS);
	uint32_t count;

	if (!at || !has(cache, at, EXTENSION_HEADER) || read_u32(cache, at) != EXTENSION_MAGIC)
		return;
	count = read_u32(cache, at + 4);
	at += EXTENSION_HEADER;
	for (; count && has(cache, at, EXTENSION_ENTRY); count--, at += EXTENSION_ENTRY) {
		if (take_hwcaps(cache, at))
			return;
	}
}

static int open_new(struct target_cache *cache, size_t base)
{
	unsigned char order = cache->data[base + NEW_ORDER] & 3;

	/* 0 is from before the byte order was noted, 1 is written into unfinished files. */
	if (order && order != ORDER_HERE)
		return -EBADMSG;
	cache->count = read_u32(cache, base + 20);
	cache->strings = base;
	cache->entries = base + NEW_HEADER;
	cache->entry_size = NEW_ENTRY;
	if ((cache->size - cache->entries) / NEW_ENTRY < cache->count)
		return -EBADMSG;
	open_extensions(cache, base);
	return 0;
}

static int open_old(struct target_cache *cache)
{
	size_t next;

	cache->count = read_u32(cache, 12);
	cache->entries = OLD_HEADER;
	cache->entry_size = OLD_ENTRY;
	if ((cache->size - OLD_HEADER) / OLD_ENTRY < cache->count)
		return -EBADMSG;
	cache->strings = OLD_HEADER + (size_t)cache->count * OLD_ENTRY;
	next = (cache->strings + NEW_ALIGN - 1) & ~(size_t)(NEW_ALIGN - 1);
	return has_magic(cache, next, NEW_MAGIC, NEW_HEADER) ? open_new(cache, next) : 0;
}

int target_cache_open(const void *data, size_t size, struct target_cache *ret_cache)
{
	struct target_cache cache = { .data = data, .size = size };
	int err = -EBADMSG;

	if (has_magic(&cache, 0, NEW_MAGIC, NEW_HEADER))
		err = open_new(&cache, 0);
	else if (has_magic(&cache, 0, OLD_MAGIC, OLD_HEADER))
		err = open_old(&cache);
	if (!err)
		*ret_cache = cache;
	return err;
}

static const char *read_hwcaps(const struct target_cache *cache, size_t entry)
{
	uint64_t hwcap = 0;
	uint32_t index;

	if (cache->entry_size == NEW_ENTRY)
		memcpy(&hwcap, cache->data + entry + 16, sizeof(hwcap));
	if (!hwcap)
		return "";
	index = (uint32_t)hwcap;
	if (((uint32_t)(hwcap >> 32) & ~HWCAP_LEVELS) != HWCAP_FOLDER ||
	    index >= cache->hwcaps_count)
		return NULL;
	return read_string(cache, read_u32(cache, cache->hwcaps + index * sizeof(index)), NAME_MAX);
}

bool target_cache_read(const struct target_cache *cache, uint32_t index,
		       struct target_cache_entry *ret_entry)
{
	size_t at = cache->entries + index * cache->entry_size;
	struct target_cache_entry entry = {
		.flags = read_u32(cache, at),
		.name = read_string(cache, read_u32(cache, at + 4), NAME_MAX),
		.path = read_string(cache, read_u32(cache, at + 8), PATH_MAX),
		.hwcaps = read_hwcaps(cache, at),
	};

	if (!entry.name || !entry.path || *entry.path != '/' || !entry.hwcaps)
		return false;
	*ret_entry = entry;
	return true;
}

bool target_cache_read_for(const struct target_cache *cache, const struct target_machine *machine,
			   uint32_t index, struct target_cache_entry *ret_entry)
{
	struct target_cache_entry entry;

	if (!target_cache_read(cache, index, &entry) || entry.flags != machine->flags ||
	    target_machine_level(machine, entry.hwcaps) < 0)
		return false;
	*ret_entry = entry;
	return true;
}

static bool is_better(const struct target_machine *machine, const char *want,
		      const struct target_cache_entry *entry, const struct target_cache_entry *best)
{
	enum target_fit fit = target_name_fit(want, entry->name);
	enum target_fit best_fit = best->name ? target_name_fit(want, best->name) : 0;
	int order;

	if (fit != best_fit || !fit)
		return fit > best_fit;
	order = strverscmp(entry->name, best->name);
	if (order)
		return order > 0;
	return target_machine_level(machine, entry->hwcaps) >
	       target_machine_level(machine, best->hwcaps);
}

int target_cache_find(const struct target_cache *cache, const struct target_machine *machine,
		      const char *want, struct target_cache_entry *ret_entry)
{
	struct target_cache_entry best = { 0 };
	struct target_cache_entry entry;

	for (uint32_t i = 0; i < cache->count; i++) {
		if (target_cache_read_for(cache, machine, i, &entry) &&
		    is_better(machine, want, &entry, &best))
			best = entry;
	}
	if (!best.name)
		return -ENOENT;
	*ret_entry = best;
	return 0;
}
