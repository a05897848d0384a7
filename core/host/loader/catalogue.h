/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef BPFHOST_HOST_CATALOGUE_H
#define BPFHOST_HOST_CATALOGUE_H

#include <stdbool.h>
#include <stddef.h>

#include "loader/loader.h"

struct config;

#define CATALOGUE_SUFFIX ".so"
/* Files that are looked at, of all folders; what is behind them is found by its name alone. */
#define CATALOGUE_ENTRIES_MAX 4096

/* Where plugins are looked for, the first first, and which folders are trusted. */
struct catalogue_paths {
	const char *const *folders;
	size_t folder_count;
	struct admission_trust trust;
};

enum catalogue_state {
	CATALOGUE_OK,
	CATALOGUE_REFUSED,  /* reason says why */
	CATALOGUE_SHADOWED, /* reason is the path of the one that wins */
};

struct catalogue_entry {
	char *name; /* the file's name without ".so" */
	char *path;
	enum catalogue_state state;
	char *reason;                 /* NULL when ok */
	struct loader_plugin *plugin; /* when ok, else NULL; its memfd is closed, fd is -1 */
};

struct catalogue {
	struct catalogue_entry *entries; /* by name, those of one name in the order of folders */
	size_t count;
};

/* The folders of --plugin-dir and the two that are always there. Freed with catalogue_paths_free;
 * points into config. -ENOMEM. */
int catalogue_paths_setup(const struct config *config, struct catalogue_paths *ret_paths);
void catalogue_paths_free(struct catalogue_paths *paths);

/* Whether the folder stands further ahead already: one that is named twice is looked into once. */
bool catalogue_repeats(const struct catalogue_paths *paths, size_t n);

/* NAME.so, whatever is in NAME: a file with a bad name is shown and refused. Hidden ones are not. */
bool catalogue_takes(const char *file);

/*
 * Looks at every plugin that is installed. A folder that is missing is fine; one that cannot be
 * read becomes a refused entry with an empty name. 0, -ENOMEM.
 */
int catalogue_read(const struct catalogue_paths *paths, struct catalogue **ret_catalogue);
void catalogue_free(struct catalogue *catalogue);

/*
 * The path of the plugin of this name, the first that there is, whatever its state. -EINVAL for
 * what can be no name, -ENOENT with the nearest name in err, -EACCES where a folder could not be looked
 * into, -ENOMEM. Freed by the caller.
 */
int catalogue_find(const struct catalogue_paths *paths, const char *name, char **ret_path,
		   struct bpfhost_error *err);

/* catalogue_find and loader_open in one. */
int catalogue_open(const struct catalogue_paths *paths, const char *name,
		   struct loader_plugin **ret_plugin, struct bpfhost_error *err);

#endif
