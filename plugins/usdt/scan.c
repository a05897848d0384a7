/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "scan.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include <bpfhost/file.h>
#include <bpfhost/reader.h>
#include <bpfhost/sdk.h>
#include <bpfhost/target.h>

#define SCAN_SECTION    ".note.stapsdt"
#define SCAN_FILES_MAX  65536U
#define SCAN_SLOTS      (2 * SCAN_FILES_MAX) /* a power of two */
#define SCAN_MULTIPLIER 0x9e3779b97f4a7c15ULL
/* A process is looked at as a whole, but for one with so many files that it takes longer than this. */
#define SCAN_GRACE_NS 500000000U

struct scan_file {
	dev_t device;
	ino_t inode;  /* 0: a free slot */
	uint32_t pid; /* of those that were named; 0: any */
	bool has_probes;
	uint64_t changed_ns;
};

/* A process that took long is left alone for a hundred times as long. */
#define SCAN_LONG_NS   5000000U
#define SCAN_LONG_REST 100U
#define SCAN_LONG_MAX  64U

struct scan_long {
	uint64_t until_ns;
	uint32_t pid; /* 0: free */
};

struct usdt_scan {
	struct bpfhost_reader *reader; /* runs during a walk, where there is a new file */
	struct scan_file *slots;
	struct scan_long longs[SCAN_LONG_MAX];
	struct usdt_scan_sums sums;
	/* of the walk that is under way */
	usdt_scan_fn found;
	void *ctx;
	uint32_t pid;
	uint32_t only;       /* the same where processes are named, else 0 */
	uint64_t begin_ns;   /* of the slice */
	uint64_t budget_ns;  /* for a slice, between processes */
	uint32_t resume_pid; /* where the last slice stopped: those below were looked at */
};

int usdt_scan_new(const struct bpfhost_instance *self, struct usdt_scan **ret_scan)
{
	struct usdt_scan *scan = calloc(1, sizeof(*scan));

	if (scan)
		scan->slots = calloc(SCAN_SLOTS, sizeof(*scan->slots));
	if (!scan || !scan->slots || bpfhost_reader_new(self, &scan->reader)) {
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
	bpfhost_reader_free(scan->reader);
	free(scan->slots);
	free(scan);
}

struct usdt_scan_sums usdt_scan_sums(const struct usdt_scan *scan)
{
	return scan->sums;
}

/* ---- which files were seen ------------------------------------------------------------------------ */

/* The slot of a file, or the free one where it would be. */
static struct scan_file *scan_slot(const struct usdt_scan *scan,
				   const struct bpfhost_mapped *mapped)
{
	uint64_t hash = (((uint64_t)mapped->device * 31 + mapped->inode) * 31 + scan->only) *
			SCAN_MULTIPLIER;
	uint32_t slot = (uint32_t)(hash >> 32) & (SCAN_SLOTS - 1);

	while (scan->slots[slot].inode) {
		struct scan_file *have = &scan->slots[slot];

		if (have->inode == mapped->inode && have->device == mapped->device &&
		    have->pid == scan->only)
			return have;
		slot = (slot + 1) & (SCAN_SLOTS - 1);
	}
	return &scan->slots[slot];
}

/*
 * A file system gives the inode of a file that is gone to the next. Not that of a file with a probe: the
 * kernel keeps it.
 */
static bool scan_is_seen(const struct scan_file *have, const struct bpfhost_mapped *mapped)
{
	return have->inode && (have->has_probes || have->changed_ns == mapped->changed_ns);
}

static void scan_remember(struct usdt_scan *scan, struct scan_file *slot,
			  const struct bpfhost_mapped *mapped, bool has_probes)
{
	if (!slot->inode)
		scan->sums.files++;
	*slot = (struct scan_file){
		.device = mapped->device,
		.inode = mapped->inode,
		.pid = scan->only,
		.has_probes = has_probes,
		.changed_ns = mapped->changed_ns,
	};
}

/* ---- one file ------------------------------------------------------------------------------------- */

static int scan_ask(struct bpfhost_read *read, struct bpfhost_unpack *question,
		    struct bpfhost_pack *answer, struct bpfhost_error *err)
{
	uint64_t size;

	(void)question;
	(void)err;
	bpfhost_pack_number(answer,
			    !bpfhost_elf_section_size(read->elf, SCAN_SECTION, &size) && size);
	return 0;
}

static int scan_take(void *ctx, struct bpfhost_unpack *part)
{
	*(bool *)ctx = bpfhost_unpack_number(part, 1);
	return 0;
}

/* 1, 0, or -errno: it cannot be told now. A file that ends its reader has none. */
static int scan_has_probes(struct usdt_scan *scan, uint32_t pid, const char *path)
{
	struct bpfhost_target target = { .fd = -1 };
	struct bpfhost_file file;
	bool has = false;
	int ret = bpfhost_target_find(path, pid, &target, NULL);

	if (ret)
		return ret;
	ret = bpfhost_file_begin(&file, &target, scan->reader);
	file.is_found = true;
	if (!ret)
		ret = bpfhost_file_ask(&file, scan_ask, NULL, scan_take, &has, NULL);
	if (file.refused || ret == -ENOEXEC || ret == -ENOTSUP || ret == -EINVAL)
		ret = 0;
	has = has && file.info.bits == 64;
	bpfhost_file_end(&file);
	return ret ? ret : has;
}

static bool scan_is_late(const struct usdt_scan *scan, uint64_t grace_ns)
{
	return scan->budget_ns && bpfhost_now() - scan->begin_ns > scan->budget_ns + grace_ns;
}

static int scan_pause(struct usdt_scan *scan)
{
	scan->resume_pid = scan->pid;
	return USDT_SCAN_PAUSED;
}

static int scan_mapped(void *ctx, const struct bpfhost_mapped *mapped)
{
	struct usdt_scan *scan = ctx;
	struct scan_file *slot = scan_slot(scan, mapped);
	int has, ret = 0;

	if (!mapped->inode || scan_is_seen(slot, mapped))
		return 0;
	if (!slot->inode && scan->sums.files == SCAN_FILES_MAX) {
		scan->sums.full = true;
		return 0;
	}
	has = scan_has_probes(scan, scan->pid, mapped->path);
	if (has < 0)
		return 0;
	scan_remember(scan, slot, mapped, has);
	if (has)
		ret = scan->found(scan->ctx, scan->pid, mapped->path);
	return !ret && scan_is_late(scan, SCAN_GRACE_NS) ? scan_pause(scan) : ret;
}

/* ---- all processes -------------------------------------------------------------------------------- */

static bool scan_rests(const struct usdt_scan *scan, uint32_t pid)
{
	for (uint32_t i = 0; i < SCAN_LONG_MAX; i++)
		if (scan->longs[i].pid == pid)
			return bpfhost_now() < scan->longs[i].until_ns;
	return false;
}

/* In the place that it has already, or of the one that rests no longer or the shortest. */
static void scan_took(struct usdt_scan *scan, uint32_t pid, uint64_t took_ns)
{
	struct scan_long *place = &scan->longs[0];

	if (took_ns < SCAN_LONG_NS)
		return;
	for (uint32_t i = 0; i < SCAN_LONG_MAX && place->pid != pid; i++)
		if (scan->longs[i].pid == pid || scan->longs[i].until_ns < place->until_ns)
			place = &scan->longs[i];
	*place = (struct scan_long){ bpfhost_now() + took_ns * SCAN_LONG_REST, pid };
}

/* What one of them is up to keeps nobody from the others; only memory is everyone's. */
static int scan_process(void *ctx, uint32_t pid, const char *comm)
{
	struct usdt_scan *scan = ctx;
	uint64_t begin;
	int ret;

	(void)comm;
	if (pid < scan->resume_pid || scan_rests(scan, pid))
		return 0;
	scan->pid = pid;
	if (!scan->only && scan_is_late(scan, 0))
		return scan_pause(scan);
	scan->sums.processes++;
	begin = bpfhost_now();
	ret = bpfhost_mapped_each(pid, scan_mapped, scan);
	if (ret != USDT_SCAN_PAUSED)
		scan_took(scan, pid, bpfhost_now() - begin);
	if (ret >= 0 || ret == -ENOMEM)
		return ret;
	scan->sums.denied += ret != -ESRCH && ret != -ENOENT;
	return 0;
}

static int scan_named(struct usdt_scan *scan, const uint32_t *pids, uint32_t npids)
{
	int ret = 0;

	scan->resume_pid = 0; /* they may stand in any order, and are few */
	for (uint32_t i = 0; i < npids && !ret; i++) {
		scan->only = pids[i];
		ret = scan_process(scan, pids[i], NULL);
	}
	return ret;
}

int usdt_scan_walk(struct usdt_scan *scan, const uint32_t *pids, uint32_t npids, uint64_t budget_ns,
		   usdt_scan_fn found, void *ctx)
{
	int ret;

	scan->found = found;
	scan->ctx = ctx;
	scan->begin_ns = bpfhost_now();
	scan->budget_ns = budget_ns;
	if (!scan->resume_pid) {
		scan->sums.processes = 0;
		scan->sums.denied = 0;
	}
	ret = npids ? scan_named(scan, pids, npids) : bpfhost_process_each(scan_process, scan);
	bpfhost_reader_stop(scan->reader);
	if (ret != USDT_SCAN_PAUSED)
		scan->resume_pid = 0;
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
