/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The kernel's side of an instance as the supervisor sees it, without its worker: the counters, which
 * stay true when the worker has died, and the flag that tells whether anything is on its way.
 */
#ifndef SUPERVISOR_KERNEL_VIEW_H
#define SUPERVISOR_KERNEL_VIEW_H

#include <stdbool.h>
#include <stdint.h>

#include <bpfhost/event.h>

struct kernel_view {
	const struct bpfhost_counters *counters; /* NULL: the instance has no ring (yet) */
	const struct bpfhost_reader *reader;
	uint32_t ncpus;
};

struct kernel_sums {
	uint64_t produced;
	uint64_t lost;
	uint64_t log_produced;
	uint64_t log_lost;
};

/*
 * Maps what a worker sent: descriptors of the counters (ncpus entries) and of the reader's flag (-1:
 * none), which stay the caller's. -EINVAL when ncpus is not this machine's, or a descriptor is no such
 * map.
 */
int kernel_view_open(struct kernel_view *view, int counters, int reader, uint32_t ncpus);
void kernel_view_close(struct kernel_view *view);

void kernel_view_sums(const struct kernel_view *view, struct kernel_sums *ret_sums);
/* How many events this CPU has lost. */
uint64_t kernel_view_lost(const struct kernel_view *view, uint32_t cpu);
/* The reader's flag is up: no record was reserved since its owner went to sleep. */
bool kernel_view_quiet(const struct kernel_view *view);

#endif
