/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The worker's view of its instance's kernel ring: only positions and the reader's flag, to know when
 * it may sleep and up to which time all events have been taken. The records are the plugin's to read.
 */
#ifndef WORKER_KERNEL_RING_H
#define WORKER_KERNEL_RING_H

#include <stdbool.h>
#include <stdint.h>

#include <bpfhost/host.h>

struct kernel_ring {
	int fd; /* of the ring map, for epoll; -1: the instance has no ring */
	uint64_t size;
	const uint64_t *consumer;
	const uint64_t *producer;
	struct bpfhost_reader *reader; /* NULL: the programs wake us for each record */
};

#define KERNEL_RING_NONE ((struct kernel_ring){ .fd = -1 })

/* Duplicates what it needs of the plugin's descriptors. 0 or -errno. */
int kernel_ring_open(struct kernel_ring *ring, const struct bpfhost_ring_fds *fds);
void kernel_ring_close(struct kernel_ring *ring);

/* Positions in bytes, ever rising. Everything reserved before the call is below produced. */
uint64_t kernel_ring_produced(const struct kernel_ring *ring);
uint64_t kernel_ring_consumed(const struct kernel_ring *ring);

/*
 * Asks to be woken by the next record. True: nothing is in the ring, the next writer wakes it. False:
 * something came meanwhile (perhaps still being written), the flag is down again.
 */
bool kernel_ring_sleep(struct kernel_ring *ring);
/* Takes the flag down after sleeping, for whatever reason that ended. */
void kernel_ring_awake(struct kernel_ring *ring);

#endif
