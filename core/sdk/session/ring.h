/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The user side of a BPF ring buffer (kernel: kernel/bpf/ringbuf.c, Documentation/bpf/ringbuf.rst).
 *
 * libbpf's own reader waits by epoll and publishes its position after every record. Here the host
 * decides when to wait, and the position is published in batches: the kernel needs it only to know
 * how much room there is.
 */
#ifndef SDK_RING_H
#define SDK_RING_H

#include <stddef.h>
#include <stdint.h>

struct ring {
	uint64_t *consumer;       /* page that we write */
	const uint64_t *producer; /* page that the kernel writes, the data behind it */
	const uint8_t *data;      /* mapped twice in a row, so that no record wraps */
	uint64_t size;            /* bytes, a power of two */
	uint64_t position;        /* ours, not all of it published */
	uint64_t limit;           /* the producer's, as last seen */
};

/* Maps the ring of `size` bytes behind a map's descriptor, which may be closed then. */
int ring_map(struct ring *ring, int fd, uint32_t size);
void ring_unmap(struct ring *ring);

/* Whether everything that was ever reserved has been consumed. */
int ring_empty(const struct ring *ring);

/*
 * The next finished record, valid until it is consumed; NULL when there is none or it is still being
 * written. Discarded records are skipped.
 */
const void *ring_peek(struct ring *ring, uint32_t *ret_size);
/* Moves past the record that ring_peek gave. */
void ring_consume(struct ring *ring, uint32_t size);
/* Gives the room of all that was consumed back to the kernel. */
void ring_publish(struct ring *ring);

#endif
