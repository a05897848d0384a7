/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Looking through processes for mapped files with static probes. */
#ifndef USDT_SCAN_H
#define USDT_SCAN_H

#include <stdbool.h>
#include <stdint.h>

#include <bpfhost/error.h>

struct bpfhost_instance;

/* Remembers the files that it has seen, so that each is opened once, however often it is asked. */
struct usdt_scan;

struct usdt_scan_sums {
	uint32_t processes; /* of the last walk */
	uint32_t denied;    /* processes that may not or cannot be looked into */
	uint32_t files;     /* different ones so far */
	bool full;          /* there were more than are remembered; the others are left out */
};

/* self: see bpfhost_reader_new. 0 or -ENOMEM. */
int usdt_scan_new(const struct bpfhost_instance *self, struct usdt_scan **ret_scan);
void usdt_scan_free(struct usdt_scan *scan);

/*
 * Calls found for each file with static probes that was not seen before and that a process has mapped
 * executable: any process, or each of npids. path is as that process sees it. found ends the walk by
 * returning other than 0, which is then returned. After about budget_ns (0: no limit) the walk pauses, and
 * the next one goes on with the process behind. 0: at the end; USDT_SCAN_PAUSED; -ENOMEM, or what reading
 * /proc gave.
 */
#define USDT_SCAN_PAUSED 1
typedef int (*usdt_scan_fn)(void *ctx, uint32_t pid, const char *path);
int usdt_scan_walk(struct usdt_scan *scan, const uint32_t *pids, uint32_t npids, uint64_t budget_ns,
		   usdt_scan_fn found, void *ctx);
struct usdt_scan_sums usdt_scan_sums(const struct usdt_scan *scan);
/* A sentence for where nothing was found. */
void usdt_scan_tell_none(const struct usdt_scan *scan, struct bpfhost_error *err);

#endif
