/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * All XDP links of the kernel, and the processes that hold them or BPF programs. The kernel knows a link's
 * id but not whose it is; that is found by looking at every descriptor of every process, so many at most.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include <bpfhost/target.h>

#include "occupied.h"

#define CENSUS_LINKS_MAX       100000 /* of any kind that are looked at */
#define CENSUS_DESCRIPTORS_MAX 100000 /* some 2 µs each */
#define CENSUS_HOLDERS_MAX     10000

struct xdp_census_link {
	uint32_t id;
	uint32_t program;
	uint32_t ifindex;
};

struct xdp_census_holder {
	uint32_t id;
	uint32_t pid;
	bool is_link; /* else a program */
};

/* ---- links ------------------------------------------------------------------------------------- */

static void census_add_link(struct xdp_census *census, const struct bpf_link_info *info)
{
	struct xdp_census_link *links =
		reallocarray(census->links, census->nlinks + 1, sizeof(*links));

	if (!links)
		return;
	census->links = links;
	links[census->nlinks++] = (struct xdp_census_link){
		.id = info->id,
		.program = info->prog_id,
		.ifindex = info->xdp.ifindex,
	};
}

static void census_links(struct xdp_census *census)
{
	uint32_t id = 0;

	for (int i = 0; i < CENSUS_LINKS_MAX && !bpf_link_get_next_id(id, &id); i++) {
		struct bpf_link_info info = { 0 };
		uint32_t size = sizeof(info);
		int fd = bpf_link_get_fd_by_id(id);

		if (fd < 0)
			continue;
		if (!bpf_obj_get_info_by_fd(fd, &info, &size) && info.type == BPF_LINK_TYPE_XDP)
			census_add_link(census, &info);
		close(fd);
	}
}

/* ---- processes --------------------------------------------------------------------------------- */

static void census_add_holder(struct xdp_census *census, uint32_t pid, uint32_t id, bool is_link)
{
	struct xdp_census_holder *holders;

	if (census->nholders == CENSUS_HOLDERS_MAX)
		return;
	holders = reallocarray(census->holders, census->nholders + 1, sizeof(*holders));
	if (!holders)
		return;
	census->holders = holders;
	holders[census->nholders++] = (struct xdp_census_holder){ id, pid, is_link };
}

/* The line "link_id: 5" or "prog_id: 12" of proc_pid_fdinfo(5); 0 where there is none. */
static uint32_t census_id(uint32_t pid, const char *fd, const char *key)
{
	char path[64], line[128];
	uint32_t id = 0;
	size_t length = strlen(key);
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%u/fdinfo/%.10s", pid, fd);
	file = fopen(path, "re");
	while (file && !id && fgets(line, sizeof(line), file))
		if (!strncmp(line, key, length))
			id = (uint32_t)strtoul(line + length, NULL, 10);
	if (file)
		fclose(file);
	return id;
}

static void census_descriptor(struct xdp_census *census, uint32_t pid, int folder, const char *fd)
{
	char target[32] = "";
	bool is_link;
	uint32_t id;

	if (readlinkat(folder, fd, target, sizeof(target) - 1) < 0)
		return;
	is_link = !strcmp(target, "anon_inode:bpf_link") || !strcmp(target, "anon_inode:bpf-link");
	if (!is_link && strcmp(target, "anon_inode:bpf-prog") != 0)
		return;
	id = census_id(pid, fd, is_link ? "link_id:" : "prog_id:");
	if (id)
		census_add_holder(census, pid, id, is_link);
}

struct census_walk {
	struct xdp_census *census;
	uint32_t self;
	uint32_t budget; /* descriptors that may still be looked at */
};

static int census_process(void *ctx, uint32_t pid, const char *comm)
{
	struct census_walk *walk = ctx;
	const struct dirent *entry;
	char path[32];
	DIR *folder;

	(void)comm;
	if (pid == walk->self)
		return 0;
	snprintf(path, sizeof(path), "/proc/%u/fd", pid);
	folder = opendir(path);
	while (folder && walk->budget && (entry = readdir(folder))) {
		walk->budget--;
		if (isdigit((unsigned char)entry->d_name[0]))
			census_descriptor(walk->census, pid, dirfd(folder), entry->d_name);
	}
	if (folder)
		closedir(folder);
	return walk->budget ? 0 : -E2BIG;
}

static void census_processes(struct xdp_census *census)
{
	struct census_walk walk = {
		.census = census,
		.self = (uint32_t)getpid(),
		.budget = CENSUS_DESCRIPTORS_MAX,
	};

	(void)bpfhost_process_each(census_process, &walk);
}

static void census_take(struct xdp_census *census)
{
	if (census->taken)
		return;
	census->taken = 1;
	census_links(census);
	census_processes(census);
}

static void census_comm(uint32_t pid, char comm[16])
{
	char path[32];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%u/comm", pid);
	file = fopen(path, "re");
	if (file && fgets(comm, 16, file))
		comm[strcspn(comm, "\n")] = '\0';
	if (file)
		fclose(file);
}

void xdp_census_find_link(struct xdp_census *census, uint32_t ifindex,
			  struct xdp_occupant *occupant)
{
	census_take(census);
	/* Indices repeat in other network namespaces; so may programs, but not both. */
	for (uint32_t i = 0; i < census->nlinks; i++)
		if (census->links[i].ifindex == ifindex &&
		    census->links[i].program == occupant->program)
			occupant->link = census->links[i].id;
}

void xdp_census_find_holder(struct xdp_census *census, struct xdp_occupant *occupant)
{
	bool is_link = occupant->link != 0;
	uint32_t id = is_link ? occupant->link : occupant->program;

	census_take(census);
	for (uint32_t i = 0; i < census->nholders && !occupant->pid; i++)
		if (census->holders[i].id == id && census->holders[i].is_link == is_link)
			occupant->pid = census->holders[i].pid;
	if (occupant->pid)
		census_comm(occupant->pid, occupant->comm);
}

static bool census_holds(const struct xdp_census *census, uint32_t pid, uint32_t id, bool is_link)
{
	for (uint32_t i = 0; i < census->nholders; i++)
		if (census->holders[i].pid == pid && census->holders[i].id == id &&
		    census->holders[i].is_link == is_link)
			return true;
	return false;
}

bool xdp_census_has_guard(const struct xdp_census *census, const struct xdp_occupant *occupant)
{
	for (uint32_t i = 0; i < census->nholders; i++) {
		uint32_t pid = census->holders[i].pid;
		char comm[16] = "";

		if (!census->holders[i].is_link || census->holders[i].id != occupant->link ||
		    !census_holds(census, pid, occupant->program, false))
			continue;
		census_comm(pid, comm);
		if (!strcmp(comm, XDP_GUARD_NAME))
			return true;
	}
	return false;
}

int xdp_occupied_is_leaving(const struct xdp_census *census, const struct xdp_occupant *occupant)
{
	bool any = false;

	for (uint32_t i = 0; i < census->nholders; i++) {
		char comm[16] = "";

		if (census->holders[i].is_link || census->holders[i].id != occupant->program)
			continue;
		census_comm(census->holders[i].pid, comm);
		if (strcmp(comm, XDP_GUARD_NAME) != 0)
			return false;
		any = true;
	}
	return any;
}

void xdp_census_free(struct xdp_census *census)
{
	free(census->links);
	free(census->holders);
	*census = (struct xdp_census){ 0 };
}
