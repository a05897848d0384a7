/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The host as a plugin sees it: each function of struct bpfhost_host, remembering instead of doing. */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "private.h"

static struct fakehost *calls_host(const struct bpfhost_host *host)
{
	return host->context;
}

/* What a call that the test broke returns; 0: it works. */
static int calls_broken(struct fakehost *host, enum fakehost_call call)
{
	struct fakehost_broken *broken = &host->broken[call];

	if (broken->err && broken->after) {
		broken->after--;
		return 0;
	}
	broken->hit = broken->err != 0;
	return broken->err;
}

/* ---- the bus ----------------------------------------------------------------------------------- */

static const struct bpfhost_schema *calls_find_type(const struct fakehost *host, uint32_t type)
{
	for (uint32_t i = 0; i < fakehost_count(host, FAKEHOST_SCHEMA); i++) {
		const struct bpfhost_schema *schema =
			fakehost_bytes(host, FAKEHOST_SCHEMA, i, NULL);

		if (schema->type == type)
			return schema;
	}
	return NULL;
}

static int calls_schema(const struct bpfhost_host *context, const void *bytes, uint32_t size)
{
	struct fakehost *host = calls_host(context);
	const struct bpfhost_schema *schema = bytes, *known;
	int err = calls_broken(host, FAKEHOST_CALL_SCHEMA);

	if (err)
		return err;
	if (bpfhost_schema_check(bytes, size) < 0) {
		fakehost_record_text(host, FAKEHOST_BREACH, "a schema that does not hold together");
		return -EINVAL;
	}
	known = calls_find_type(host, schema->type);
	if (known && known->size == size && !memcmp(known, bytes, size))
		return 0;
	if (known) {
		fakehost_record_text(host, FAKEHOST_BREACH, "type %u with two schemas",
				     schema->type);
		return -EEXIST;
	}
	return fakehost_record_add(host, FAKEHOST_SCHEMA, bytes, size);
}

static void calls_check_record(struct fakehost *host, const struct bpfhost_event *event,
			       uint32_t size)
{
	const struct bpfhost_schema *schema = calls_find_type(host, event->type);

	if (!schema)
		fakehost_record_text(host, FAKEHOST_BREACH, "an event of unknown type %u",
				     event->type);
	else if (size < schema->record_size)
		fakehost_record_text(host, FAKEHOST_BREACH, "a record of %u bytes, its type has %u",
				     size, schema->record_size);
}

static int calls_emit(const struct bpfhost_host *context, const void *record, uint32_t size)
{
	struct fakehost *host = calls_host(context);
	struct bpfhost_event event;
	int err;

	if (size < sizeof(event) || size > BPFHOST_RECORD_MAX)
		return -EMSGSIZE;
	err = calls_broken(host, FAKEHOST_CALL_EMIT);
	if (err)
		return err;
	memcpy(&event, record, sizeof(event));
	calls_check_record(host, &event, size);
	return fakehost_record_add(host, FAKEHOST_RECORD, record, size);
}

static int calls_emit_user(const struct bpfhost_host *context, struct bpfhost_event *record,
			   uint32_t size)
{
	struct fakehost *host = calls_host(context);
	struct timespec now;
	int cpu = sched_getcpu(), err;

	if (size < sizeof(*record) || size > BPFHOST_RECORD_MAX)
		return -EMSGSIZE;
	clock_gettime(CLOCK_MONOTONIC, &now);
	if (!record->time_ns)
		record->time_ns = (uint64_t)now.tv_sec * 1000000000ULL + (uint64_t)now.tv_nsec;
	record->cpu = cpu < 0 ? 0 : (uint16_t)cpu;
	record->flags |= BPFHOST_EVENT_USER;
	record->lost = host->sums.lost;
	record->reserved = 0;
	err = calls_emit(context, record, size);
	if (err)
		host->sums.lost++;
	return err;
}

static void calls_taken(const struct bpfhost_host *context, uint64_t records)
{
	calls_host(context)->sums.taken += records;
}

/* ---- text -------------------------------------------------------------------------------------- */

static void calls_log(const struct bpfhost_host *context, uint32_t level, const char *file,
		      uint32_t line, const char *text)
{
	static const char *const names[] = { "?", "error", "warn", "info", "debug", "trace" };

	(void)file;
	(void)line;
	if (level <= context->log_level)
		fakehost_record_text(calls_host(context), FAKEHOST_LOG, "%s: %s",
				     names[level <= BPFHOST_TRACE ? level : 0], text);
}

static void calls_fail(const struct bpfhost_host *context, const char *text)
{
	struct fakehost *host = calls_host(context);

	snprintf(host->error, sizeof(host->error), "%s", text);
}

static void calls_probe_failed(const struct bpfhost_host *context, const char *probe,
			       const char *cause)
{
	fakehost_record_text(calls_host(context), FAKEHOST_MISSED, "%s: %s", probe, cause);
}

static void calls_probes(const struct bpfhost_host *context, uint32_t attached, uint32_t wanted)
{
	struct fakehost *host = calls_host(context);

	host->sums.attached = attached;
	host->sums.wanted = wanted;
}

static void calls_plan(const struct bpfhost_host *context, const char *text)
{
	fakehost_record_text(calls_host(context), FAKEHOST_PLAN, "%s", text);
}

/* ---- waiting ----------------------------------------------------------------------------------- */

static uint32_t calls_watched(const struct fakehost *host, int fd)
{
	uint32_t i = 0;

	while (i < host->sums.watched && host->watched[i] != fd)
		i++;
	return i;
}

static int calls_watch(const struct bpfhost_host *context, int fd)
{
	struct fakehost *host = calls_host(context);
	int err = calls_broken(host, FAKEHOST_CALL_WATCH);

	if (err)
		return err;
	if (fd < 0)
		return -EBADF;
	if (calls_watched(host, fd) < host->sums.watched)
		return -EEXIST;
	if (host->sums.watched == FAKEHOST_WATCHED_MAX)
		return -ENOSPC;
	host->watched[host->sums.watched++] = fd;
	return 0;
}

static int calls_unwatch(const struct bpfhost_host *context, int fd)
{
	struct fakehost *host = calls_host(context);
	uint32_t at = calls_watched(host, fd);

	if (at == host->sums.watched)
		return -ENOENT;
	host->watched[at] = host->watched[--host->sums.watched];
	return 0;
}

static int calls_timer(const struct bpfhost_host *context, uint64_t interval_ns)
{
	struct fakehost *host = calls_host(context);
	int err = calls_broken(host, FAKEHOST_CALL_TIMER);

	if (!err)
		host->sums.timer_ns = interval_ns;
	return err;
}

static int calls_ring(const struct bpfhost_host *context, const struct bpfhost_ring_fds *fds)
{
	struct fakehost *host = calls_host(context);
	int err = calls_broken(host, FAKEHOST_CALL_RING);

	if (err)
		return err;
	if (fds->size < sizeof(*fds) || fds->ring < 0 || fds->counters < 0)
		return -EINVAL;
	if (host->sums.rings)
		return -EALREADY;
	host->sums.rings++;
	return 0;
}

/* A plugin may free what it likes afterwards; whatever it still says is remembered all the same. */
static void calls_drained(const struct bpfhost_host *context)
{
	(void)context;
}

static void calls_lost(const struct bpfhost_host *context, uint64_t events)
{
	calls_host(context)->sums.lost += events;
}

/* Those alone of which a test can ask what came of them; a plugin must do without any. */
static const void *calls_extension(const struct bpfhost_host *context, const char *id)
{
	static const struct bpfhost_ext_lost lost = { .size = sizeof(lost), .count = calls_lost };

	(void)context;
	return strcmp(id, BPFHOST_EXT_LOST) ? NULL : &lost;
}

void fakehost_calls_setup(struct fakehost *host)
{
	host->host = (struct bpfhost_host){
		.size = sizeof(host->host),
		.abi_major = BPFHOST_ABI_MAJOR,
		.abi_minor = BPFHOST_ABI_MINOR,
		.context = host,
		.instance = "test",
		.filter = &host->filter,
		.ring_size = 1 << 20,
		.log_level = BPFHOST_DEBUG,
		.flags = BPFHOST_RUN_DRY,
		.log = calls_log,
		.fail = calls_fail,
		.schema = calls_schema,
		.emit = calls_emit,
		.emit_user = calls_emit_user,
		.taken = calls_taken,
		.watch = calls_watch,
		.unwatch = calls_unwatch,
		.timer = calls_timer,
		.ring = calls_ring,
		.probe_failed = calls_probe_failed,
		.probes = calls_probes,
		.drained = calls_drained,
		.plan = calls_plan,
		.extension = calls_extension,
	};
}
