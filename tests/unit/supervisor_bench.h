/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One instance in a run without any worker: its bus, the merge, and a sink that is a file. */
#ifndef SUPERVISOR_BENCH_H
#define SUPERVISOR_BENCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpfhost/schema.h>
#include <cmocka.h>

#include "sink/json.h"
#include "supervisor/instance.h"
#include "supervisor/stream.h"
#include "supervisor/stream_private.h"

#define BENCH_TYPE     7U
#define BENCH_BUS_SIZE (4U << 20)
#define BENCH_CPUS     2U

struct bench {
	struct supervisor run;
	struct instance instance;
	struct config config;
	struct config_instance named;
	struct bpfhost_counters counters[BENCH_CPUS];
	int sink;
};

static inline void bench_add_type(struct bench *bench, uint32_t size)
{
	struct bpfhost_schema_builder *builder = bpfhost_schema_new(BENCH_TYPE, "e", size);
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

static inline void bench_open(struct bench *bench)
{
	struct supervisor *run = &bench->run;
	struct instance *instance = &bench->instance;

	memset(bench, 0, sizeof(*bench));
	bench->named = (struct config_instance){ .plugin = (char *)"p", .name = (char *)"i" };
	*run = (struct supervisor){ .config = &bench->config,
				    .instances = { instance },
				    .ninstances = 1,
				    .signals = -1,
				    .epoll = epoll_create1(EPOLL_CLOEXEC) };
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
	assert_int_equal(bus_new(BENCH_BUS_SIZE, &instance->bus, NULL), 0);
	instance->kernel = (struct kernel_view){ .counters = bench->counters, .ncpus = BENCH_CPUS };
	instance->life.gaps_seen = calloc(BENCH_CPUS, sizeof(uint64_t));
}

static inline void bench_close(struct bench *bench)
{
	/* These counters are no mapping. */
	memset(&bench->instance.kernel, 0, sizeof(bench->instance.kernel));
	instance_free(&bench->instance);
	stream_close(&bench->run);
	log_free(bench->run.log);
	close(bench->sink);
	close(bench->run.epoll);
}

#endif
