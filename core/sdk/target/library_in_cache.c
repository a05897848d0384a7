/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fail.h"
#include "find.h"
#include "ld_cache.h"
#include "name.h"
#include "read.h"
#include "words.h"

#define CACHE_PATH     "/etc/ld.so.cache"
#define CACHE_SIZE_MAX (64 << 20)

/* *RET_DATA is what the cache points into. -ENOENT where there is none, or none that is known. */
static int load(char **ret_data, struct target_cache *ret_cache)
{
	int fd = target_open_file(CACHE_PATH);
	char *data;
	size_t size;
	int err;

	if (fd < 0)
		return -ENOENT;
	err = target_read(fd, CACHE_SIZE_MAX, &data, &size);
	close(fd);
	if (err == -ENOMEM)
		return err;
	if (err)
		return -ENOENT;
	if (target_cache_open(data, size, ret_cache)) {
		free(data);
		return -ENOENT;
	}
	*ret_data = data;
	return 0;
}

static int take(const struct target_cache_entry *entry, struct target_found *ret_found,
		struct bpfhost_error *err)
{
	struct target_found found = { .fd = target_open_file(entry->path) };

	if (found.fd == -ENOENT || found.fd == -ENOTDIR)
		return -ENOENT; /* the cache is older than the files */
	if (found.fd < 0)
		return target_fail_open(err, found.fd, entry->path);
	found.path = strdup(entry->path);
	*ret_found = found;
	return 0;
}

int target_library_in_cache(const struct target_machine *machine, const char *name,
			    struct target_found *ret_found, struct bpfhost_error *err)
{
	struct target_cache_entry entry;
	struct target_cache cache;
	char *data;
	int ret = load(&data, &cache);

	if (ret)
		return ret == -ENOENT ? ret : target_fail(err, ret, "%s", strerror(-ret));
	ret = target_cache_find(&cache, machine, name, &entry);
	if (!ret)
		ret = take(&entry, ret_found, err);
	free(data);
	return ret;
}

/* "libsl" is near to "libssl", which stands for "libssl.so.3". */
static void add_words(struct target_words *words, const struct target_cache *cache,
		      const struct target_machine *machine)
{
	struct target_cache_entry entry;

	for (uint32_t i = 0; i < cache->count; i++) {
		if (target_cache_read_for(cache, machine, i, &entry))
			target_words_add(words, entry.name, target_name_stem(entry.name),
					 entry.name);
	}
}

int target_fail_cached(const struct target_machine *machine, const char *name,
		       struct bpfhost_error *err)
{
	struct target_words words = { 0 };
	char want[NAME_MAX + 1];
	struct target_cache cache;
	char *data = NULL;
	int ret;

	if (load(&data, &cache))
		return target_fail(err, -ENOENT,
				   "there is no library \"%.128s\" in the loader's folders", name);
	add_words(&words, &cache, machine);
	snprintf(want, sizeof(want), "%.*s", (int)target_name_stem(name), name);
	ret = target_fail_near(err, target_words_nearest(&words, want),
			       "there is no library \"%.128s\" in the loader's cache", name);
	target_words_free(&words);
	free(data);
	return ret;
}
