/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */

/*
 * What the loader does for a library that is not in its cache, or where there is no cache, as on
 * systems with musl: it looks into its default folders and takes the first that has the library.
 */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "find.h"
#include "name.h"

struct best {
	enum target_fit fit;
	char name[NAME_MAX + 1];
};

static bool is_better(const struct best *best, enum target_fit fit, const char *name)
{
	if (fit != best->fit || !fit)
		return fit > best->fit;
	return strverscmp(name, best->name) > 0;
}

/* Opens FOLDER/NAME if it is for this machine: some systems keep 32-bit libraries in /lib. */
static int open_library(const struct target_machine *machine, const char *folder, const char *name,
			struct target_found *found)
{
	char head[64];
	ssize_t size;

	if (asprintf(&found->path, "%s/%s", folder, name) < 0) {
		found->path = NULL;
		return -ENOMEM;
	}
	found->fd = target_open_file(found->path);
	size = found->fd < 0 ? -1 : pread(found->fd, head, sizeof(head), 0);
	if (size >= 0 && target_machine_runs(machine, head, (size_t)size))
		return 0;
	if (found->fd >= 0)
		close(found->fd);
	free(found->path);
	return -ENOENT;
}

static void take_if_better(const struct target_machine *machine, const char *folder,
			   const char *name, const char *want, struct best *best,
			   struct target_found *found)
{
	enum target_fit fit = target_name_fit(want, name);
	struct target_found better = { .fd = -1 };

	if (!is_better(best, fit, name) || strlen(name) > NAME_MAX ||
	    open_library(machine, folder, name, &better))
		return;
	if (best->fit) {
		close(found->fd);
		free(found->path);
	}
	*found = better;
	best->fit = fit;
	strcpy(best->name, name);
}

static int look_into(const struct target_machine *machine, const char *folder, const char *want,
		     struct target_found *found)
{
	struct best best = { .fit = TARGET_FIT_NONE };
	DIR *dir = opendir(folder);
	struct dirent *entry;

	if (!dir)
		return -ENOENT;
	while ((entry = readdir(dir)))
		take_if_better(machine, folder, entry->d_name, want, &best, found);
	closedir(dir);
	return best.fit ? 0 : -ENOENT;
}

int target_library_in_folders(const struct target_machine *machine, const char *name,
			      struct target_found *ret_found, struct bpfhost_error *err)
{
	(void)err;
	for (const char *const *folder = machine->folders; *folder; folder++) {
		struct target_found found = { .fd = -1 };

		if (!look_into(machine, *folder, name, &found)) {
			*ret_found = found;
			return 0;
		}
	}
	return -ENOENT;
}
