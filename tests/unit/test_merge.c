/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The merge: order, bounds, what is held how long, and sources that lie about time. */
#include "bus/merge.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define WINDOW 10000000ULL

static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static int setup(void **state)
{
	*state = merge_new(WINDOW);
	return *state ? 0 : -1;
}

static int teardown(void **state)
{
	merge_free(*state);
	return 0;
}

static void push(struct merge *merge, struct merge_source *source, uint64_t time_ns, uint16_t tag)
{
	assert_int_equal(merge_push(merge, source, time_ns, 0, tag, &tag, sizeof(tag)), 0);
}

static void take(struct merge *merge, uint64_t now_ns, uint64_t time_ns, uint16_t tag, bool late)
{
	struct merge_item item;

	assert_int_equal(merge_next(merge, now_ns, &item), 1);
	assert_int_equal(item.time_ns, time_ns);
	assert_int_equal(item.tag, tag);
	assert_int_equal(item.size, sizeof(tag));
	assert_memory_equal(item.bytes, &tag, sizeof(tag));
	assert_int_equal(item.late, late);
	merge_pop(merge);
}

static void take_none(struct merge *merge, uint64_t now_ns)
{
	struct merge_item item;

	assert_int_equal(merge_next(merge, now_ns, &item), 0);
}

static void test_empty(void **state)
{
	struct merge *merge = *state;
	struct merge_source *source = merge_source_add(merge, 0, NULL);

	take_none(merge, UINT64_MAX);
	merge_pop(merge);
	assert_int_equal(merge_due(merge), UINT64_MAX);
	assert_int_equal(merge_held(merge, NULL), 0);
	assert_int_equal(merge_drop(merge, source), 0);
	merge_source_remove(merge, source);
	merge_source_remove(merge, NULL);
	merge_free(NULL);
}

static void test_watermark_releases(void **state)
{
	struct merge *merge = *state;
	struct merge_source *source = merge_source_add(merge, 0, NULL);

	push(merge, source, 100, 1);
	push(merge, source, 300, 3);
	push(merge, source, 200, 2);
	take_none(merge, 300);
	merge_watermark(merge, source, 200);
	merge_watermark(merge, source, 50); /* never goes back */
	take(merge, 300, 100, 1, false);
	take(merge, 300, 200, 2, false);
	take_none(merge, 300);
	assert_int_equal(merge_held(merge, source), 1);
	merge_watermark(merge, source, 300);
	take(merge, 300, 300, 3, false);
	assert_int_equal(merge_held(merge, NULL), 0);
}

static void test_least_watermark_counts(void **state)
{
	struct merge *merge = *state;
	struct merge_source *a = merge_source_add(merge, 0, NULL);
	struct merge_source *b = merge_source_add(merge, 0, NULL);

	push(merge, a, 100, 1);
	merge_watermark(merge, a, 500);
	take_none(merge, 500);
	push(merge, b, 90, 2);
	merge_watermark(merge, b, 95);
	take(merge, 500, 90, 2, false);
	take_none(merge, 500);
	merge_source_remove(merge, b); /* who is gone holds nobody up */
	take(merge, 500, 100, 1, false);
}

static void test_window_releases(void **state)
{
	struct merge *merge = *state;
	struct merge_source *a = merge_source_add(merge, 0, NULL);

	merge_source_add(merge, 0, NULL);
	push(merge, a, 2000, 1);
	push(merge, a, 5000, 2);
	assert_int_equal(merge_due(merge), 2000 + WINDOW);
	take_none(merge, 2000 + WINDOW - 1);
	take(merge, 2000 + WINDOW, 2000, 1, false);
	assert_int_equal(merge_due(merge), 5000 + WINDOW);
	take_none(merge, 2000 + WINDOW);
}

static void test_late(void **state)
{
	struct merge *merge = *state;
	struct merge_source *a = merge_source_add(merge, 0, NULL);
	struct merge_source *b = merge_source_add(merge, 0, NULL);

	push(merge, a, 1000, 1);
	take(merge, 1000 + WINDOW, 1000, 1, false);
	push(merge, b, 1000, 2);
	take(merge, 1000, 1000, 2, false); /* as old is not older */
	push(merge, b, 900, 3);
	push(merge, b, 800, 4);
	push(merge, b, 1001, 5);
	take(merge, 1000, 800, 4, true);
	take(merge, 1000, 900, 3, true);
	take_none(merge, 1000);
}

static void test_flush(void **state)
{
	struct merge *merge = *state;
	struct merge_source *a = merge_source_add(merge, 0, NULL);
	struct merge_source *b = merge_source_add(merge, 0, NULL);

	push(merge, a, 30, 1);
	push(merge, b, 20, 2);
	push(merge, a, 10, 3);
	take_none(merge, 30);
	merge_flush(merge);
	take(merge, 30, 10, 3, false);
	take(merge, 30, 20, 2, false);
	take(merge, 30, 30, 1, false);
}

static void test_gap_and_user_travel(void **state)
{
	struct merge *merge = *state;
	int one, two;
	struct merge_source *a = merge_source_add(merge, UINT64_MAX, &one);
	struct merge_source *b = merge_source_add(merge, UINT64_MAX, &two);
	struct merge_item item;

	assert_int_equal(merge_push(merge, a, 20, 1ULL << 40, 1, "ab", 2), 0);
	assert_int_equal(merge_push(merge, b, 10, 7, 9, NULL, 0), 0);
	assert_int_equal(merge_next(merge, 20, &item), 1);
	assert_int_equal(item.gap, 7);
	assert_int_equal(item.tag, 9);
	assert_null(item.bytes);
	assert_int_equal(item.size, 0);
	assert_ptr_equal(item.user, &two);
	merge_pop(merge);
	assert_int_equal(merge_next(merge, 20, &item), 1);
	assert_int_equal(item.gap, 1ULL << 40);
	assert_ptr_equal(item.user, &one);
}

static void take_gap(struct merge *merge, uint64_t time_ns, uint64_t gap, uint16_t tag)
{
	struct merge_item item;

	assert_int_equal(merge_next(merge, 20, &item), 1);
	assert_int_equal(item.time_ns, time_ns);
	assert_int_equal(item.gap, gap);
	assert_int_equal(item.tag, tag);
	assert_int_equal(item.size, 0);
	merge_pop(merge);
}

/* A gap that was told is not told again when its item has to wait. */
static void test_gap_told(void **state)
{
	struct merge *merge = *state;
	struct merge_source *a = merge_source_add(merge, UINT64_MAX, NULL);
	struct merge_item item;

	assert_int_equal(merge_push(merge, a, 10, 3, 1, "x", 1), 0);
	assert_int_equal(merge_next(merge, 20, &item), 1);
	assert_int_equal(item.gap, 3);
	merge_gap_told(merge);
	assert_int_equal(merge_next(merge, 20, &item), 1);
	assert_int_equal(item.gap, 0);
	assert_int_equal(merge_drop(merge, a), 1);
	assert_int_equal(merge_held(merge, NULL), 0);
	merge_gap_told(merge);
}

/* What has bytes goes, and leaves its gap. */
static void test_drop(void **state)
{
	struct merge *merge = *state;
	struct merge_source *a = merge_source_add(merge, UINT64_MAX, NULL);
	struct merge_source *b = merge_source_add(merge, UINT64_MAX, NULL);
	struct merge_item item;

	assert_int_equal(merge_push(merge, a, 10, 3, 5, "x", 1), 0);
	assert_int_equal(merge_push(merge, a, 11, 4, 7, NULL, 0), 0);
	push(merge, b, 12, 2);
	push(merge, a, 13, 1);
	assert_int_equal(merge_next(merge, 20, &item), 1);
	assert_int_equal(merge_drop(merge, a), 2);
	merge_pop(merge); /* what was given is gone: takes nothing else away */
	assert_int_equal(merge_held(merge, NULL), 3);
	take_gap(merge, 10, 3, 0);
	take_gap(merge, 11, 4, 7);
	take(merge, 20, 12, 2, false);
}

/* An item pushed between next and pop goes neither lost nor in the given one's place. */
static void test_push_before_pop(void **state)
{
	struct merge *merge = *state;
	struct merge_source *source = merge_source_add(merge, UINT64_MAX, NULL);
	struct merge_item item;
	uint16_t tag = 1;
	uint32_t i;

	push(merge, source, 100, 1);
	assert_int_equal(merge_next(merge, 100, &item), 1);
	for (i = 0; i < 5000; i++)
		push(merge, source, i % 2 ? 50 : 150, 2);
	assert_memory_equal(item.bytes, &tag, sizeof(tag));
	merge_pop(merge);
	for (i = 0; i < 2500; i++)
		take(merge, 200, 50, 2, true);
	for (i = 0; i < 2500; i++)
		take(merge, 200, 150, 2, false);
	take_none(merge, 200);
}

static void test_bounds(void **state)
{
	struct merge *merge = *state;
	struct merge_source *source = merge_source_add(merge, 0, NULL);
	static uint8_t big[MERGE_ITEM_MAX + 1];
	struct merge_item item;
	uint32_t i;

	assert_int_equal(merge_push(merge, source, 1, 0, 0, big, sizeof(big)), -EMSGSIZE);
	for (i = 0; i < MERGE_BYTES_MAX / MERGE_ITEM_MAX; i++)
		assert_int_equal(merge_push(merge, source, i, 0, 0, big, MERGE_ITEM_MAX), 0);
	assert_int_equal(merge_push(merge, source, i, 0, 0, "x", 1), -EAGAIN);
	assert_int_equal(merge_push(merge, source, i, 0, 0, NULL, 0), 0);
	merge_watermark(merge, source, 100);
	assert_int_equal(merge_next(merge, 100, &item), 1);
	merge_pop(merge);
	assert_int_equal(merge_push(merge, source, i, 0, 0, big, MERGE_ITEM_MAX), 0);
	merge_drop(merge, source);
	assert_int_equal(merge_next(merge, 100, &item), 1); /* the mark, which stays */
	merge_pop(merge);
	for (i = 0; i < MERGE_ENTRIES_MAX; i++)
		assert_int_equal(merge_push(merge, source, i, 0, 0, "x", 1), 0);
	assert_int_equal(merge_push(merge, source, i, 0, 0, "x", 1), -EAGAIN);
}

/* What tells of a loss has a place behind the last event that had one. */
static void test_full_takes_marks(void **state)
{
	struct merge *merge = *state;
	struct merge_source *source = merge_source_add(merge, 0, NULL);
	struct merge_item item;
	uint32_t i;

	for (i = 0; i < MERGE_ENTRIES_MAX; i++)
		push(merge, source, i, 1);
	assert_int_equal(merge_push(merge, source, i, 0, 1, "x", 1), -EAGAIN);
	for (i = 0; i < MERGE_MARKS_SPARE; i++)
		assert_int_equal(merge_push(merge, source, MERGE_ENTRIES_MAX, 5, 2, NULL, 0), 0);
	assert_int_equal(merge_push(merge, source, MERGE_ENTRIES_MAX, 5, 2, NULL, 0), -EAGAIN);
	merge_flush(merge);
	for (i = 0; i < MERGE_ENTRIES_MAX; i++)
		take(merge, 0, i, 1, false);
	for (i = 0; i < MERGE_MARKS_SPARE; i++) {
		assert_int_equal(merge_next(merge, 0, &item), 1);
		assert_int_equal(item.gap, 5);
		merge_pop(merge);
	}
}

/* A full source is held no longer than its window, so it cannot stand still. */
static void test_full_waits_for_its_window(void **state)
{
	struct merge *merge = *state;
	struct merge_source *a = merge_source_add(merge, 0, NULL);
	struct merge_source *b = merge_source_add(merge, 0, NULL);
	uint32_t i;

	for (i = 0; i < MERGE_ENTRIES_MAX; i++)
		push(merge, a, 100 + i, 1);
	assert_int_equal(merge_push(merge, a, 100 + i, 0, 1, "x", 1), -EAGAIN);
	take_none(merge, 200000);
	push(merge, b, 99, 2);
	take(merge, 100 + WINDOW, 99, 2, false);
	take(merge, 100 + WINDOW, 100, 1, false);
	assert_int_equal(merge_push(merge, a, 100 + i, 0, 1, NULL, 0), 0);
}

/* Alone, a full source gives half of what it holds, whatever its watermark, then waits again. */
static void test_full_alone(void **state)
{
	struct merge *merge = *state;
	struct merge_source *a = merge_source_add(merge, 0, NULL);
	uint32_t i;

	for (i = 0; i < MERGE_ENTRIES_MAX; i++)
		push(merge, a, 100 + i, 1);
	take_none(merge, 200);
	assert_int_equal(merge_push(merge, a, 100 + i, 0, 1, "x", 1), -EAGAIN);
	for (i = 0; i < MERGE_ENTRIES_MAX / 2; i++)
		take(merge, 200, 100 + i, 1, false);
	take_none(merge, 200);
}

/* A stop does not wait for a long window. */
static void test_hurry(void **state)
{
	struct merge *merge = *state;
	struct merge_source *a = merge_source_add(merge, 0, NULL);

	push(merge, a, 1000, 1);
	merge_hurry(merge, UINT64_MAX);
	take_none(merge, 1000 + WINDOW - 1);
	merge_hurry(merge, 10);
	take_none(merge, 1009);
	take(merge, 1010, 1000, 1, false);
}

/* Times in the future stay with the liar until it is full, and make nobody else late. */
static void test_future(void **state)
{
	struct merge *merge = *state;
	struct merge_source *liar = merge_source_add(merge, 0, NULL);
	struct merge_source *honest = merge_source_add(merge, 0, NULL);
	struct merge_item item;
	uint32_t i;

	for (i = 0; i < MERGE_ENTRIES_MAX; i++)
		push(merge, liar, UINT64_MAX - i % 3, 1);
	assert_int_equal(merge_due(merge), UINT64_MAX - 1);
	push(merge, honest, 1000, 2);
	assert_int_equal(merge_due(merge), 1000 + WINDOW);
	take(merge, 1000 + WINDOW, 1000, 2, false);
	take_none(merge, 1000 + WINDOW);
	assert_int_equal(merge_push(merge, liar, UINT64_MAX, 0, 1, "x", 1), -EAGAIN);
	take(merge, 1000 + WINDOW, UINT64_MAX - 2, 1, false);
	take_none(merge, 1000 + WINDOW);
	push(merge, honest, 1001, 3);
	take(merge, 1001 + WINDOW, 1001, 3, false);
	merge_watermark(merge, liar, UINT64_MAX); /* ended: nothing may be left behind */
	while (merge_next(merge, 2000 + WINDOW, &item))
		merge_pop(merge);
	assert_int_equal(merge_held(merge, NULL), 0);
	push(merge, honest, 1002, 4);
	take(merge, 1002 + WINDOW, 1002, 4, false);
}

static void test_backwards(void **state)
{
	struct merge *merge = *state;
	struct merge_source *source = merge_source_add(merge, 0, NULL);
	uint32_t i;

	for (i = 0; i < MERGE_ENTRIES_MAX; i++)
		push(merge, source, MERGE_ENTRIES_MAX - i, (uint16_t)i);
	merge_flush(merge);
	for (i = MERGE_ENTRIES_MAX; i-- > 0;)
		take(merge, 0, MERGE_ENTRIES_MAX - i, (uint16_t)i, false);
}

/* ---- against a reference ---- */

#define SOURCES 5U
#define ITEMS   4000U

struct model {
	uint64_t time_ns;
	uint64_t gap;
	uint32_t source;
	uint32_t number;
	uint32_t size;
};

static int by_time(const void *one, const void *two)
{
	const struct model *a = one, *b = two;

	if (a->time_ns != b->time_ns)
		return a->time_ns < b->time_ns ? -1 : 1;
	if (a->source != b->source)
		return a->source < b->source ? -1 : 1;
	return a->number < b->number ? -1 : 1;
}

/* Each item's time lies at most half a window before its arrival. */
static void make_items(struct model *items, uint64_t *random)
{
	uint64_t now = WINDOW;
	uint32_t i;

	for (i = 0; i < ITEMS; i++) {
		now += next_random(random) % 30000;
		items[i].time_ns = (now - next_random(random) % (WINDOW / 2)) & ~1023ULL;
		items[i].gap = next_random(random) % 3;
		items[i].source = (uint32_t)(next_random(random) % SOURCES);
		items[i].number = i;
		items[i].size = (uint32_t)(sizeof(i) + next_random(random) % 300);
	}
}

static uint32_t drain(struct merge *merge, uint64_t now, const struct model *expected, uint32_t at)
{
	struct merge_item item;

	while (merge_next(merge, now, &item)) {
		uint32_t number;

		assert_true(at < ITEMS);
		assert_int_equal(item.time_ns, expected[at].time_ns);
		assert_int_equal(item.gap, expected[at].gap);
		assert_int_equal(item.size, expected[at].size);
		assert_false(item.late);
		memcpy(&number, item.bytes, sizeof(number));
		assert_int_equal(number, expected[at].number);
		assert_int_equal((uintptr_t)item.bytes % 8, 0);
		merge_pop(merge);
		at++;
	}
	return at;
}

static void run_against_reference(uint64_t seed)
{
	static struct model items[ITEMS], expected[ITEMS];
	struct merge *merge = merge_new(WINDOW);
	struct merge_source *sources[SOURCES];
	uint64_t random = seed, latest = 0;
	uint32_t i, at = 0;
	uint8_t bytes[512];

	for (i = 0; i < SOURCES; i++)
		sources[i] = merge_source_add(merge, 0, NULL);
	make_items(items, &random);
	memcpy(expected, items, sizeof(items));
	qsort(expected, ITEMS, sizeof(expected[0]), by_time);
	for (i = 0; i < ITEMS; i++) {
		if (items[i].time_ns > latest)
			latest = items[i].time_ns;
		memset(bytes, (int)i, sizeof(bytes));
		memcpy(bytes, &i, sizeof(i));
		assert_int_equal(merge_push(merge, sources[items[i].source], items[i].time_ns,
					    items[i].gap, 0, bytes, items[i].size),
				 0);
		if (seed % 2) /* released by watermarks, else by the window alone */
			merge_watermark(merge, sources[i % SOURCES], latest - WINDOW / 2 - 1024);
		if (next_random(&random) % 8 == 0)
			at = drain(merge, latest, expected, at);
	}
	assert_true(at > ITEMS / 4);
	merge_flush(merge);
	assert_int_equal(drain(merge, latest, expected, at), ITEMS);
	merge_free(merge);
}

static void test_order_against_reference(void **state)
{
	uint64_t seed;

	(void)state;
	for (seed = 1; seed <= 60; seed++)
		run_against_reference(seed);
}

/* Everything comes out once, and `late` is exactly what is older than the newest given out. */
static void test_random_times(void **state)
{
	struct merge *merge = *state;
	struct merge_source *sources[3];
	uint64_t random = 5, in = 0, out = 0, last = 0, late = 0;
	struct merge_item item;
	uint32_t i;

	for (i = 0; i < 3; i++)
		sources[i] = merge_source_add(merge, 0, NULL);
	for (i = 0; i < 300000; i++) {
		uint64_t now = i * 1000ULL + WINDOW * 4;
		uint64_t time_ns = now - next_random(&random) % (WINDOW * 3);

		if (!merge_push(merge, sources[i % 3], time_ns, 1, 0, &time_ns, sizeof(time_ns)))
			in++;
		while (random % 3 == 0 && merge_next(merge, now, &item)) {
			assert_memory_equal(item.bytes, &item.time_ns, 8);
			assert_int_equal(item.late, item.time_ns < last);
			late += item.late;
			last = item.late ? last : item.time_ns;
			out += item.gap;
			merge_pop(merge);
		}
	}
	assert_int_equal(in, out + merge_held(merge, NULL));
	assert_true(late > 1000);
	assert_true(out > 200000);
}

static void test_speed(void **state)
{
	struct merge *merge = *state;
	struct merge_source *source = merge_source_add(merge, 0, NULL);
	struct timespec begin, end;
	struct merge_item item;
	uint8_t record[100] = { 0 };
	uint64_t i, n = 1000000, sum = 0;

	clock_gettime(CLOCK_MONOTONIC, &begin);
	for (i = 0; i < n; i++) {
		merge_push(merge, source, i, 0, 2, record, sizeof(record));
		merge_watermark(merge, source, i);
		if (merge_next(merge, i, &item))
			sum += item.size;
		merge_pop(merge);
	}
	clock_gettime(CLOCK_MONOTONIC, &end);
	assert_int_equal(sum, n * sizeof(record));
	print_message("push, next, pop of 100 bytes: %.1f ns\n",
		      ((double)(end.tv_sec - begin.tv_sec) * 1e9 +
		       (double)(end.tv_nsec - begin.tv_nsec)) /
			      (double)n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_empty, setup, teardown),
		cmocka_unit_test_setup_teardown(test_watermark_releases, setup, teardown),
		cmocka_unit_test_setup_teardown(test_least_watermark_counts, setup, teardown),
		cmocka_unit_test_setup_teardown(test_window_releases, setup, teardown),
		cmocka_unit_test_setup_teardown(test_late, setup, teardown),
		cmocka_unit_test_setup_teardown(test_flush, setup, teardown),
		cmocka_unit_test_setup_teardown(test_gap_and_user_travel, setup, teardown),
		cmocka_unit_test_setup_teardown(test_gap_told, setup, teardown),
		cmocka_unit_test_setup_teardown(test_drop, setup, teardown),
		cmocka_unit_test_setup_teardown(test_push_before_pop, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bounds, setup, teardown),
		cmocka_unit_test_setup_teardown(test_full_takes_marks, setup, teardown),
		cmocka_unit_test_setup_teardown(test_full_waits_for_its_window, setup, teardown),
		cmocka_unit_test_setup_teardown(test_full_alone, setup, teardown),
		cmocka_unit_test_setup_teardown(test_hurry, setup, teardown),
		cmocka_unit_test_setup_teardown(test_future, setup, teardown),
		cmocka_unit_test_setup_teardown(test_backwards, setup, teardown),
		cmocka_unit_test(test_order_against_reference),
		cmocka_unit_test_setup_teardown(test_random_times, setup, teardown),
		cmocka_unit_test_setup_teardown(test_speed, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
