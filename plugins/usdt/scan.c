/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "scan.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpfhost/elf.h>
#include <bpfhost/target.h>

#define SCAN_SECTION    ".note.stapsdt"
#define SCAN_FILES_MAX  65536U
#define SCAN_SLOTS      (2 * SCAN_FILES_MAX) /* a power of two */
#define SCAN_MULTIPLIER 0x9e3779b97f4a7c15ULL

struct scan_file {
	dev_t device;
	ino_t inode;  /* 0: a free slot */
	uint32_t pid; /* of those that were named; 0: any */
};

struct usdt_scan {
	struct scan_file *slots;
	struct usdt_scan_sums sums;
	/* of the walk that is under way */
	usdt_scan_fn found;
	void *ctx;
	uint32_t pid;
	uint32_t only; /* the same where processes are named, else 0 */
};

int usdt_scan_new(struct usdt_scan **ret_scan)
{
	struct usdt_scan *scan = calloc(1, sizeof(*scan));

	if (scan)
		scan->slots = calloc(SCAN_SLOTS, sizeof(*scan->slots));
	if (!scan || !scan->slots) {
		usdt_scan_free(scan);
		return -ENOMEM;
	}
	*ret_scan = scan;
	return 0;
}

void usdt_scan_free(struct usdt_scan *scan)
{
	if (!scan)
		return;
	free(scan->slots);
	free(scan);
}

struct usdt_scan_sums usdt_scan_sums(const struct usdt_scan *scan)
{
	return scan->sums;
}

/* Whether it is new, and there is room to remember it. */
static bool scan_remember(struct usdt_scan *scan, dev_t device, ino_t inode)
{
	uint64_t hash = (((uint64_t)device * 31 + inode) * 31 + scan->only) * SCAN_MULTIPLIER;
	uint32_t slot = (uint32_t)(hash >> 32) & (SCAN_SLOTS - 1);
	const struct scan_file file = { .device = device, .inode = inode, .pid = scan->only };

	while (scan->slots[slot].inode) {
		const struct scan_file *have = &scan->slots[slot];

		if (have->inode == inode && have->device == device && have->pid == scan->only)
			return false;
		slot = (slot + 1) & (SCAN_SLOTS - 1);
	}
	if (!inode || scan->sums.files == SCAN_FILES_MAX)
		return false;
	scan->slots[slot] = file;
	scan->sums.files++;
	return true;
}

static bool scan_has_probes(uint32_t pid, const char *path)
{
	struct bpfhost_target target = { .fd = -1 };
	struct bpfhost_elf_section section;
	struct bpfhost_elf *elf;
	bool has;

	if (bpfhost_target_find(path, pid, &target, NULL))
		return false;
	if (bpfhost_elf_open(target.fd, &elf, NULL)) {
		bpfhost_target_close(&target);
		return false;
	}
	has = bpfhost_elf_info(elf)->bits == 64 &&
	      !bpfhost_elf_section(elf, SCAN_SECTION, &section) && section.size;
	bpfhost_elf_close(elf);
	bpfhost_target_close(&target);
	return has;
}

static int scan_mapped(void *ctx, const struct bpfhost_mapped *mapped)
{
	struct usdt_scan *scan = ctx;

	if (!scan_remember(scan, mapped->device, mapped->inode) ||
	    !scan_has_probes(scan->pid, mapped->path))
		return 0;
	return scan->found(scan->ctx, scan->pid, mapped->path);
}

static int scan_process(void *ctx, uint32_t pid, const char *comm)
{
	struct usdt_scan *scan = ctx;
	int ret;

	(void)comm;
	scan->pid = pid;
	scan->sums.processes++;
	ret = bpfhost_mapped_each(pid, scan_mapped, scan);
	if (ret == -EACCES || ret == -EFBIG)
		scan->sums.denied++;
	/* Ended, not ours to see, or with more mappings than are read: the others are still there. */
	return ret == -EACCES || ret == -EFBIG || ret == -ESRCH || ret == -ENOENT ? 0 : ret;
}

int usdt_scan_walk(struct usdt_scan *scan, const uint32_t *pids, uint32_t npids, usdt_scan_fn found,
		   void *ctx)
{
	int ret = 0;

	scan->found = found;
	scan->ctx = ctx;
	scan->sums.processes = 0;
	scan->sums.denied = 0;
	scan->only = 0;
	if (!npids)
		return bpfhost_process_each(scan_process, scan);
	for (uint32_t i = 0; i < npids && !ret; i++) {
		scan->only = pids[i];
		ret = scan_process(scan, pids[i], NULL);
	}
	return ret;
}

void usdt_scan_tell_none(const struct usdt_scan *scan, struct bpfhost_error *err)
{
	const struct usdt_scan_sums *sums = &scan->sums;

	bpfhost_error_set(err, 0,
			  "none of the %u files that %u processes have mapped has static probes "
			  "(%u processes may not be looked into); in Debian the programs and "
			  "libraries of the packages python3.11, postgresql-15, "
			  "openjdk-17-jre-headless, gcc-12 and libstdc++6 have some",
			  sums->files, sums->processes, sums->denied);
}
