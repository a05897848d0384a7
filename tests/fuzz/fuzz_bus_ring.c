/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A libFuzzer target: a worker that writes what the fuzzer says into the shared pages between any
 * two calls of the consumer. The input is a row of steps of 12 bytes: what to write (4) and what
 * (8).
 */
#include "bus/ring.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SIZE 4096U

struct step {
	uint8_t action;
	uint8_t calls; /* of the consumer afterwards */
	uint16_t where;
	uint64_t value;
} __attribute__((packed));

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size);

static void lie(struct bus_ring *ring, const struct step *step)
{
	struct bus_shared *shared = ring->shared;

	switch (step->action % 6) {
	case 0:
		atomic_store(&shared->head, step->value);
		break;
	case 1: /* plausible: a little ahead of what the consumer has taken */
		atomic_store(&shared->head, ring->tail + step->where % (SIZE + 16));
		break;
	case 2:
		atomic_store(&shared->tail, step->value);
		atomic_store(&shared->producer_waiting, step->value);
		break;
	case 3:
		atomic_store(&shared->complete_until, step->value);
		atomic_store(&shared->consumer_sleeping, (uint32_t)step->value);
		break;
	case 4: /* where the next head is read */
		memcpy(ring->data + (ring->tail & (SIZE - 1)), &step->value, 8);
		break;
	default:
		memcpy(ring->data + step->where % SIZE, &step->value, 8);
	}
}

static void take(struct bus_ring *ring, unsigned int calls)
{
	static volatile uint8_t touched;
	uint64_t complete = bus_complete(ring);
	struct bus_frame head;
	const void *payload;

	while (calls-- && bus_next(ring, &head, &payload) > 0) {
		const uint8_t *bytes = payload;

		if (bytes < ring->data || bytes + head.size > ring->data + 2 * SIZE)
			abort();
		if (head.size)
			touched = bytes[head.size - 1];
		if (head.size % 5 == 1)
			bus_unget(ring, &head);
	}
	(void)touched;
	if (ring->tail - ring->released > SIZE || bus_complete(ring) < complete)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	struct bus_ring *ring;
	struct step step;

	if (bus_new(SIZE, &ring, NULL))
		abort();
	for (; size >= sizeof(step); input += sizeof(step), size -= sizeof(step)) {
		memcpy(&step, input, sizeof(step));
		lie(ring, &step);
		take(ring, step.calls % 8);
		if (step.calls & 0x10)
			bus_release(ring);
		if (step.calls & 0x20)
			bus_sleep_prepare(ring, step.calls & 0x40);
	}
	bus_free(ring);
	return 0;
}
