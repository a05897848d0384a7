/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What is installed, found by looking into the plugin folders. Descriptors are read in this process
 * and not in a child without privileges: the reader behind loader_open runs no code of the plugin,
 * touches its bytes through one bounded gate, and is tested and fuzzed to survive any of them, so a
 * child would only protect from what is excluded already, at a fork for each file. What is read by
 * libbpf, which is not so careful, is read in a sandbox (sandbox.h).
 */
#include "loader/catalogue.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bpfhost/nearest.h>

#include "config/config.h"

int catalogue_paths_setup(const struct config *config, struct catalogue_paths *ret_paths)
{
	size_t dirs = config->plugin_dirs.count, trusts = config->trust_dirs.count;
	const char **folders = calloc(dirs + 2, sizeof(*folders));
	const char **trust = calloc(trusts + 1, sizeof(*trust));

	if (!folders || !trust) {
		free(folders);
		free(trust);
		return -ENOMEM;
	}
	for (size_t i = 0; i < dirs; i++)
		folders[i] = config->plugin_dirs.items[i].text;
	folders[dirs] = "/usr/local/lib/bpfhost";
	folders[dirs + 1] = "/usr/lib/bpfhost";
	for (size_t i = 0; i < trusts; i++)
		trust[i] = config->trust_dirs.items[i].text;
	*ret_paths = (struct catalogue_paths){
		.folders = folders,
		.folder_count = dirs + 2,
		.trust = { .folders = trust, .count = trusts },
	};
	return 0;
}

void catalogue_paths_free(struct catalogue_paths *paths)
{
	if (!paths)
		return;
	free((void *)paths->folders);
	free((void *)paths->trust.folders);
	*paths = (struct catalogue_paths){ 0 };
}

bool catalogue_takes(const char *file)
{
	size_t size = strlen(file), end = strlen(CATALOGUE_SUFFIX);

	return file[0] != '.' && size > end && !strcmp(file + size - end, CATALOGUE_SUFFIX);
}

static int catalogue_select(const struct dirent *entry)
{
	return catalogue_takes(entry->d_name);
}

/* folder/file, or the folder alone. */
static char *catalogue_path(const char *folder, const char *file, const char *suffix)
{
	bool slash = folder[0] && folder[strlen(folder) - 1] == '/';
	char *path;

	return asprintf(&path, "%s%s%s%s", folder, slash || !file[0] ? "" : "/", file, suffix) < 0
		       ? NULL
		       : path;
}

/* Memory is the only thing that can fail here; the entry is the catalogue's at once. */
static struct catalogue_entry *catalogue_add(struct catalogue *catalogue, const char *folder,
					     const char *file)
{
	struct catalogue_entry *entry = &catalogue->entries[catalogue->count];

	catalogue->count++;
	entry->name = strndup(file, strlen(file) > 3 ? strlen(file) - 3 : 0);
	entry->path = catalogue_path(folder, file, "");
	return entry->name && entry->path ? entry : NULL;
}

static int catalogue_scan_folder(struct catalogue *catalogue, const char *folder)
{
	struct catalogue_entry *entry;
	struct dirent **files;
	int count = scandir(folder, &files, catalogue_select, alphasort);
	int e = 0;

	if (count < 0 && (errno == ENOENT || errno == ENOMEM))
		return errno == ENOENT ? 0 : -ENOMEM;
	if (count < 0 && catalogue->count < CATALOGUE_ENTRIES_MAX) {
		int cause = errno;

		entry = catalogue_add(catalogue, folder, "");
		if (entry)
			entry->state = CATALOGUE_REFUSED;
		if (!entry || asprintf(&entry->reason, "failed to read the folder %s: %s", folder,
				       strerror(cause)) < 0)
			return -ENOMEM;
		return 0;
	}
	for (int i = 0; i < count; i++) {
		if (!e && catalogue->count < CATALOGUE_ENTRIES_MAX &&
		    !catalogue_add(catalogue, folder, files[i]->d_name))
			e = -ENOMEM;
		free(files[i]);
	}
	if (count >= 0)
		free(files);
	return e;
}

static void catalogue_drop(struct catalogue **pcatalogue)
{
	catalogue_free(*pcatalogue);
}

bool catalogue_repeats(const struct catalogue_paths *paths, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(paths->folders[i], paths->folders[n]))
			return true;
	return false;
}

/* The names and paths, in the order of folders; nothing is opened yet. */
static int catalogue_scan(const struct catalogue_paths *paths, struct catalogue **ret_catalogue)
{
	__attribute__((cleanup(catalogue_drop))) struct catalogue *catalogue = NULL;
	int e = 0;

	catalogue = calloc(1, sizeof(*catalogue));
	if (!catalogue)
		return -ENOMEM;
	catalogue->entries = calloc(CATALOGUE_ENTRIES_MAX, sizeof(*catalogue->entries));
	if (!catalogue->entries)
		return -ENOMEM;
	for (size_t i = 0; !e && i < paths->folder_count; i++)
		if (!catalogue_repeats(paths, i))
			e = catalogue_scan_folder(catalogue, paths->folders[i]);
	if (e)
		return e;
	*ret_catalogue = catalogue;
	catalogue = NULL;
	return 0;
}

static int catalogue_shadow(struct catalogue_entry *entry, const char *winner)
{
	entry->state = CATALOGUE_SHADOWED;
	entry->reason = strdup(winner);
	return entry->reason ? 0 : -ENOMEM;
}

static int catalogue_look(struct catalogue_entry *entry, const struct admission_trust *trust)
{
	struct bpfhost_error err = { .text = "" };
	int e = loader_look(entry->path, trust, &entry->plugin, &err);

	if (!e) {
		close(entry->plugin->admission->fd);
		entry->plugin->admission->fd = -1;
		return 0;
	}
	entry->state = CATALOGUE_REFUSED;
	entry->reason = strdup(err.text);
	return entry->reason && e != -ENOMEM ? 0 : -ENOMEM;
}

/* Insertion keeps the order of folders among equals; there are few. */
static void catalogue_sort(struct catalogue *catalogue)
{
	for (size_t i = 1; i < catalogue->count; i++) {
		struct catalogue_entry entry = catalogue->entries[i];
		size_t at = i;

		for (; at && strcmp(catalogue->entries[at - 1].name, entry.name) > 0; at--)
			catalogue->entries[at] = catalogue->entries[at - 1];
		catalogue->entries[at] = entry;
	}
}

int catalogue_read(const struct catalogue_paths *paths, struct catalogue **ret_catalogue)
{
	__attribute__((cleanup(catalogue_drop))) struct catalogue *catalogue = NULL;
	const char *winner = NULL;
	int e = catalogue_scan(paths, &catalogue);

	if (e)
		return e;
	catalogue_sort(catalogue);
	for (size_t i = 0; !e && i < catalogue->count; i++) {
		struct catalogue_entry *entry = &catalogue->entries[i];

		if (!entry->name[0])
			continue; /* a folder */
		if (i && !strcmp(entry->name, entry[-1].name)) {
			e = catalogue_shadow(entry, winner);
			continue;
		}
		winner = entry->path;
		e = catalogue_look(entry, &paths->trust);
	}
	if (e)
		return e;
	*ret_catalogue = catalogue;
	catalogue = NULL;
	return 0;
}

void catalogue_free(struct catalogue *catalogue)
{
	if (!catalogue)
		return;
	for (size_t i = 0; i < catalogue->count; i++) {
		free(catalogue->entries[i].name);
		free(catalogue->entries[i].path);
		free(catalogue->entries[i].reason);
		loader_free(catalogue->entries[i].plugin);
	}
	free(catalogue->entries);
	free(catalogue);
}

/* The first folder that could not be looked into, NULL. */
static const struct catalogue_entry *catalogue_unread(const struct catalogue *catalogue)
{
	for (size_t i = 0; i < catalogue->count; i++)
		if (!catalogue->entries[i].name[0])
			return &catalogue->entries[i];
	return NULL;
}

static int catalogue_fail_unread(const struct catalogue_entry *folder, const char *name,
				 struct bpfhost_error *err)
{
	bpfhost_error_set(err, 0, "no plugin \"%s\" was found, but not all was looked at: %s", name,
			  folder->reason);
	return -EACCES;
}

static int catalogue_fail_unknown(const struct catalogue *catalogue, const char *name,
				  struct bpfhost_error *err)
{
	const char **names = calloc(catalogue->count + 1, sizeof(*names));
	const char *nearest = NULL;

	for (size_t i = 0; names && i < catalogue->count; i++)
		names[i] = catalogue->entries[i].name[0] ? catalogue->entries[i].name : NULL;
	if (names)
		nearest = bpfhost_nearest(name, names, catalogue->count);
	if (nearest)
		bpfhost_error_set(err, 0, "there is no plugin \"%s\"; did you mean \"%s\"?", name,
				  nearest);
	else
		bpfhost_error_set(err, 0,
				  "there is no plugin \"%s\"; bpfhost --list shows what there is",
				  name);
	free(names);
	return -ENOENT;
}

/*
 * Where a name is known there is no need to list folders, which may be long. 0; -ENOENT; else a folder on the way
 * could not be looked into.
 */
static int catalogue_probe(const struct catalogue_paths *paths, const char *name, char **ret_path)
{
	struct stat st;
	char *path;
	int failed;

	for (size_t i = 0; i < paths->folder_count; i++) {
		path = catalogue_path(paths->folders[i], name, CATALOGUE_SUFFIX);
		if (!path)
			return -ENOMEM;
		failed = lstat(path, &st) ? errno : 0;
		if (!failed) {
			*ret_path = path;
			return 0;
		}
		free(path);
		if (failed != ENOENT)
			return -failed;
	}
	return -ENOENT;
}

static int catalogue_search(const struct catalogue_paths *paths, const char *name, char **ret_path,
			    struct bpfhost_error *err)
{
	__attribute__((cleanup(catalogue_drop))) struct catalogue *catalogue = NULL;
	const struct catalogue_entry *unread;

	if (catalogue_scan(paths, &catalogue)) {
		bpfhost_error_set(err, 0, "out of memory");
		return -ENOMEM;
	}
	for (size_t i = 0; i < catalogue->count; i++)
		if (!strcmp(catalogue->entries[i].name, name)) {
			*ret_path = catalogue->entries[i].path;
			catalogue->entries[i].path = NULL;
			return 0;
		}
	unread = catalogue_unread(catalogue);
	return unread ? catalogue_fail_unread(unread, name, err)
		      : catalogue_fail_unknown(catalogue, name, err);
}

int catalogue_find(const struct catalogue_paths *paths, const char *name, char **ret_path,
		   struct bpfhost_error *err)
{
	if (!descriptor_name_valid(name)) {
		bpfhost_error_set(err, 0,
				  "\"%.64s\" can be no plugin's name: 1 to %u of a-z 0-9 _ -", name,
				  DESCRIPTOR_NAME_MAX);
		return -EINVAL;
	}
	return catalogue_probe(paths, name, ret_path) ? catalogue_search(paths, name, ret_path, err)
						      : 0;
}

int catalogue_open(const struct catalogue_paths *paths, const char *name,
		   struct loader_plugin **ret_plugin, struct bpfhost_error *err)
{
	char *path;
	int e = catalogue_find(paths, name, &path, err);

	if (e)
		return e;
	e = loader_open(path, &paths->trust, ret_plugin, err);
	free(path);
	return e;
}
