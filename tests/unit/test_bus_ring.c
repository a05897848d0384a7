/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The ring between worker and supervisor: frames, bounds, wake-ups, and a worker that lies. */
#include "bus/ring.h"

#include <bpfhost/host.h>
#include <bpfhost/schema.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define SIZE 4096U

static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static int setup(void **state)
{
	struct bus_ring *ring;

	if (bus_new(SIZE, &ring, NULL))
		return -1;
	*state = ring;
	return 0;
}

static int teardown(void **state)
{
	bus_free(*state);
	return 0;
}

static void put(struct bus_ring *ring, enum bus_kind kind, uint32_t size, int byte)
{
	void *payload = bus_reserve(ring, kind, size);

	assert_non_null(payload);
	assert_int_equal((uintptr_t)payload % 8, 0);
	memset(payload, byte, size);
}

static void take(struct bus_ring *ring, enum bus_kind kind, uint32_t size, int byte)
{
	struct bus_frame head;
	const void *payload;
	uint32_t i;

	assert_int_equal(bus_next(ring, &head, &payload), 1);
	assert_int_equal(head.kind, kind);
	assert_int_equal(head.size, size);
	for (i = 0; i < size; i++)
		assert_int_equal(((const uint8_t *)payload)[i], byte);
}

static void take_none(struct bus_ring *ring)
{
	struct bus_frame head;
	const void *payload;

	assert_int_equal(bus_next(ring, &head, &payload), 0);
}

static void test_sizes(void **state)
{
	struct bus_ring *ring;

	(void)state;
	assert_int_equal(bus_new(0, &ring, NULL), -EINVAL);
	assert_int_equal(bus_new(2048, &ring, NULL), -EINVAL);
	assert_int_equal(bus_new(SIZE + 8, &ring, NULL), -EINVAL);
	assert_int_equal(bus_new(1ULL << 40, &ring, NULL), -EINVAL);
	bus_free(NULL);
}

static void test_frames_in_order(void **state)
{
	struct bus_ring *ring = *state;

	take_none(ring);
	put(ring, BUS_SCHEMA, 1, 'a');
	put(ring, BUS_EVENT, 64, 'b');
	put(ring, BUS_LOG, 0, 0);
	take_none(ring); /* reserved is not published */
	assert_false(bus_publish(ring));
	take(ring, BUS_SCHEMA, 1, 'a');
	take(ring, BUS_EVENT, 64, 'b');
	take(ring, BUS_LOG, 0, 0);
	take_none(ring);
	assert_false(bus_release(ring));
}

static void test_unget(void **state)
{
	struct bus_ring *ring = *state;
	struct bus_frame head;
	const void *payload;

	put(ring, BUS_EVENT, 5, 'x');
	put(ring, BUS_LOG, 6, 'y');
	bus_publish(ring);
	assert_int_equal(bus_next(ring, &head, &payload), 1);
	bus_unget(ring, &head);
	take(ring, BUS_EVENT, 5, 'x');
	assert_int_equal(bus_next(ring, &head, &payload), 1);
	bus_unget(ring, &head);
	bus_release(ring);
	take(ring, BUS_LOG, 6, 'y');
	take_none(ring);
}

static void test_full_and_exact_fit(void **state)
{
	struct bus_ring *ring = *state;

	assert_null(bus_reserve(ring, BUS_EVENT, SIZE - 7));
	assert_null(bus_reserve(ring, BUS_EVENT, UINT32_MAX));
	put(ring, BUS_EVENT, SIZE - 8, 'a');
	assert_null(bus_reserve(ring, BUS_EVENT, 0));
	bus_publish(ring);
	take(ring, BUS_EVENT, SIZE - 8, 'a');
	assert_null(bus_reserve(ring, BUS_EVENT, 0)); /* taken, but not released */
	bus_release(ring);
	put(ring, BUS_EVENT, SIZE - 8, 'b');
	bus_publish(ring);
	take(ring, BUS_EVENT, SIZE - 8, 'b');
	bus_release(ring);
	take_none(ring);
}

static void test_wrap(void **state)
{
	struct bus_ring *ring = *state;
	uint64_t random = 7;
	uint32_t i;

	for (i = 0; i < 20000; i++) {
		uint32_t size = (uint32_t)(next_random(&random) % (SIZE / 2));

		put(ring, BUS_EVENT, size, (int)(i & 0xff));
		bus_publish(ring);
		take(ring, BUS_EVENT, size, (int)(i & 0xff));
		bus_release(ring);
	}
	take_none(ring);
}

static void test_consumer_wakeup_is_told_once(void **state)
{
	struct bus_ring *ring = *state;

	assert_true(bus_sleep_prepare(ring, false));
	assert_false(bus_publish(ring)); /* nothing new */
	put(ring, BUS_EVENT, 8, 1);
	assert_true(bus_publish(ring));
	put(ring, BUS_EVENT, 8, 2);
	assert_false(bus_publish(ring));
	assert_false(bus_sleep_prepare(ring, false)); /* there is more to take */
	assert_int_equal(atomic_load(&ring->shared->consumer_sleeping), 0);
	take(ring, BUS_EVENT, 8, 1);
	take(ring, BUS_EVENT, 8, 2);
	assert_true(bus_sleep_prepare(ring, false));
	bus_sleep_end(ring);
	put(ring, BUS_EVENT, 8, 3);
	assert_false(bus_publish(ring));
}

static void test_watermark(void **state)
{
	struct bus_ring *ring = *state;

	assert_int_equal(bus_complete(ring), 0);
	put(ring, BUS_EVENT, 8, 1);
	bus_publish(ring);
	assert_false(bus_complete_set(ring, 100));
	take(ring, BUS_EVENT, 8, 1);
	assert_int_equal(bus_complete(ring), 0);
	put(ring, BUS_EVENT, 8, 2);
	bus_publish(ring);
	take(ring, BUS_EVENT, 8, 2);
	assert_int_equal(bus_complete(ring), 100); /* also where the ring never runs empty */
	assert_false(bus_complete_set(ring, 200));
	take_none(ring);
	assert_int_equal(bus_complete(ring), 200);
	bus_complete_set(ring, 50);
	take_none(ring);
	assert_int_equal(bus_complete(ring), 200);
}

static void test_watermark_wakes_who_wants_it(void **state)
{
	struct bus_ring *ring = *state;

	assert_true(bus_sleep_prepare(ring, false));
	assert_false(bus_complete_set(ring, 10));
	bus_sleep_end(ring);
	assert_false(bus_sleep_prepare(ring, true)); /* it moved since the last look */
	take_none(ring);
	assert_true(bus_sleep_prepare(ring, true));
	assert_true(bus_complete_set(ring, 20));
	assert_false(bus_complete_set(ring, 30));
	take_none(ring);
	assert_true(bus_sleep_prepare(ring, true));
	put(ring, BUS_EVENT, 8, 1);
	assert_true(bus_publish(ring));
}

static void test_frames_and_watermark_wake_once(void **state)
{
	struct bus_ring *ring = *state;

	assert_true(bus_sleep_prepare(ring, false));
	assert_false(bus_publish_complete(ring, 10)); /* no frame, and nobody wants the time */
	put(ring, BUS_EVENT, 8, 1);
	assert_true(bus_publish_complete(ring, 20));
	assert_false(bus_publish_complete(ring, 30));
	take(ring, BUS_EVENT, 8, 1);
	take_none(ring);
	assert_int_equal(bus_complete(ring), 30);
	assert_true(bus_sleep_prepare(ring, true));
	assert_true(bus_publish_complete(ring, 40));
	take_none(ring);
	assert_int_equal(bus_complete(ring), 40);
}

static void fill(struct bus_ring *ring, uint32_t frames)
{
	uint32_t i;

	for (i = 0; i < frames; i++)
		put(ring, BUS_EVENT, SIZE / 64 - 8, 0);
}

static void test_producer_waits(void **state)
{
	struct bus_ring *ring = *state;
	uint32_t i;

	assert_int_equal(bus_wait_prepare(ring, 8), 1);
	assert_int_equal(bus_wait_prepare(ring, SIZE), -EMSGSIZE);
	fill(ring, 64);
	assert_int_equal(bus_wait_prepare(ring, 8), -EBUSY);
	bus_publish(ring);
	assert_int_equal(bus_wait_prepare(ring, 8), 0);
	assert_false(bus_release(ring)); /* nothing was taken */
	for (i = 1; i < 16; i++) {
		take(ring, BUS_EVENT, SIZE / 64 - 8, 0);
		assert_false(bus_release(ring)); /* fits, but is not worth waking for yet */
	}
	assert_int_equal(bus_wait_prepare(ring, 8), 1);
	fill(ring, 15);
	bus_publish(ring);
	assert_int_equal(bus_wait_prepare(ring, 8), 0);
	for (i = 0; i < 16; i++)
		take(ring, BUS_EVENT, SIZE / 64 - 8, 0);
	assert_true(bus_release(ring));
	take(ring, BUS_EVENT, SIZE / 64 - 8, 0);
	assert_false(bus_release(ring)); /* told once */
}

static void test_producer_waits_for_all(void **state)
{
	struct bus_ring *ring = *state;

	put(ring, BUS_EVENT, 8, 1);
	put(ring, BUS_EVENT, SIZE - 32, 2);
	bus_publish(ring);
	assert_int_equal(bus_wait_prepare(ring, SIZE - 8), 0);
	take(ring, BUS_EVENT, 8, 1);
	assert_false(bus_release(ring));
	take(ring, BUS_EVENT, SIZE - 32, 2);
	assert_true(bus_release(ring));
	assert_int_equal(bus_wait_prepare(ring, SIZE - 8), 1);
}

static void test_call_and_counters(void **state)
{
	struct bus_ring *ring = *state;
	uint64_t since = 1;

	assert_int_equal(bus_call(ring, &since), 0);
	bus_call_enter(ring, 3, 12345);
	assert_int_equal(bus_call(ring, &since), 3);
	assert_int_equal(since, 12345);
	bus_call_leave(ring);
	assert_int_equal(bus_call(ring, NULL), 0);
	bus_count(ring, BUS_TAKEN, 5);
	bus_count(ring, BUS_TAKEN, 2);
	bus_count(ring, BUS_USER_LOST, 1);
	assert_int_equal(bus_counter(ring, BUS_TAKEN), 7);
	assert_int_equal(bus_counter(ring, BUS_USER_LOST), 1);
	assert_int_equal(bus_counter(ring, BUS_LOG_LOST), 0);
	assert_false(bus_asleep(ring));
	bus_asleep_set(ring, true);
	assert_true(bus_asleep(ring));
}

static void test_open(void **state)
{
	struct bus_ring *consumer, *producer, *none = NULL;
	int fd, plain;

	(void)state;
	assert_int_equal(bus_new(SIZE, &consumer, &fd), 0);
	assert_int_equal(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	assert_int_equal(ftruncate(fd, 0), -1);
	assert_int_equal(ftruncate(fd, 1 << 20), -1);
	assert_int_equal(bus_open(fd, &producer), 0);
	put(producer, BUS_EVENT, 100, 'o');
	bus_publish(producer);
	take(consumer, BUS_EVENT, 100, 'o');
	bus_release(consumer);
	bus_free(producer);
	assert_int_equal(bus_open(fd, &producer), 0); /* goes on where it stood */
	put(producer, BUS_EVENT, SIZE - 8, 'p');
	bus_publish(producer);
	take(consumer, BUS_EVENT, SIZE - 8, 'p');
	bus_free(producer);
	bus_free(consumer);
	close(fd);

	plain = memfd_create("plain", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	assert_int_equal(bus_open(plain, &none), -EINVAL);
	assert_int_equal(ftruncate(plain, 4096 + SIZE), 0);
	assert_int_equal(bus_open(plain, &none), -EINVAL); /* not sealed */
	close(plain);
	assert_int_equal(bus_open(-1, &none), -EBADF);
	assert_null(none);
}

/* What stands at the consumer's position is refused, and for good. */
static void refused(struct bus_ring *ring)
{
	struct bus_frame head;
	const void *payload = NULL;

	assert_int_equal(bus_next(ring, &head, &payload), -EBADMSG);
	assert_null(payload);
	atomic_store(&ring->shared->head, ring->tail);
	assert_int_equal(bus_next(ring, &head, &payload), -EBADMSG);
}

static void refuse_head(uint64_t head)
{
	struct bus_ring *ring;

	assert_int_equal(bus_new(SIZE, &ring, NULL), 0);
	put(ring, BUS_EVENT, 24, 0);
	bus_publish(ring);
	take(ring, BUS_EVENT, 24, 0);
	put(ring, BUS_EVENT, 24, 0); /* so that only the position is wrong */
	atomic_store(&ring->shared->head, head);
	refused(ring);
	bus_free(ring);
}

static void refuse_frame(struct bus_frame frame)
{
	struct bus_ring *ring;

	assert_int_equal(bus_new(1 << 20, &ring, NULL), 0);
	put(ring, BUS_EVENT, 24, 0);
	memcpy(ring->data, &frame, sizeof(frame));
	bus_publish(ring);
	refused(ring);
	bus_free(ring);
}

static void test_lies_are_refused(void **state)
{
	(void)state;
	refuse_head(0);
	refuse_head(24);
	refuse_head(33);
	refuse_head(68);
	refuse_head(32 + SIZE + 8);
	refuse_head(UINT64_MAX);
	refuse_head(UINT64_MAX - 7);
	refuse_frame((struct bus_frame){ .size = 25, .kind = BUS_EVENT });
	refuse_frame((struct bus_frame){ .size = UINT32_MAX, .kind = BUS_EVENT });
	refuse_frame((struct bus_frame){ .size = 24, .kind = 0 });
	refuse_frame((struct bus_frame){ .size = 24, .kind = BUS_COUNTERS + 1 });
	refuse_frame((struct bus_frame){ .size = 24, .kind = BUS_EVENT, .reserved = 1 });
}

static int offer(uint64_t size, enum bus_kind kind, uint32_t payload)
{
	struct bus_frame head;
	struct bus_ring *ring;
	const void *bytes;
	int ret;

	assert_int_equal(bus_new(size, &ring, NULL), 0);
	assert_non_null(bus_reserve(ring, kind, payload));
	bus_publish(ring);
	ret = bus_next(ring, &head, &bytes);
	bus_free(ring);
	return ret;
}

static void test_kinds_have_bounds(void **state)
{
	(void)state;
	assert_int_equal(offer(1 << 20, BUS_EVENT, BPFHOST_RECORD_MAX), 1);
	assert_int_equal(offer(1 << 20, BUS_EVENT, BPFHOST_RECORD_MAX + 1), -EBADMSG);
	assert_int_equal(offer(1 << 20, BUS_LOG, BPFHOST_RECORD_MAX + 1), -EBADMSG);
	assert_int_equal(offer(1 << 20, BUS_SCHEMA, BPFHOST_SCHEMA_SIZE_MAX), 1);
	assert_int_equal(offer(1 << 20, BUS_SCHEMA, BPFHOST_SCHEMA_SIZE_MAX + 1), -EBADMSG);
}

/* The consumer's own position in the shared pages means nothing to it. */
static void test_own_position_is_private(void **state)
{
	struct bus_ring *ring = *state;

	put(ring, BUS_EVENT, 8, 1);
	put(ring, BUS_EVENT, 8, 2);
	bus_publish(ring);
	atomic_store(&ring->shared->tail, 0xdeadbeef);
	take(ring, BUS_EVENT, 8, 1);
	bus_release(ring);
	assert_int_equal(atomic_load(&ring->shared->tail), 16);
	take(ring, BUS_EVENT, 8, 2);
}

/*
 * Random bytes all over the shared pages while frames are taken: whatever comes out lies within
 * the two mappings. Now and then a plausible head and frame, so that it gets deeper than the
 * first check.
 */
static void scribble(struct bus_ring *ring, uint64_t *random)
{
	uint8_t *pages = (uint8_t *)ring->shared;
	struct bus_frame frame = { .size = (uint32_t)(next_random(random) % SIZE),
				   .kind = (uint16_t)(next_random(random) % 6) };
	uint64_t r = next_random(random);

	switch (r % 4) {
	case 0:
		memcpy(pages + (r >> 32) % (sizeof(struct bus_shared) - 8), &r, 8);
		break;
	case 1:
		atomic_store(&ring->shared->head, ring->tail + (r >> 32) % (SIZE / 8 + 1) * 8);
		break;
	case 2:
		memcpy(ring->data + (ring->tail & (SIZE - 1)), &frame, sizeof(frame));
		break;
	default:
		memcpy(ring->data + (r >> 32) % SIZE, &r, 8);
	}
}

static void test_scribbled_pages(void **state)
{
	uint64_t random = 99, taken = 0, refusals = 0;
	struct bus_ring *ring = *state;
	uint32_t i;

	for (i = 0; i < 3000000; i++) {
		struct bus_frame head;
		const void *payload;
		int ret;

		scribble(ring, &random);
		ret = bus_next(ring, &head, &payload);
		if (ret > 0) {
			const uint8_t *bytes = payload;

			assert_true(bytes >= ring->data &&
				    bytes + head.size <= ring->data + 2 * SIZE);
			random += bytes[head.size ? head.size - 1 : 0];
			taken++;
		} else if (ret < 0) {
			assert_int_equal(ret, -EBADMSG);
			ring->broken = false;
			ring->seen = ring->tail;
			refusals++;
		}
		bus_release(ring);
		bus_sleep_prepare(ring, i & 1);
	}
	assert_true(taken > 10000);
	assert_true(refusals > 10000);
}

/* ---- two at a time ---- */

#if defined(__has_feature)
#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer)
#define SANITIZED
#endif
#elif defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
#define SANITIZED
#endif

#ifdef SANITIZED
#define FRAMES 200000U
#else
#define FRAMES 2000000U
#endif
#define THREAD_FRAMES 1000000U

struct pair {
	struct bus_ring *producer, *consumer;
	int wake_consumer, wake_producer; /* eventfds */
	_Atomic uint32_t *bells;          /* or, in shared memory: the consumer's, the producer's */
	uint32_t frames;
	bool tells; /* the producer tells up to which frame all were published */
};

static void post(int fd)
{
	uint64_t one = 1;

	if (write(fd, &one, sizeof(one)) != sizeof(one))
		abort();
}

static void await(int fd)
{
	uint64_t n;

	if (read(fd, &n, sizeof(n)) != sizeof(n))
		abort();
}

/* Size and content follow from the number. */
static uint32_t size_of(uint32_t i)
{
	uint64_t random = i * 2654435761ULL + 1;

	next_random(&random);
	return 4 + (uint32_t)(next_random(&random) % (i % 64 ? 160 : 3000));
}

/* A frame's number stands for its time. */
static void publish(struct pair *pair, uint32_t produced)
{
	bool wakes = pair->tells && produced ? bus_publish_complete(pair->producer, produced - 1)
					     : bus_publish(pair->producer);

	if (wakes)
		post(pair->wake_consumer);
}

static void *produce(void *arg)
{
	struct pair *pair = arg;
	uint32_t i = 0;

	while (i < pair->frames) {
		uint32_t size = size_of(i);
		uint8_t *payload = bus_reserve(pair->producer, BUS_EVENT, size);

		if (payload) {
			memset(payload, (int)(i & 0xff), size);
			memcpy(payload, &i, sizeof(i));
			i++;
			if (i % 7 == 0 || i == pair->frames)
				publish(pair, i);
			continue;
		}
		publish(pair, i);
		if (bus_wait_prepare(pair->producer, size) == 0)
			await(pair->wake_producer);
	}
	return NULL;
}

static bool right(const struct bus_frame *head, const uint8_t *payload, uint32_t i)
{
	uint32_t number;

	memcpy(&number, payload, sizeof(number));
	return head->size == size_of(i) && number == i &&
	       (head->size == 4 ||
		(payload[4] == (i & 0xff) && !memcmp(payload + 4, payload + 5, head->size - 5)));
}

/* How many frames came out right. */
static uint32_t consume(struct pair *pair)
{
	struct bus_frame head;
	const void *payload;
	uint32_t i = 0;

	while (i < pair->frames) {
		int ret = bus_next(pair->consumer, &head, &payload);

		if (ret < 0 || (ret > 0 && !right(&head, payload, i)))
			break;
		if (ret > 0)
			i++;
		if ((ret == 0 || i % 5 == 0) && bus_release(pair->consumer))
			post(pair->wake_producer);
		if (ret == 0 && i && bus_complete(pair->consumer) >= i)
			break;
		if (ret == 0 && bus_sleep_prepare(pair->consumer, pair->tells)) {
			await(pair->wake_consumer);
			bus_sleep_end(pair->consumer);
		}
	}
	return i;
}

/*
 * Two views of one mapping, as a worker has it that was forked. Thread sanitizer goes by addresses: of two
 * mappings it would not know that they are the same memory.
 */
static void ring_new(uint64_t size, struct bus_ring **ret_consumer, struct bus_ring **ret_producer)
{
	assert_int_equal(bus_new(size, ret_consumer, NULL), 0);
	*ret_producer = malloc(sizeof(**ret_producer));
	assert_non_null(*ret_producer);
	**ret_producer = **ret_consumer;
}

static void pair_new(struct pair *pair, uint64_t size, uint32_t frames)
{
	ring_new(size, &pair->consumer, &pair->producer);
	pair->tells = false;
	pair->wake_consumer = eventfd(0, EFD_CLOEXEC);
	pair->wake_producer = eventfd(0, EFD_CLOEXEC);
	pair->bells = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(pair->bells, MAP_FAILED);
	pair->frames = frames;
}

static void pair_free(struct pair *pair)
{
	free(pair->producer);
	bus_free(pair->consumer);
	close(pair->wake_consumer);
	close(pair->wake_producer);
	munmap(pair->bells, 4096);
}

/*
 * One frame fills the ring, so each side must be told of each step of the other: no later wake-up
 * makes good for a lost one. Random pauses let going to sleep and waking meet in every way, and
 * sleepers spin, because the time that the kernel takes to wake one would keep them apart.
 */
static void ring_bell(_Atomic uint32_t *bell)
{
	atomic_store(bell, 1);
}

static void await_bell(_Atomic uint32_t *bell)
{
	uint32_t spins = 0;

	while (!atomic_exchange(bell, 0)) {
		if (++spins % 256 == 0)
			sched_yield();
	}
}

static void pause_a_little(uint64_t *random)
{
	uint64_t r = next_random(random);
	volatile uint32_t spin = (uint32_t)(r >> 20) % (1U << r % 13);

	while (spin)
		spin--;
}

/* The number of the frame behind the last. */
#define IN_STEP_END UINT32_MAX
/*
 * On a machine that has other things to do, each step takes as long as the kernel lets both sides wait for
 * a CPU, so these end after a while. A wake-up that is lost is one for which they wait for ever.
 */
#define IN_STEP_SECONDS 5

static void step(struct pair *pair, uint32_t number)
{
	uint8_t *payload;

	while (!(payload = bus_reserve(pair->producer, BUS_EVENT, SIZE - 8))) {
		if (bus_wait_prepare(pair->producer, SIZE - 8) == 0)
			await_bell(&pair->bells[1]);
	}
	memcpy(payload, &number, sizeof(number));
	if (bus_publish(pair->producer))
		ring_bell(&pair->bells[0]);
}

static void *produce_in_step(void *arg)
{
	time_t end = time(NULL) + IN_STEP_SECONDS;
	struct pair *pair = arg;
	uint64_t random = 11;
	uint32_t i;

	for (i = 0; i < pair->frames && (i % 256 || time(NULL) <= end); i++) {
		pause_a_little(&random);
		step(pair, i);
	}
	step(pair, IN_STEP_END);
	return NULL;
}

/* As if all had come out right, when those did that there were. */
static uint32_t consume_in_step(struct pair *pair)
{
	uint32_t i = 0, number;
	struct bus_frame head;
	const void *payload;
	uint64_t random = 22;

	for (;;) {
		int ret = bus_next(pair->consumer, &head, &payload);

		if (ret > 0) {
			memcpy(&number, payload, sizeof(number));
			if (number != i)
				return number == IN_STEP_END && i ? pair->frames : i;
			i++;
		}
		if (ret < 0)
			return i;
		pause_a_little(&random);
		if (bus_release(pair->consumer))
			ring_bell(&pair->bells[1]);
		pause_a_little(&random);
		if (ret == 0 && bus_sleep_prepare(pair->consumer, false)) {
			await_bell(&pair->bells[0]);
			bus_sleep_end(pair->consumer);
		}
	}
}

/* A lost wake-up hangs both; the alarm then ends the test. */
static void run_processes(uint64_t size, uint32_t frames, void *(*producer)(void *),
			  uint32_t (*consumer)(struct pair *))
{
	struct pair pair;
	int status;
	pid_t pid;

	pair_new(&pair, size, frames);
	alarm(60);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		alarm(60);
		producer(&pair);
		_exit(0);
	}
	assert_int_equal(consumer(&pair), frames);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	alarm(0);
	pair_free(&pair);
}

static void test_two_processes(void **state)
{
	(void)state;
	run_processes(1 << 20, FRAMES, produce, consume);
}

/* So small that both sides sleep all the time. */
static void test_two_processes_that_sleep(void **state)
{
	(void)state;
	run_processes(SIZE, FRAMES / 8, produce, consume);
}

static void test_two_processes_in_step(void **state)
{
	(void)state;
	run_processes(SIZE, FRAMES / 4, produce_in_step, consume_in_step);
}

/* A lost wake-up hangs both here too; what one thread writes where the other may look, tsan sees. */
static void run_threads(uint64_t size, uint32_t frames, bool tells, void *(*producer)(void *),
			uint32_t (*consumer)(struct pair *))
{
	pthread_t thread;
	struct pair pair;

	pair_new(&pair, size, frames);
	pair.tells = tells;
	alarm(60);
	assert_int_equal(pthread_create(&thread, NULL, producer, &pair), 0);
	assert_int_equal(consumer(&pair), frames);
	pthread_join(thread, NULL);
	alarm(0);
	pair_free(&pair);
}

static void test_two_threads(void **state)
{
	(void)state;
	run_threads(1 << 16, THREAD_FRAMES, false, produce, consume);
}

static void test_two_threads_with_a_watermark(void **state)
{
	(void)state;
	run_threads(16384, THREAD_FRAMES / 4, true, produce, consume);
}

static void test_two_threads_in_step(void **state)
{
	(void)state;
	run_threads(SIZE, THREAD_FRAMES / 10, false, produce_in_step, consume_in_step);
}

/* A producer that dies between reserve and publish leaves what it published, and no more. */
static void test_producer_dies(void **state)
{
	struct bus_ring *ring = *state;
	int status;
	pid_t pid;

	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		put(ring, BUS_EVENT, 8, 'd');
		bus_publish(ring);
		put(ring, BUS_EVENT, 8, 'e');
		bus_call_enter(ring, 2, 77);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	take(ring, BUS_EVENT, 8, 'd');
	take_none(ring);
	assert_int_equal(bus_call(ring, NULL), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sizes),
		cmocka_unit_test_setup_teardown(test_frames_in_order, setup, teardown),
		cmocka_unit_test_setup_teardown(test_unget, setup, teardown),
		cmocka_unit_test_setup_teardown(test_full_and_exact_fit, setup, teardown),
		cmocka_unit_test_setup_teardown(test_wrap, setup, teardown),
		cmocka_unit_test_setup_teardown(test_consumer_wakeup_is_told_once, setup, teardown),
		cmocka_unit_test_setup_teardown(test_watermark, setup, teardown),
		cmocka_unit_test_setup_teardown(test_watermark_wakes_who_wants_it, setup, teardown),
		cmocka_unit_test_setup_teardown(test_frames_and_watermark_wake_once, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_producer_waits, setup, teardown),
		cmocka_unit_test_setup_teardown(test_producer_waits_for_all, setup, teardown),
		cmocka_unit_test_setup_teardown(test_call_and_counters, setup, teardown),
		cmocka_unit_test(test_open),
		cmocka_unit_test(test_lies_are_refused),
		cmocka_unit_test(test_kinds_have_bounds),
		cmocka_unit_test_setup_teardown(test_own_position_is_private, setup, teardown),
		cmocka_unit_test_setup_teardown(test_scribbled_pages, setup, teardown),
		cmocka_unit_test(test_two_processes),
		cmocka_unit_test(test_two_processes_that_sleep),
		cmocka_unit_test(test_two_processes_in_step),
		cmocka_unit_test(test_two_threads),
		cmocka_unit_test(test_two_threads_with_a_watermark),
		cmocka_unit_test(test_two_threads_in_step),
		cmocka_unit_test_setup_teardown(test_producer_dies, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
