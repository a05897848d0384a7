/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a worker can do to the memory that it shares with the supervisor: through the calls that it is given,
 * and past them, by writing into the mapping, which it finds as an attacker would.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../misbehave_event.h"
#include "bus/ring.h"
#include "ways.h"

static struct bus_shared *bus_shared;
static uint8_t *bus_data;
static uint64_t bus_size;

/* Of the two mappings in a row, the first has the header. */
static void bus_find(void)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	unsigned long begin, end;
	char line[512];

	while (maps && !bus_shared && fgets(line, sizeof(line), maps)) {
		if (!strstr(line, "/memfd:bpfhost-bus") ||
		    sscanf(line, "%lx-%lx", &begin, &end) != 2)
			continue;
		bus_shared = (struct bus_shared *)begin;
		bus_data = (uint8_t *)begin + sysconf(_SC_PAGESIZE);
		bus_size = end - (uintptr_t)bus_data;
	}
	if (maps)
		fclose(maps);
}

/* ---- through the calls ----------------------------------------------------------------------------- */

/* A record of the right type, of which one was emitted as it should. */
static int bus_record(struct bpfhost_instance *self, struct misbehave_event *ret_event)
{
	*ret_event = (struct misbehave_event){ .number = 1 };
	return bpfhost_emit_struct(self, "misbehave_event", &ret_event->header, sizeof(*ret_event));
}

static int bus_short(struct bpfhost_instance *self)
{
	struct misbehave_event event;

	if (bus_record(self, &event))
		return -EIO;
	return self->host->emit(self->host, &event, sizeof(event) - 8) ?: 1;
}

static int bus_unknown(struct bpfhost_instance *self)
{
	struct bpfhost_event event = { .type = 0x7fffffff };

	return self->host->emit(self->host, &event, sizeof(event)) ?: 1;
}

static int bus_large(struct bpfhost_instance *self)
{
	static uint8_t bytes[BPFHOST_RECORD_MAX + 1];
	struct bpfhost_event *event = (struct bpfhost_event *)bytes;

	return self->host->emit(self->host, event, sizeof(bytes)) ?: 1;
}

/* Losses that never were, of user space and of a CPU, and one that is none. */
static int bus_losses(struct bpfhost_instance *self)
{
	struct misbehave_event event;

	if (bus_record(self, &event))
		return -EIO;
	event.header.lost = UINT64_MAX;
	self->host->emit(self->host, &event, sizeof(event));
	event.header.flags &= (uint16_t)~BPFHOST_EVENT_USER;
	self->host->emit(self->host, &event, sizeof(event));
	event.header.cpu = UINT16_MAX;
	return self->host->emit(self->host, &event, sizeof(event)) ?: 1;
}

static int bus_future(struct bpfhost_instance *self)
{
	struct misbehave_event event;

	if (bus_record(self, &event))
		return -EIO;
	event.header.time_ns = UINT64_MAX;
	return self->host->emit(self->host, &event, sizeof(event)) ?: 1;
}

/* ---- past them ------------------------------------------------------------------------------------- */

/* A head at the worker's position, and the position moved on. */
static int bus_forge(struct bus_frame head, uint64_t moved)
{
	uint64_t at = atomic_load(&bus_shared->head);

	memcpy(bus_data + (at & (bus_size - 1)), &head, sizeof(head));
	atomic_store(&bus_shared->head, at + moved);
	return 1;
}

static int bus_oversize(struct bpfhost_instance *self)
{
	(void)self;
	return bus_forge((struct bus_frame){ .size = BPFHOST_RECORD_MAX + 8, .kind = BUS_EVENT },
			 BPFHOST_RECORD_MAX + 16);
}

static int bus_negative(struct bpfhost_instance *self)
{
	(void)self;
	return bus_forge((struct bus_frame){ .size = (uint32_t)-8, .kind = BUS_EVENT }, 256);
}

static int bus_kind(struct bpfhost_instance *self)
{
	(void)self;
	return bus_forge((struct bus_frame){ .size = 56, .kind = 77 }, 64);
}

static int bus_torn(struct bpfhost_instance *self)
{
	(void)self;
	return bus_forge((struct bus_frame){ .size = 256, .kind = BUS_EVENT }, 64);
}

static int bus_odd(struct bpfhost_instance *self)
{
	(void)self;
	return bus_forge((struct bus_frame){ .size = 72, .kind = BUS_EVENT }, 83);
}

static int bus_far(struct bpfhost_instance *self)
{
	(void)self;
	return bus_forge((struct bus_frame){ .size = 72, .kind = BUS_EVENT }, 1ULL << 40);
}

static int bus_back(struct bpfhost_instance *self)
{
	(void)self;
	atomic_store(&bus_shared->head, 8);
	return 1;
}

static int bus_header(struct bpfhost_instance *self)
{
	(void)self;
	memset((void *)bus_shared, 0xff, sizeof(*bus_shared));
	return 1;
}

/* Counts that no worker reaches, and losses that are told and then denied. */
static int bus_counts(struct bpfhost_instance *self)
{
	static bool told;

	(void)self;
	atomic_store(&bus_shared->counters[BUS_TAKEN], UINT64_MAX);
	atomic_store(&bus_shared->counters[BUS_USER_LOST], told ? 0 : 1000);
	told = true;
	return 1;
}

/*
 * Turns bits of frames while the supervisor reads them: in the memory between its place and ours, which it
 * tells us itself.
 */
static void *bus_rewriter(void *nothing)
{
	uint64_t random = 20261129;

	for (;;) {
		uint64_t tail = atomic_load(&bus_shared->tail),
			 head = atomic_load(&bus_shared->head);
		uint64_t span = head > tail ? head - tail : 1;

		random ^= random << 13;
		random ^= random >> 7;
		random ^= random << 17;
		bus_data[(tail + (random >> 8) % span) & (bus_size - 1)] ^=
			(uint8_t)(1U << (random & 7));
	}
	return nothing;
}

static _Atomic bool bus_rewriting;

static void *bus_wait_and_rewrite(void *nothing)
{
	while (!atomic_load(&bus_rewriting))
		usleep(1000);
	return bus_rewriter(nothing);
}

static void bus_prepare_rewrite(void)
{
	pthread_t thread;

	bus_find();
	pthread_create(&thread, NULL, bus_wait_and_rewrite, NULL);
}

/* Publishes frames that the other thread is at, for as long as nobody minds. */
static int bus_rewrite(struct bpfhost_instance *self)
{
	struct misbehave_event event;

	atomic_store(&bus_rewriting, true);
	for (int i = 0; i < 100; i++)
		if (bus_record(self, &event))
			break;
	return 1;
}

const struct way ways_bus[] = {
	{ .name = "short", .run = bus_short },
	{ .name = "unknown", .run = bus_unknown },
	{ .name = "large", .run = bus_large, .once = true },
	{ .name = "losses", .run = bus_losses, .once = true },
	{ .name = "future", .run = bus_future, .once = true },
	{ .name = "oversize", .run = bus_oversize, .prepare = bus_find },
	{ .name = "negative", .run = bus_negative, .prepare = bus_find },
	{ .name = "kind", .run = bus_kind, .prepare = bus_find },
	{ .name = "torn", .run = bus_torn, .prepare = bus_find },
	{ .name = "odd", .run = bus_odd, .prepare = bus_find },
	{ .name = "far", .run = bus_far, .prepare = bus_find },
	{ .name = "back", .run = bus_back, .prepare = bus_find },
	{ .name = "header", .run = bus_header, .prepare = bus_find },
	{ .name = "counts", .run = bus_counts, .prepare = bus_find },
	{ .name = "rewrite", .run = bus_rewrite, .prepare = bus_prepare_rewrite },
	{ .name = NULL },
};
