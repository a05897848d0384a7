/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* From an instance's bus to the sink, without any worker: what a worker would write is written here. */
#include "supervisor_bench.h"

#include <signal.h>
#include <sys/wait.h>

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

/* The bytes that were written, with NUL; the caller's to free. */
static char *written(const struct bench *bench)
{
	off_t size = lseek(bench->sink, 0, SEEK_END);
	char *text = calloc(1, (size_t)size + 1);

	assert_int_equal(pread(bench->sink, text, (size_t)size, 0), size);
	return text;
}

/* A worker that is ended for breaking the format had lost events before that. */
static void test_gaps_of_a_broken_worker_are_told(void **state)
{
	struct bench bench;
	char *text;
	(void)state;

	bench_open(&bench);
	bench.counters[1] = (struct bpfhost_counters){ .produced = 12, .lost = 5 };
	stream_breach(&bench.instance, "a test");
	bench.instance.state = INSTANCE_DRAINING;
	stream_round(&bench.run);
	stream_finish(&bench.run);
	text = written(&bench);
	assert_non_null(strstr(text, "\"kind\":\"lost\""));
	assert_non_null(strstr(text, "\"cpu\":1,\"data\":{\"count\":5,\"reason\":\"ring\"}"));
	free(text);
	bench_close(&bench);
}

/* What the stream has told of its losses, as a number of the text that it wrote. */
static uint64_t told_losses(struct bench *bench)
{
	char *text = written(bench), *at = text;
	uint64_t sum = 0;

	while ((at = strstr(at, "\"count\":"))) {
		at += strlen("\"count\":");
		sum += strtoull(at, NULL, 10);
	}
	free(text);
	return sum;
}

static void settle(struct bench *bench)
{
	struct instance *instance = &bench->instance;

	instance->crashed = true;
	instance->state = INSTANCE_DRAINING;
	stream_round(&bench->run);
	instance_close_books(instance);
	stream_finish(&bench->run);
	assert_int_equal(ledger_pending(&instance->ledger), 0);
	assert_int_equal(instance->ledger.produced, instance->ledger.delivered +
							    instance->ledger.filtered +
							    ledger_lost(&instance->ledger));
	assert_int_equal(told_losses(bench), ledger_lost(&instance->ledger));
}

/* Sums that run over must not hide that events of it are still to be written: see instances.h. */
static void test_no_claim_hides_what_waits(void **state)
{
	struct bench bench;
	(void)state;

	bench_open(&bench);
	bench_add_type(&bench, sizeof(struct bpfhost_event));
	bench.counters[1] = (struct bpfhost_counters){ .lost = UINT64_MAX - 1 };
	for (int i = 0; i < 5; i++)
		assert_true(emit(&bench, sizeof(struct bpfhost_event)));
	stream_pull(&bench.instance);
	bench.instance.state = INSTANCE_DRAINING;
	instance_close_books(&bench.instance);
	assert_int_equal(ledger_pending(&bench.instance.ledger), 5);
	bench_close(&bench);
}

/* The books are closed when it says that nothing more comes. */
static void test_nothing_is_taken_behind_the_books(void **state)
{
	struct bench bench;
	(void)state;

	bench_open(&bench);
	bench_add_type(&bench, sizeof(struct bpfhost_event));
	instance_close_books(&bench.instance);
	assert_true(emit(&bench, sizeof(struct bpfhost_event)));
	stream_round(&bench.run);
	assert_true(bench.instance.broken);
	assert_int_equal(bench.instance.ledger.delivered, 0);
	bench_close(&bench);
}

/* One that goes is not waited for, nor kept waiting for room on its bus, because the sink is blocked. */
static void test_a_blocked_sink_keeps_nobody_who_goes(void **state)
{
	struct bench bench;
	(void)state;

	bench_open(&bench);
	bench_add_type(&bench, sizeof(struct bpfhost_event));
	assert_true(emit(&bench, sizeof(struct bpfhost_event)));
	bench.run.sink_blocked = true;
	assert_true(stream_may_sleep(&bench.run));
	bench.instance.dropping = true;
	assert_false(stream_may_sleep(&bench.run));
	stream_round(&bench.run);
	assert_true(bench.instance.drained);
	assert_int_equal(bench.instance.life.received, 0);
	bench_close(&bench);
}

/* Losses that a worker counted, which were told, and which it then denies. */
static void test_losses_are_not_taken_back(void **state)
{
	struct bench bench;
	(void)state;

	bench_open(&bench);
	bus_count(bench.instance.bus, BUS_USER_LOST, 1000);
	bus_asleep_set(bench.instance.bus, true);
	stream_round(&bench.run);
	bus_count(bench.instance.bus, BUS_USER_LOST, (uint64_t)-990);
	settle(&bench);
	assert_int_equal(bench.instance.ledger.lost[LEDGER_RING], 1000);
	bench_close(&bench);
}

/* A record that claims losses which nobody counted, of user space as of a CPU. */
static void test_claimed_losses_are_none(void **state)
{
	struct bpfhost_event *event;
	struct bench bench;
	(void)state;

	bench_open(&bench);
	bench_add_type(&bench, sizeof(*event));
	for (int i = 0; i < 3; i++) {
		event = bus_reserve(bench.instance.bus, BUS_EVENT, sizeof(*event));
		*event = (struct bpfhost_event){ .type = BENCH_TYPE,
						 .cpu = i == 2 ? UINT16_MAX : 0,
						 .flags = i ? 0 : BPFHOST_EVENT_USER,
						 .lost = UINT64_MAX };
	}
	bus_publish(bench.instance.bus);
	settle(&bench);
	assert_int_equal(ledger_lost(&bench.instance.ledger), 0);
	assert_int_equal(bench.instance.ledger.delivered, 3);
	bench_close(&bench);
}

/* Each new type is kept for as long as the run lasts: so what they may take is bounded. */
static void test_schemas_have_bounds(void **state)
{
	struct bpfhost_schema_builder *builder = bpfhost_schema_new(BENCH_TYPE + 1, "e", 64);
	struct bpfhost_schema *schema;
	struct bench bench;
	(void)state;

	assert_int_equal(bpfhost_schema_finish(builder, &schema), 0);
	bench_open(&bench);
	bench_add_type(&bench, sizeof(struct bpfhost_event));
	assert_true(bench.instance.types.bytes >= sizeof(*schema));
	bench.instance.types.bytes = 64U << 20;
	memcpy(bus_reserve(bench.instance.bus, BUS_SCHEMA, schema->size), schema, schema->size);
	bus_publish(bench.instance.bus);
	stream_round(&bench.run);
	assert_true(bench.instance.broken);
	assert_int_equal(bench.instance.types.count, 1);
	free(schema);
	bpfhost_schema_free(builder);
	bench_close(&bench);
}

/* Numbers that would run over in a sum. */
static void test_senseless_counts_balance(void **state)
{
	struct bench bench;
	(void)state;

	bench_open(&bench);
	for (int counter = 0; counter < BUS_NCOUNTERS; counter++)
		bus_count(bench.instance.bus, (enum bus_counter)counter, UINT64_MAX);
	settle(&bench);
	assert_true(bench.instance.ledger.produced < UINT64_MAX / 1000);
	bench_close(&bench);
}

/* A worker that hangs is ended, but what it had put on the bus is as good as any. */
static void test_events_before_a_hang_are_delivered(void **state)
{
	struct bench bench;
	(void)state;

	bench_open(&bench);
	bench_add_type(&bench, sizeof(struct bpfhost_event));
	bench.config.call_limit_ns = 1;
	bus_call_enter(bench.instance.bus, 4, 1);
	bench.instance.pid = fork();
	if (bench.instance.pid == 0) {
		pause();
		_exit(0);
	}
	assert_true(emit(&bench, sizeof(struct bpfhost_event)));
	instance_tick(&bench.instance);
	assert_int_equal(waitpid(bench.instance.pid, NULL, 0), bench.instance.pid);
	bench.instance.pid = 0;
	assert_int_equal(instance_due(&bench.instance), UINT64_MAX);
	bench.instance.state = INSTANCE_DRAINING;
	work(&bench);
	assert_int_equal(bench.instance.ledger.delivered, 1);
	bench_close(&bench);
}

/* Late and truncated are of those that were delivered; here nobody reads. */
static void test_only_what_is_delivered_is_truncated(void **state)
{
	struct bench bench;
	struct bpfhost_event *event;
	int ends[2];
	(void)state;

	signal(SIGPIPE, SIG_IGN);
	bench_open(&bench);
	bench_add_type(&bench, sizeof(struct bpfhost_event));
	output_close(bench.run.output);
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(output_open_fd(ends[1], &bench.run.output), 0);
	output_delivered(bench.run.output, stream_on_delivered, &bench.run);
	close(ends[0]);
	event = bus_reserve(bench.instance.bus, BUS_EVENT, sizeof(*event));
	*event = (struct bpfhost_event){ .type = BENCH_TYPE, .flags = BPFHOST_EVENT_TRUNCATED };
	bus_publish(bench.instance.bus);
	stream_round(&bench.run);
	assert_int_equal(bench.instance.ledger.delivered, 0);
	assert_int_equal(bench.instance.ledger.lost[LEDGER_SINK], 1);
	assert_int_equal(bench.instance.ledger.truncated, 0);
	close(ends[1]);
	bench_close(&bench);
}

/* The same event where somebody reads. */
static void test_truncated_events_are_counted(void **state)
{
	struct bench bench;
	struct bpfhost_event *event;
	(void)state;

	bench_open(&bench);
	bench_add_type(&bench, sizeof(struct bpfhost_event));
	for (int i = 0; i < 3; i++) {
		event = bus_reserve(bench.instance.bus, BUS_EVENT, sizeof(*event));
		*event = (struct bpfhost_event){ .type = BENCH_TYPE,
						 .flags = i ? BPFHOST_EVENT_TRUNCATED : 0 };
	}
	bus_publish(bench.instance.bus);
	stream_round(&bench.run);
	assert_int_equal(bench.instance.ledger.delivered, 3);
	assert_int_equal(bench.instance.ledger.truncated, 2);
	bench_close(&bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_sleep_before_the_bus_is_empty),
		cmocka_unit_test(test_a_round_ends),
		cmocka_unit_test(test_gaps_of_a_broken_worker_are_told),
		cmocka_unit_test(test_no_claim_hides_what_waits),
		cmocka_unit_test(test_nothing_is_taken_behind_the_books),
		cmocka_unit_test(test_a_blocked_sink_keeps_nobody_who_goes),
		cmocka_unit_test(test_losses_are_not_taken_back),
		cmocka_unit_test(test_claimed_losses_are_none),
		cmocka_unit_test(test_schemas_have_bounds),
		cmocka_unit_test(test_senseless_counts_balance),
		cmocka_unit_test(test_events_before_a_hang_are_delivered),
		cmocka_unit_test(test_only_what_is_delivered_is_truncated),
		cmocka_unit_test(test_truncated_events_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
