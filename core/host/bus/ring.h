/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The byte ring between one worker (the producer) and the supervisor (the consumer): frames in
 * shared memory, handed over without a lock or a system call. Who is to be woken is told by return
 * value; how (an eventfd, a socket) is the caller's.
 *
 * The supervisor makes the ring before it forks and both sides use the same mapping. The consumer
 * trusts nothing that it reads there: see ring.c.
 *
 * Producer				Consumer
 *	bus_reserve, ... fill ...	while (bus_next(...) > 0)
 *	bus_reserve, ... fill ...		... copy the payload ...
 *	if (bus_publish(ring))		if (bus_release(ring))
 *		wake the consumer		wake the producer
 *	if (bus_reserve(...) == NULL)	if (bus_sleep_prepare(ring, ...))
 *		bus_publish, bus_wait_prepare		sleep
 */
#ifndef BUS_RING_H
#define BUS_RING_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum bus_kind {
	BUS_SCHEMA = 1, /* a block of <bpfhost/schema.h>, at most BPFHOST_SCHEMA_SIZE_MAX */
	BUS_EVENT = 2,  /* a record of <bpfhost/event.h>, at most BPFHOST_RECORD_MAX */
	BUS_LOG = 3,    /* a line of the log, at most BPFHOST_RECORD_MAX */
	BUS_COUNTERS = 4,
};

/* What stands before each payload. A frame begins and ends at a multiple of 8. */
struct bus_frame {
	uint32_t size;     /* of the payload, in bytes */
	uint16_t kind;     /* enum bus_kind */
	uint16_t reserved; /* zero */
};

/* What a worker counts, only ever upwards; the supervisor can read it even when the worker died. */
enum bus_counter {
	BUS_USER_PRODUCED, /* events made in user space */
	BUS_USER_LOST,     /* those among them for which the bus had no room */
	BUS_TAKEN,         /* events that the plugin kept for itself */
	BUS_LOG_LOST,      /* lines of the log for which the bus had no room */
	BUS_NCOUNTERS,
};

#define BUS_LINE 64 /* bytes of a cache line */

/* The shared header. Written by the worker as it likes, so by either side only through bus_...() */
struct bus_shared {
	_Alignas(BUS_LINE) _Atomic uint64_t head; /* producer: everything before is published */
	_Atomic uint64_t complete_until;
	_Alignas(BUS_LINE) _Atomic uint64_t tail; /* consumer: everything before is free again */
	_Atomic uint32_t discard;                 /* consumer: more events are not wanted */
	_Alignas(BUS_LINE) _Atomic uint32_t consumer_sleeping; /* what wakes it, 0: awake */
	_Alignas(BUS_LINE) _Atomic uint64_t producer_waiting;  /* for tail to get here; 0: not */
	_Alignas(BUS_LINE) _Atomic uint32_t asleep;
	_Atomic uint32_t call;
	_Atomic uint64_t call_since;
	_Atomic uint32_t held;
	_Atomic uint64_t counters[BUS_NCOUNTERS];
};

/* One side's private view. Its members are for the functions here only. */
struct bus_ring {
	struct bus_shared *shared;
	uint8_t *data; /* 2 * size bytes, the second half showing the first once more */
	uint64_t size; /* a power of two */
	/* producer */
	uint64_t head;      /* where the next frame goes */
	uint64_t published; /* what the consumer was told */
	uint64_t limit;     /* head may come up to here, as far as known */
	/* consumer */
	uint64_t tail;     /* where the next frame is taken from */
	uint64_t released; /* what the producer was told */
	uint64_t seen;     /* the producer's position when last looked */
	uint64_t pending;  /* complete_until when last looked, before `seen` */
	uint64_t complete; /* that, once everything before `seen` was taken */
	bool broken;       /* the worker wrote what cannot be */
};

#define BUS_SIZE_MIN 4096U
#define BUS_SIZE_MAX (1U << 30)

/*
 * Makes a ring with `size` bytes of data, a power of two within the bounds. ret_fd may be NULL;
 * else it gets the sealed memfd (close-on-exec, the caller's), from which another process can
 * bus_open. -EINVAL for an impossible size, or the error of memfd_create, ftruncate, fcntl or
 * mmap.
 */
int bus_new(uint64_t size, struct bus_ring **ret_ring, int *ret_fd);
/*
 * Maps the ring behind fd, which stays the caller's, for a producer or consumer that goes on where
 * the shared positions stand. -EINVAL when it is no ring or is not sealed.
 */
int bus_open(int fd, struct bus_ring **ret_ring);
/* Unmaps it in this process. */
void bus_free(struct bus_ring *ring);

/* ---- producer ---- */

bool bus_look_for_room(struct bus_ring *ring, uint64_t need);

static inline uint64_t bus_frame_size(uint32_t payload)
{
	return (sizeof(struct bus_frame) + (uint64_t)payload + 7) & ~7ULL;
}

/*
 * A place for one payload, aligned to 8, which the consumer sees after the next bus_publish; NULL
 * when there is no room now.
 */
static inline void *bus_reserve(struct bus_ring *ring, enum bus_kind kind, uint32_t size)
{
	uint64_t need = bus_frame_size(size);
	struct bus_frame *frame;

	if (__builtin_expect(need > ring->limit - ring->head, 0) && !bus_look_for_room(ring, need))
		return NULL;
	frame = (struct bus_frame *)(ring->data + (ring->head & (ring->size - 1)));
	*frame = (struct bus_frame){ .size = size, .kind = (uint16_t)kind };
	ring->head += need;
	return frame + 1;
}

/* Shows all that was reserved. True: the consumer sleeps, wake it (told once a sleep). */
bool bus_publish(struct bus_ring *ring);
/*
 * Before waiting for room for a payload of `size`: 1 there is room now, 0 wait until the consumer
 * wakes you, -EBUSY publish first, -EMSGSIZE it can never fit. A wake-up comes when the payload
 * fits and a good part of the ring is free, so that a slow consumer does not wake for every
 * frame.
 */
int bus_wait_prepare(struct bus_ring *ring, uint32_t size);
/*
 * Tells that every event with time <= until_ns (CLOCK_MONOTONIC) was published before this call.
 * True: the consumer sleeps and wanted to know, wake it.
 */
bool bus_complete_set(struct bus_ring *ring, uint64_t until_ns);
/* bus_publish and then bus_complete_set, with at most one wake-up for both. */
bool bus_publish_complete(struct bus_ring *ring, uint64_t until_ns);

/*
 * Whether the worker sleeps: its kernel ring was empty after it had set the kernel's reader
 * flag.
 */
static inline void bus_asleep_set(struct bus_ring *ring, bool asleep)
{
	atomic_store(&ring->shared->asleep, asleep);
}

/* Which function of the plugin runs (a number that is not 0, the caller's) and since when. */
static inline void bus_call_enter(struct bus_ring *ring, uint32_t call, uint64_t now_ns)
{
	atomic_store_explicit(&ring->shared->call_since, now_ns, memory_order_relaxed);
	atomic_store_explicit(&ring->shared->call, call, memory_order_release);
}

static inline void bus_call_leave(struct bus_ring *ring)
{
	atomic_store_explicit(&ring->shared->call, 0, memory_order_release);
}

/* The call that runs gets on: since when is to count anew. */
static inline void bus_call_renew(struct bus_ring *ring, uint64_t now_ns)
{
	atomic_store_explicit(&ring->shared->call_since, now_ns, memory_order_release);
}

/* Whether the worker is inside of a system call in which it must not be killed. */
static inline void bus_held_set(struct bus_ring *ring, bool held)
{
	atomic_store(&ring->shared->held, held);
}

static inline void bus_count(struct bus_ring *ring, enum bus_counter counter, uint64_t n)
{
	_Atomic uint64_t *c = &ring->shared->counters[counter];

	atomic_store_explicit(c, atomic_load_explicit(c, memory_order_relaxed) + n,
			      memory_order_relaxed);
}

/* ---- consumer ---- */

/*
 * Takes the next frame: 1 with a checked copy of its head and its payload (aligned to 8, `size`
 * bytes readable until bus_release, but the worker may still change them: copy, then check); 0 when
 * there is none; -EBADMSG when what stands there cannot be, from then on always.
 */
int bus_next(struct bus_ring *ring, struct bus_frame *ret_head, const void **ret_payload);
/*
 * Gives the frame that bus_next gave last back, with the head as it was given: the next call gives
 * it again. Not after a bus_release.
 */
void bus_unget(struct bus_ring *ring, const struct bus_frame *head);
/* Frees the room of all frames taken. True: the producer waits for it, wake it. */
bool bus_release(struct bus_ring *ring);
/*
 * Before sleeping: false when there is more to take. With want_complete (somebody waits for this
 * ring's bus_complete) a bus_complete_set wakes as well, and false also means that it has moved.
 * Call bus_release first. After waking, bus_sleep_end.
 */
bool bus_sleep_prepare(struct bus_ring *ring, bool want_complete);
void bus_sleep_end(struct bus_ring *ring);

/*
 * The time up to which every event of this ring was taken with bus_next; never goes back. Moves
 * when bus_next is called, so ask after bus_next gave 0.
 */
static inline uint64_t bus_complete(const struct bus_ring *ring)
{
	return ring->complete;
}

/* Tells the producer that events are not wanted any more: the run ends, the sink is blocked. */
static inline void bus_discard_set(struct bus_ring *ring)
{
	atomic_store(&ring->shared->discard, 1);
}

static inline bool bus_discard(const struct bus_ring *ring)
{
	return atomic_load_explicit(&ring->shared->discard, memory_order_relaxed) != 0;
}

static inline bool bus_asleep(const struct bus_ring *ring)
{
	return atomic_load(&ring->shared->asleep) != 0;
}

static inline bool bus_held(const struct bus_ring *ring)
{
	return atomic_load(&ring->shared->held) != 0;
}

/* Which function runs, 0 for none; ret_since_ns may be NULL. As true as the worker. */
static inline uint32_t bus_call(const struct bus_ring *ring, uint64_t *ret_since_ns)
{
	const struct bus_shared *shared = ring->shared;
	uint32_t call = atomic_load_explicit(&shared->call, memory_order_acquire);

	if (ret_since_ns)
		*ret_since_ns = atomic_load_explicit(&shared->call_since, memory_order_relaxed);
	return call;
}

static inline uint64_t bus_counter(const struct bus_ring *ring, enum bus_counter counter)
{
	return atomic_load_explicit(&ring->shared->counters[counter], memory_order_relaxed);
}

#endif
