/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "ring.h"

#include <errno.h>
#include <linux/bpf.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static uint64_t ring_round_up(uint32_t size)
{
	return ((uint64_t)size + BPF_RINGBUF_HDR_SZ + 7) & ~7ULL;
}

int ring_map(struct ring *ring, int fd, uint32_t size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	void *consumer, *producer;

	consumer = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (consumer == MAP_FAILED)
		return -errno;
	producer = mmap(NULL, page + 2 * (size_t)size, PROT_READ, MAP_SHARED, fd, (off_t)page);
	if (producer == MAP_FAILED) {
		int err = -errno;

		munmap(consumer, page);
		return err;
	}
	*ring = (struct ring){ .consumer = consumer, .producer = producer, .size = size };
	ring->data = (const uint8_t *)producer + page;
	ring->position = ring->limit = *ring->consumer;
	return 0;
}

void ring_unmap(struct ring *ring)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	if (!ring->consumer)
		return;
	munmap(ring->consumer, page);
	munmap((void *)ring->producer, page + 2 * ring->size);
	memset(ring, 0, sizeof(*ring));
}

int ring_empty(const struct ring *ring)
{
	return !ring->consumer ||
	       __atomic_load_n(ring->producer, __ATOMIC_ACQUIRE) == ring->position;
}

const void *ring_peek(struct ring *ring, uint32_t *ret_size)
{
	if (!ring->consumer)
		return NULL;
	for (;;) {
		const uint8_t *head;
		uint32_t length;

		if (ring->position == ring->limit)
			ring->limit = __atomic_load_n(ring->producer, __ATOMIC_ACQUIRE);
		if (ring->position == ring->limit)
			return NULL;
		head = ring->data + (ring->position & (ring->size - 1));
		length = __atomic_load_n((const uint32_t *)head, __ATOMIC_ACQUIRE);
		if (length & BPF_RINGBUF_BUSY_BIT)
			return NULL;
		if (!(length & BPF_RINGBUF_DISCARD_BIT)) {
			*ret_size = length;
			return head + BPF_RINGBUF_HDR_SZ;
		}
		ring_consume(ring, length & ~BPF_RINGBUF_DISCARD_BIT);
	}
}

void ring_consume(struct ring *ring, uint32_t size)
{
	ring->position += ring_round_up(size);
}

void ring_publish(struct ring *ring)
{
	if (ring->consumer)
		__atomic_store_n(ring->consumer, ring->position, __ATOMIC_RELEASE);
}
