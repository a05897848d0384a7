/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* From an instance's bus to the sink, without any worker: what a worker would write is written here. */
#include "supervisor_bench.h"

#define LARGE      40000U
#define MANY       100U
#define FLOOD      40000U
#define ROUNDS_MAX 10000

static bool emit(struct bench *bench, uint32_t size)
{
	struct bpfhost_event *event = bus_reserve(bench->instance.bus, BUS_EVENT, size);

	if (!event)
		return false;
	memset(event, 0, size);
	*event = (struct bpfhost_event){ .type = BENCH_TYPE, .time_ns = supervisor_now() };
	bus_publish(bench->instance.bus);
	return true;
}

/* Rounds until it would sleep, as the supervisor's loop has them. */
static void work(struct bench *bench)
{
	int rounds = 0;

	do {
		stream_awake(&bench->run);
		stream_round(&bench->run);
		assert_true(++rounds < ROUNDS_MAX);
	} while (!stream_may_sleep(&bench->run) || merge_held(bench->run.merge, NULL));
}

/* The merge is full after few of them, and empty again before the bus is. */
static void test_no_sleep_before_the_bus_is_empty(void **state)
{
	struct bench bench;
	(void)state;

	bench_open(&bench);
	bench_add_type(&bench, LARGE);
	for (uint32_t i = 0; i < MANY; i++)
		assert_true(emit(&bench, LARGE));
	work(&bench);
	assert_int_equal(bench.instance.ledger.delivered, MANY);
	bench_close(&bench);
}

/* A bus with more on it than a round may take: the round ends, and sleeping is not thought of. */
static void test_a_round_ends(void **state)
{
	struct bench bench;
	(void)state;

	bench_open(&bench);
	bench_add_type(&bench, sizeof(struct bpfhost_event));
	for (uint32_t i = 0; i < FLOOD; i++)
		assert_true(emit(&bench, sizeof(struct bpfhost_event)));
	stream_round(&bench.run);
	assert_in_range(bench.instance.life.received, STREAM_BATCH, FLOOD - 1);
	assert_false(stream_may_sleep(&bench.run));
	work(&bench);
	assert_int_equal(bench.instance.ledger.delivered, FLOOD);
	bench_close(&bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_sleep_before_the_bus_is_empty),
		cmocka_unit_test(test_a_round_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
