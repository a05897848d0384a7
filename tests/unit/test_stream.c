/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* From an instance's bus to the sink, without any worker: what a worker would write is written here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpfhost/schema.h>
#include <cmocka.h>

#include "sink/json.h"
#include "supervisor/instance.h"
#include "supervisor/stream.h"
#include "supervisor/stream_private.h"

#define TYPE       7U
#define BUS_SIZE   (4U << 20)
#define LARGE      40000U
#define MANY       100U
#define FLOOD      40000U
#define CPUS       2U
#define ROUNDS_MAX 10000

struct bench {
	struct supervisor run;
	struct instance instance;
	struct config config;
	struct config_instance named;
	struct bpfhost_counters counters[CPUS];
	int sink;
};

static void add_type(struct bench *bench, uint32_t size)
{
	struct bpfhost_schema_builder *builder = bpfhost_schema_new(TYPE, "e", size);
	struct bpfhost_schema *schema;

	if (size > sizeof(struct bpfhost_event))
		bpfhost_schema_field(builder, "bytes", BPFHOST_BYTES, sizeof(struct bpfhost_event),
				     size - (uint32_t)sizeof(struct bpfhost_event), 1);
	assert_int_equal(bpfhost_schema_finish(builder, &schema), 0);
	assert_int_equal(types_add(&bench->instance.types, schema, schema->size, "i", "p", NULL),
			 0);
	free(schema);
	bpfhost_schema_free(builder);
}

static void open_bench(struct bench *bench)
{
	struct supervisor *run = &bench->run;
	struct instance *instance = &bench->instance;

	memset(bench, 0, sizeof(*bench));
	bench->named = (struct config_instance){ .plugin = (char *)"p", .name = (char *)"i" };
	*run = (struct supervisor){
		.config = &bench->config, .instances = instance, .ninstances = 1, .signals = -1
	};
	*instance = (struct instance){ .run = run,
				       .config = &bench->named,
				       .state = INSTANCE_RUNNING,
				       .pidfd = -1,
				       .control = -1,
				       .notify = -1,
				       .wake = -1 };
	run->now = supervisor_now();
	assert_int_equal(log_new(STDERR_FILENO, 0, &run->log), 0);
	bench->sink = memfd_create("sink", MFD_CLOEXEC);
	assert_int_equal(output_open_fd(bench->sink, &run->output), 0);
	output_delivered(run->output, stream_on_delivered, run);
	run->encoder = &json_encoder;
	sink_clock_init(&run->clock, sink_clock_offset(), false);
	run->merge = merge_new(0);
	instance->source = merge_source_add(run->merge, 0, instance);
	assert_int_equal(bus_new(BUS_SIZE, &instance->bus, NULL), 0);
	instance->kernel = (struct kernel_view){ .counters = bench->counters, .ncpus = CPUS };
	instance->life.gaps_seen = calloc(CPUS, sizeof(uint64_t));
}

static void close_bench(struct bench *bench)
{
	/* These counters are no mapping. */
	memset(&bench->instance.kernel, 0, sizeof(bench->instance.kernel));
	instance_free(&bench->instance);
	stream_close(&bench->run);
	log_free(bench->run.log);
	close(bench->sink);
}

static bool emit(struct bench *bench, uint32_t size)
{
	struct bpfhost_event *event = bus_reserve(bench->instance.bus, BUS_EVENT, size);

	if (!event)
		return false;
	memset(event, 0, size);
	*event = (struct bpfhost_event){ .type = TYPE, .time_ns = supervisor_now() };
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

	open_bench(&bench);
	add_type(&bench, LARGE);
	for (uint32_t i = 0; i < MANY; i++)
		assert_true(emit(&bench, LARGE));
	work(&bench);
	assert_int_equal(bench.instance.ledger.delivered, MANY);
	close_bench(&bench);
}

/* A bus with more on it than a round may take: the round ends, and sleeping is not thought of. */
static void test_a_round_ends(void **state)
{
	struct bench bench;
	(void)state;

	open_bench(&bench);
	add_type(&bench, sizeof(struct bpfhost_event));
	for (uint32_t i = 0; i < FLOOD; i++)
		assert_true(emit(&bench, sizeof(struct bpfhost_event)));
	stream_round(&bench.run);
	assert_in_range(bench.instance.life.received, STREAM_BATCH, FLOOD - 1);
	assert_false(stream_may_sleep(&bench.run));
	work(&bench);
	assert_int_equal(bench.instance.ledger.delivered, FLOOD);
	close_bench(&bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_sleep_before_the_bus_is_empty),
		cmocka_unit_test(test_a_round_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
