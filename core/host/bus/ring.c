/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Two positions, each written by one side, count bytes from the beginning and never wrap; a place
 * in the data area is a position modulo its size. The data area is mapped twice in a row, so a
 * frame that begins near the end simply goes on into the second mapping.
 *
 * Waking. Both sleepers follow one pattern, the one that cannot lose a wake-up: the sleeper sets
 * its flag and then looks once more; the other side moves its position and then looks at the
 * flag. All four are sequentially consistent, so at least one of the two sees the other. (Orders
 * weaker than that let both loads go before both stores, and then both sides sleep.) Whoever
 * swaps a flag back to 0 sends the wake-up, so there is one a sleep.
 *
 * Trust. The producer lives in a process that runs other people's code and may write anything
 * anywhere in the shared pages at any time, also between two loads of ours. So the consumer
 *  - keeps its own position, and all that it knows of the producer's, in private memory;
 *  - loads each shared word once, checks the copy and uses only the copy;
 *  - gives out only frames that lie wholly between its position and the published one, which is at
 *    most one size of the ring ahead, so nothing is read outside of the two mappings.
 * The memfd is sealed against resizing: pages cannot vanish under the mapping. What a lying
 * producer does to the flags makes only its own wake-ups come too often or never.
 */
#include "ring.h"

#include <bpfhost/host.h>
#include <bpfhost/schema.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)

_Static_assert(sizeof(struct bus_shared) <= 4096, "the header fits the smallest page");
_Static_assert(sizeof(struct bus_frame) == 8, "a head is read with one load");
_Static_assert(ATOMIC_LLONG_LOCK_FREE == 2, "a lock in shared memory could be held for ever");

enum {
	AWAKE = 0,
	WAKE_ON_FRAMES = 1,
	WAKE_ON_COMPLETE = 2, /* or on frames */
};

static void close_fd(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static void free_ring(struct bus_ring *const *ring)
{
	bus_free(*ring);
}

static uint64_t header_size(void)
{
	return (uint64_t)sysconf(_SC_PAGESIZE);
}

static bool size_possible(uint64_t size)
{
	return size >= BUS_SIZE_MIN && size <= BUS_SIZE_MAX && size >= header_size() &&
	       (size & (size - 1)) == 0;
}

static int map_ring(int fd, uint64_t size, struct bus_ring **ret_ring)
{
	__attribute__((cleanup(free_ring))) struct bus_ring *ring = calloc(1, sizeof(*ring));
	uint64_t header = header_size();
	uint8_t *base;

	if (!ring)
		return -ENOMEM;
	/* One reservation that the two mappings then replace: nothing else can get in between. */
	base = mmap(NULL, header + 2 * size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (base == MAP_FAILED)
		return -errno;
	ring->shared = (struct bus_shared *)base;
	ring->data = base + header;
	ring->size = size;
	if (mmap(base, header + size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0) ==
	    MAP_FAILED)
		return -errno;
	if (mmap(base + header + size, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd,
		 (off_t)header) == MAP_FAILED)
		return -errno;
	ring->head = ring->published = atomic_load(&ring->shared->head);
	ring->tail = ring->released = ring->seen = atomic_load(&ring->shared->tail);
	ring->limit = ring->tail + size;
	*ret_ring = ring;
	ring = NULL;
	return 0;
}

int bus_new(uint64_t size, struct bus_ring **ret_ring, int *ret_fd)
{
	__attribute__((cleanup(close_fd))) int fd = -1;
	int err;

	if (!size_possible(size))
		return -EINVAL;
	fd = memfd_create("bpfhost-bus", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd < 0)
		return -errno;
	if (ftruncate(fd, (off_t)(header_size() + size)) < 0 || fcntl(fd, F_ADD_SEALS, SEALS) < 0)
		return -errno;
	err = map_ring(fd, size, ret_ring);
	if (err)
		return err;
	if (ret_fd) {
		*ret_fd = fd;
		fd = -1;
	}
	return 0;
}

int bus_open(int fd, struct bus_ring **ret_ring)
{
	int seals = fcntl(fd, F_GET_SEALS);
	struct stat st;
	uint64_t size;

	if (seals < 0)
		return -errno;
	if (fstat(fd, &st) < 0)
		return -errno;
	size = (uint64_t)st.st_size - header_size();
	if ((seals & SEALS) != SEALS || !size_possible(size))
		return -EINVAL;
	return map_ring(fd, size, ret_ring);
}

void bus_free(struct bus_ring *ring)
{
	if (!ring)
		return;
	if (ring->shared)
		munmap(ring->shared, header_size() + 2 * ring->size);
	free(ring);
}

/* ---- producer ---- */

bool bus_look_for_room(struct bus_ring *ring, uint64_t need)
{
	ring->limit = atomic_load(&ring->shared->tail) + ring->size;
	return need <= ring->limit - ring->head;
}

bool bus_publish(struct bus_ring *ring)
{
	struct bus_shared *shared = ring->shared;

	if (ring->published == ring->head)
		return false;
	ring->published = ring->head;
	atomic_store(&shared->head, ring->head);
	return atomic_load(&shared->consumer_sleeping) != AWAKE &&
	       atomic_exchange(&shared->consumer_sleeping, AWAKE) != AWAKE;
}

bool bus_complete_set(struct bus_ring *ring, uint64_t until_ns)
{
	struct bus_shared *shared = ring->shared;

	atomic_store(&shared->complete_until, until_ns);
	return atomic_load(&shared->consumer_sleeping) == WAKE_ON_COMPLETE &&
	       atomic_exchange(&shared->consumer_sleeping, AWAKE) != AWAKE;
}

/* Head before complete_until, as its promise is about what was published; one look at the flag. */
bool bus_publish_complete(struct bus_ring *ring, uint64_t until_ns)
{
	struct bus_shared *shared = ring->shared;
	bool moved = ring->published != ring->head;
	uint32_t sleeping;

	if (moved)
		atomic_store(&shared->head, ring->head);
	ring->published = ring->head;
	atomic_store(&shared->complete_until, until_ns);
	sleeping = atomic_load(&shared->consumer_sleeping);
	return (sleeping == WAKE_ON_COMPLETE || (moved && sleeping != AWAKE)) &&
	       atomic_exchange(&shared->consumer_sleeping, AWAKE) != AWAKE;
}

/*
 * Never beyond head, which the consumer is sure to reach; never 0, as head > tail when it is
 * full.
 */
static uint64_t wanted_tail(const struct bus_ring *ring, uint64_t need)
{
	uint64_t fits = ring->head + need - ring->size;
	uint64_t good = ring->limit - ring->size + ring->size / 4;
	uint64_t want = fits > good ? fits : good;

	return want < ring->head ? want : ring->head;
}

int bus_wait_prepare(struct bus_ring *ring, uint32_t size)
{
	uint64_t need = bus_frame_size(size);

	if (ring->published != ring->head)
		return -EBUSY;
	if (need > ring->size)
		return -EMSGSIZE;
	if (bus_look_for_room(ring, need))
		return 1;
	atomic_store(&ring->shared->producer_waiting, wanted_tail(ring, need));
	if (!bus_look_for_room(ring, need))
		return 0;
	atomic_store(&ring->shared->producer_waiting, 0);
	return 1;
}

/* ---- consumer ---- */

static int broken(struct bus_ring *ring)
{
	ring->broken = true;
	return -EBADMSG;
}

/* complete_until before head: what it promises was published before it, so head covers it. */
static int look_for_frames(struct bus_ring *ring)
{
	uint64_t complete, head;

	if (ring->pending > ring->complete)
		ring->complete = ring->pending;
	complete = atomic_load(&ring->shared->complete_until);
	head = atomic_load(&ring->shared->head);
	if (head - ring->tail > ring->size || head % 8)
		return broken(ring);
	ring->pending = complete;
	ring->seen = head;
	if (head != ring->tail)
		return 1;
	if (complete > ring->complete)
		ring->complete = complete;
	return 0;
}

static uint32_t payload_max(uint16_t kind)
{
	switch (kind) {
	case BUS_SCHEMA:
		return BPFHOST_SCHEMA_SIZE_MAX;
	case BUS_EVENT:
	case BUS_LOG:
	case BUS_COUNTERS:
		return BPFHOST_RECORD_MAX;
	default:
		return 0;
	}
}

int bus_next(struct bus_ring *ring, struct bus_frame *ret_head, const void **ret_payload)
{
	const uint8_t *place = ring->data + (ring->tail & (ring->size - 1));
	struct bus_frame head;
	uint64_t word;
	int err;

	if (ring->broken)
		return -EBADMSG;
	if (ring->tail == ring->seen) {
		err = look_for_frames(ring);
		if (err <= 0)
			return err;
	}
	word = __atomic_load_n((const uint64_t *)place, __ATOMIC_RELAXED);
	memcpy(&head, &word, sizeof(head));
	if (head.reserved || !payload_max(head.kind) || head.size > payload_max(head.kind) ||
	    bus_frame_size(head.size) > ring->seen - ring->tail)
		return broken(ring);
	ring->tail += bus_frame_size(head.size);
	*ret_head = head;
	*ret_payload = place + sizeof(head);
	return 1;
}

void bus_unget(struct bus_ring *ring, const struct bus_frame *head)
{
	ring->tail -= bus_frame_size(head->size);
}

bool bus_release(struct bus_ring *ring)
{
	struct bus_shared *shared = ring->shared;
	uint64_t waiting;

	if (ring->released == ring->tail)
		return false;
	ring->released = ring->tail;
	atomic_store(&shared->tail, ring->tail);
	waiting = atomic_load(&shared->producer_waiting);
	return waiting && ring->tail >= waiting && atomic_exchange(&shared->producer_waiting, 0);
}

bool bus_sleep_prepare(struct bus_ring *ring, bool want_complete)
{
	struct bus_shared *shared = ring->shared;
	bool more;

	atomic_store(&shared->consumer_sleeping, want_complete ? WAKE_ON_COMPLETE : WAKE_ON_FRAMES);
	more = atomic_load(&shared->head) != ring->tail ||
	       (want_complete && atomic_load(&shared->complete_until) > ring->complete);
	if (more)
		bus_sleep_end(ring);
	return !more;
}

void bus_sleep_end(struct bus_ring *ring)
{
	atomic_store_explicit(&ring->shared->consumer_sleeping, AWAKE, memory_order_relaxed);
}
