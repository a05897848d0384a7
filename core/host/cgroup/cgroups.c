/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "cgroup/cgroups.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "cgroup/container.h"

/* Twice as many as are used, so that a look-up ends soon. */
#define CGROUPS_SLOTS (2 * CGROUPS_MAX)
/* A handle of the file system below (kernel: include/linux/exportfs.h, FILEID_KERNFS): the id and no more. */
#define CGROUPS_HANDLE_TYPE 0xfe

struct slot {
	uint64_t id; /* 0: free */
	struct sink_cgroup *said;
};

struct cgroups {
	int folder; /* -1: there is none */
	uint64_t last_id;
	const struct sink_cgroup *last;
	uint32_t used;
	char root[PATH_MAX]; /* of the mount */
	struct slot slots[CGROUPS_SLOTS];
};

static int cgroups_open_folder(const char *folder)
{
	struct statfs fs;
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0 && fstatfs(fd, &fs) == 0 &&
	    fs.f_type == (__typeof__(fs.f_type))CGROUP2_SUPER_MAGIC)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

static void cgroups_open(struct cgroups *cgroups, const char *folder)
{
	static const char *const usual[] = { "/sys/fs/cgroup", "/sys/fs/cgroup/unified" };

	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]) && cgroups->folder < 0; i++) {
		const char *tried = folder ? folder : usual[i];

		cgroups->folder = cgroups_open_folder(tried);
		snprintf(cgroups->root, sizeof(cgroups->root), "%s", tried);
	}
}

struct cgroups *cgroups_new(const char *folder)
{
	struct cgroups *cgroups = calloc(1, sizeof(*cgroups));

	if (!cgroups)
		return NULL;
	cgroups->folder = -1;
	cgroups_open(cgroups, folder);
	return cgroups;
}

static void cgroups_forget(struct cgroups *cgroups)
{
	for (size_t i = 0; i < CGROUPS_SLOTS; i++) {
		free(cgroups->slots[i].said);
		cgroups->slots[i] = (struct slot){ 0 };
	}
	cgroups->used = 0;
}

void cgroups_free(struct cgroups *cgroups)
{
	if (!cgroups)
		return;
	cgroups_forget(cgroups);
	if (cgroups->folder >= 0)
		close(cgroups->folder);
	free(cgroups);
}

/* The folder of a cgroup, by its id; -1 and errno. */
static int cgroups_open_id(const struct cgroups *cgroups, uint64_t id)
{
	union {
		struct file_handle head;
		char bytes[sizeof(struct file_handle) + sizeof(id)];
	} handle = { .head = { .handle_bytes = sizeof(id), .handle_type = CGROUPS_HANDLE_TYPE } };

	memcpy(handle.head.f_handle, &id, sizeof(id));
	return open_by_handle_at(cgroups->folder, &handle.head, O_PATH | O_CLOEXEC);
}

/* A cgroup that is removed just now still has its path, with a word of the kernel's behind it. */
static void cgroups_cut_removed(const struct cgroups *cgroups, uint64_t id, char *path, size_t size)
{
	static const char removed[] = " (deleted)";
	const size_t ending = sizeof(removed) - 1;
	int fd;

	if (size <= ending || strcmp(path + size - ending, removed) != 0)
		return;
	fd = cgroups_open_id(cgroups, id);
	if (fd >= 0)
		close(fd); /* it is called so */
	else
		path[size - ending] = '\0';
}

/* Its path below the root of the mount; false for the root itself and what is not below it. */
static bool cgroups_path(const struct cgroups *cgroups, uint64_t id, char *out, size_t size)
{
	size_t root = strlen(cgroups->root);
	int fd = cgroups_open_id(cgroups, id);
	char link[32];
	ssize_t n;

	if (fd < 0)
		return false;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, out, size - 1);
	close(fd);
	if (n < 0 || (size_t)n <= root || (size_t)n >= size - 1 ||
	    memcmp(out, cgroups->root, root) != 0 || out[root] != '/')
		return false;
	out[n] = '\0';
	cgroups_cut_removed(cgroups, id, out, (size_t)n);
	memmove(out, out + root, (size_t)n - root + 1);
	return true;
}

static struct sink_cgroup *cgroups_ask(const struct cgroups *cgroups, uint64_t id)
{
	char path[PATH_MAX], container[CONTAINER_NAME_MAX];

	if (cgroups->folder < 0 || !cgroups_path(cgroups, id, path, sizeof(path)))
		return NULL;
	return sink_cgroup_new(path, container_of(path, container) ? container : NULL);
}

/* Where an id is, or would be. Ids are counted up, so their low bits are spread as they are. */
static struct slot *cgroups_slot(struct cgroups *cgroups, uint64_t id)
{
	size_t at = id % CGROUPS_SLOTS;

	while (cgroups->slots[at].id && cgroups->slots[at].id != id)
		at = (at + 1) % CGROUPS_SLOTS;
	return &cgroups->slots[at];
}

static const struct sink_cgroup *cgroups_look_up(struct cgroups *cgroups, uint64_t id)
{
	struct slot *slot = cgroups_slot(cgroups, id);

	if (slot->id)
		return slot->said;
	if (cgroups->used == CGROUPS_MAX) {
		cgroups_forget(cgroups);
		slot = cgroups_slot(cgroups, id);
	}
	*slot = (struct slot){ .id = id, .said = cgroups_ask(cgroups, id) };
	cgroups->used++;
	return slot->said;
}

const struct sink_cgroup *cgroups_find(struct cgroups *cgroups, uint64_t id)
{
	if (!cgroups || !id) /* such as that of a packet, which is nobody's */
		return NULL;
	if (id == cgroups->last_id)
		return cgroups->last;
	cgroups->last = cgroups_look_up(cgroups, id);
	cgroups->last_id = id;
	return cgroups->last;
}
