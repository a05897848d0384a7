/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The host as a plugin sees it: each function of struct bpfhost_host. */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "options/place.h"
#include "worker/privileges.h"
#include "worker/state.h"
#include "sdk/confine/confine.h"
#include "worker/verifier_log.h"

static struct worker *host_worker(const struct bpfhost_host *host)
{
	return host->context;
}

/* ---- the bus ---------------------------------------------------------------------------------- */

void worker_notify(const struct worker *worker)
{
	const uint64_t one = 1;

	/* An eventfd that cannot take one more is readable already. */
	(void)!write(worker->setup->notify, &one, sizeof(one));
}

void worker_publish(struct worker *worker)
{
	worker->unpublished = 0;
	worker->discard = bus_discard(worker->bus);
	worker->stop |= worker->discard;
	if (bus_publish(worker->bus))
		worker_notify(worker);
}

void worker_publish_complete(struct worker *worker, uint64_t until)
{
	worker->unpublished = 0;
	if (bus_publish_complete(worker->bus, until))
		worker_notify(worker);
}

/* Room for a frame, or NULL after everything before it was shown, so that room can come. */
static void *host_reserve(struct worker *worker, enum bus_kind kind, uint32_t size)
{
	void *place;

	if (worker->unpublished > WORKER_UNPUBLISHED_MAX)
		worker_publish(worker);
	place = bus_reserve(worker->bus, kind, size);
	if (!place) {
		worker_publish(worker);
		place = bus_reserve(worker->bus, kind, size);
	}
	if (place)
		worker->unpublished += size;
	return place;
}

static int host_emit(const struct bpfhost_host *host, const void *record, uint32_t size)
{
	struct worker *worker = host_worker(host);
	void *place;

	if (size < sizeof(struct bpfhost_event) || size > BPFHOST_RECORD_MAX)
		return -EMSGSIZE;
	if (worker->discard) /* the supervisor counts it as lost to the stop */
		return -ECANCELED;
	place = host_reserve(worker, BUS_EVENT, size);
	if (!place) {
		worker->bus_blocked = size;
		return -EAGAIN;
	}
	memcpy(place, record, size);
	return 0;
}

static int host_room(const struct bpfhost_host *host, uint32_t size)
{
	struct worker *worker = host_worker(host);

	if (size > BPFHOST_RECORD_MAX)
		return -EMSGSIZE;
	if (bus_look_for_room(worker->bus, bus_frame_size(size)))
		return 0;
	worker_publish(worker);
	if (bus_look_for_room(worker->bus, bus_frame_size(size)))
		return 0;
	worker->bus_blocked = size;
	return -EAGAIN;
}

static void host_stamp(struct worker *worker, struct bpfhost_event *record)
{
	int cpu = sched_getcpu();

	if (!record->time_ns)
		record->time_ns = worker_now();
	record->cpu = cpu < 0 ? 0 : (uint16_t)cpu;
	record->flags |= BPFHOST_EVENT_USER;
	record->lost = bus_counter(worker->bus, BUS_USER_LOST);
	record->reserved = 0;
}

static int host_emit_user(const struct bpfhost_host *host, struct bpfhost_event *record,
			  uint32_t size)
{
	struct worker *worker = host_worker(host);
	void *place;

	if (size < sizeof(*record) || size > BPFHOST_RECORD_MAX)
		return -EMSGSIZE;
	host_stamp(worker, record);
	place = host_reserve(worker, BUS_EVENT, size);
	bus_count(worker->bus, BUS_USER_PRODUCED, 1);
	if (!place) {
		bus_count(worker->bus, BUS_USER_LOST, 1);
		return -EAGAIN;
	}
	memcpy(place, record, size);
	return 0;
}

static void host_lost(const struct bpfhost_host *host, uint64_t events)
{
	struct worker *worker = host_worker(host);

	bus_count(worker->bus, BUS_USER_PRODUCED, events);
	bus_count(worker->bus, BUS_USER_LOST, events);
}

static void host_taken(const struct bpfhost_host *host, uint64_t records)
{
	struct worker *worker = host_worker(host);

	bus_count(worker->bus, BUS_TAKEN, records);
}

/* Schemas are made while loading, when nothing else fills the bus: waiting is right. */
static int host_schema(const struct bpfhost_host *host, const void *schema, uint32_t size)
{
	struct worker *worker = host_worker(host);
	void *place;

	if (size > BPFHOST_SCHEMA_SIZE_MAX)
		return -E2BIG;
	while (!(place = host_reserve(worker, BUS_SCHEMA, size)))
		if (!worker_wait_for_room(worker, size))
			return -ECANCELED;
	memcpy(place, schema, size);
	return 0;
}

/* ---- text ------------------------------------------------------------------------------------- */

static void host_log(const struct bpfhost_host *host, uint32_t level, const char *file,
		     uint32_t line, const char *text)
{
	struct worker *worker = host_worker(host);
	const char *name = file ? file : "";
	size_t file_size = strnlen(name, 255) + 1, text_size = strnlen(text, PROTOCOL_TEXT_MAX);
	struct worker_log *place;

	if (level > host->log_level)
		return;
	place = host_reserve(worker, BUS_LOG, (uint32_t)(sizeof(*place) + file_size + text_size));
	if (!place) {
		bus_count(worker->bus, BUS_LOG_LOST, 1);
		return;
	}
	*place = (struct worker_log){ .level = level, .line = line };
	memcpy(place + 1, name, file_size - 1);
	((char *)(place + 1))[file_size - 1] = '\0';
	memcpy((char *)(place + 1) + file_size, text, text_size);
}

static void host_fail(const struct bpfhost_host *host, const char *text)
{
	struct worker *worker = host_worker(host);

	snprintf(worker->error, sizeof(worker->error), "%s", text);
}

static void host_say(const struct bpfhost_host *host, enum protocol_kind kind, const char *text)
{
	protocol_send(host_worker(host)->setup->control, kind, 0, 0, text, NULL, 0);
}

static void host_probe_failed(const struct bpfhost_host *host, const char *probe, const char *cause)
{
	struct worker *worker = host_worker(host);
	const char *place = options_place_probe(worker->setup->instance, probe);
	char text[1280];

	/* Those of load were left out for their file's sake: where others are tried, they do not decide. */
	if (!worker->missed++ || worker->missed_in != worker->call)
		worker->first_missed_place = place;
	worker->missed_in = worker->call;
	snprintf(text, sizeof(text), "%.255s%sfailed to attach %s: %s", place ?: "",
		 place ? ": " : "", probe, cause);
	host_say(host, PROTOCOL_MISSED, text);
}

static void host_probes(const struct bpfhost_host *host, uint32_t attached, uint32_t wanted)
{
	host_worker(host)->attached = attached;
	host_worker(host)->wanted = wanted;
}

/*
 * So long may it take to attach or let go of one thing, in seconds. Then the worker ends whatever that
 * leaves behind.
 */
#define HOST_KERNEL_LIMIT 600

/* The death of the supervisor must not interrupt it, see <bpfhost/host.h>; but it may not live for ever. */
static void host_outlive(void)
{
	prctl(PR_SET_PDEATHSIG, 0);
	alarm(HOST_KERNEL_LIMIT);
}

/* Whether the run is to end is looked at here, where nothing is half done. */
static int host_attach_begin(const struct bpfhost_host *host)
{
	struct worker *worker = host_worker(host);

	worker_end_copy(worker);
	worker_hear(worker);
	if (worker->stop)
		return -ECANCELED;
	host_outlive();
	bus_call_renew(worker->bus, worker_now());
	bus_held_set(worker->bus, true);
	return 0;
}

/* A supervisor that is gone by now could tell nothing any more. */
static void host_attach_end(const struct bpfhost_host *host)
{
	struct worker *worker = host_worker(host);

	bus_held_set(worker->bus, false);
	alarm(0);
	if (confine_parent(worker->setup->supervisor) < 0)
		worker->stop = true;
}

static void host_release_begin(const struct bpfhost_host *host)
{
	host_outlive();
	protocol_send(host_worker(host)->setup->control, PROTOCOL_RELEASING, 1, 0, NULL, NULL, 0);
}

/*
 * The supervisor is not followed again: its death now, while the worker is about to end, would be a signal
 * that is still pending when the kernel closes what is left, with the same effect.
 */
static void host_release_end(const struct bpfhost_host *host)
{
	protocol_send(host_worker(host)->setup->control, PROTOCOL_RELEASING, 0, 0, NULL, NULL, 0);
}

static void host_release_step(const struct bpfhost_host *host)
{
	(void)host;
	alarm(HOST_KERNEL_LIMIT);
}

static void host_drained(const struct bpfhost_host *host)
{
	struct worker *worker = host_worker(host);

	host_outlive();
	worker_publish(worker);
	kernel_ring_close(&worker->ring);
	protocol_send(worker->setup->control, PROTOCOL_DRAINED, 0, 0, NULL, NULL, 0);
}

static void host_plan(const struct bpfhost_host *host, const char *text)
{
	host_say(host, PROTOCOL_PLAN, text);
}

static uint64_t host_renew_patience(const struct bpfhost_host *host)
{
	const struct worker *worker = host_worker(host);

	bus_call_renew(worker->bus, worker_now());
	return worker->setup->config->call_limit_ns;
}

static int host_keep_verifier_log(const struct bpfhost_host *host, const char *program,
				  const char *text, uint64_t length, char *ret_where, uint32_t room)
{
	const struct worker_setup *setup = host_worker(host)->setup;
	const char *folder = setup->config->verifier_log ?: CONFIG_DEFAULT_VERIFIER_LOG;
	struct bpfhost_error why = { 0 };
	int err;

	err = verifier_log_keep(folder, setup->instance->name, program, text, length, ret_where,
				room, &why);
	if (err)
		snprintf(ret_where, room, "%s", why.text);
	return err;
}

/* ---- waiting ---------------------------------------------------------------------------------- */

static int host_watch(const struct bpfhost_host *host, int fd)
{
	return worker_watch(host_worker(host), fd, false);
}

static int host_unwatch(const struct bpfhost_host *host, int fd)
{
	return epoll_ctl(host_worker(host)->epoll, EPOLL_CTL_DEL, fd, NULL) < 0 ? -errno : 0;
}

static void host_pause(const struct bpfhost_host *host, uint64_t ns)
{
	if (ns < WORKER_PAUSE_LEAST)
		ns = WORKER_PAUSE_LEAST;
	host_worker(host)->pause_max = ns < WORKER_PAUSE_MOST ? ns : WORKER_PAUSE_MOST;
}

static int host_timer(const struct bpfhost_host *host, uint64_t interval_ns)
{
	struct worker *worker = host_worker(host);

	worker->timer_every = interval_ns;
	worker->timer_due = worker_now() + interval_ns;
	return 0;
}

static int host_ring(const struct bpfhost_host *host, const struct bpfhost_ring_fds *fds)
{
	struct worker *worker = host_worker(host);
	int send[2] = { fds->counters, fds->reader };
	int err;

	if (fds->size < sizeof(*fds) || fds->ring < 0 || fds->counters < 0)
		return -EINVAL;
	if (worker->ring.fd >= 0)
		return -EALREADY;
	err = kernel_ring_open(&worker->ring, fds);
	if (!err)
		err = worker_watch(worker, worker->ring.fd, true);
	if (!err)
		err = protocol_send(worker->setup->control, PROTOCOL_RING, fds->ncpus,
				    fds->ring_size, NULL, send, fds->reader >= 0 ? 2 : 1);
	return err;
}

static const void *host_extension(const struct bpfhost_host *host, const char *id)
{
	static const struct bpfhost_ext_release release = {
		.size = sizeof(release),
		.begin = host_release_begin,
		.end = host_release_end,
		.step = host_release_step,
	};
	static const struct bpfhost_ext_attach attach = {
		.size = sizeof(attach),
		.begin = host_attach_begin,
		.end = host_attach_end,
	};
	static const struct bpfhost_ext_verifier_log verifier_log = {
		.size = sizeof(verifier_log),
		.keep = host_keep_verifier_log,
	};
	static const struct bpfhost_ext_patience patience = {
		.size = sizeof(patience),
		.renew = host_renew_patience,
	};
	static const struct bpfhost_ext_pause pause = { .size = sizeof(pause), .most = host_pause };
	static const struct bpfhost_ext_room room = { .size = sizeof(room), .look = host_room };
	static const struct bpfhost_ext_lost lost = { .size = sizeof(lost), .count = host_lost };

	(void)host;
	if (!strcmp(id, BPFHOST_EXT_ATTACH))
		return &attach;
	if (!strcmp(id, BPFHOST_EXT_ROOM))
		return &room;
	if (!strcmp(id, BPFHOST_EXT_LOST))
		return &lost;
	if (!strcmp(id, BPFHOST_EXT_PAUSE))
		return &pause;
	if (!strcmp(id, BPFHOST_EXT_PATIENCE))
		return &patience;
	if (!strcmp(id, BPFHOST_EXT_VERIFIER_LOG))
		return &verifier_log;
	return strcmp(id, BPFHOST_EXT_RELEASE) ? NULL : &release;
}

/* A power of two and whole pages, as BPF_MAP_TYPE_RINGBUF wants it; 0: the default. */
static uint64_t host_ring_size(uint64_t wanted)
{
	uint64_t size = (uint64_t)sysconf(_SC_PAGESIZE);

	if (!wanted)
		return CONFIG_DEFAULT_RING_SIZE;
	while (size < wanted && size < CONFIG_MAX_RING_SIZE)
		size *= 2;
	return size;
}

void worker_host_setup(struct worker *worker)
{
	const struct config *config = worker->setup->config;

	worker->pause_max = WORKER_PAUSE;
	worker->host = (struct bpfhost_host){
		.size = sizeof(worker->host),
		.abi_major = BPFHOST_ABI_MAJOR,
		.abi_minor = BPFHOST_ABI_MINOR,
		.context = worker,
		.instance = worker->setup->instance->name,
		.filter = worker->setup->filter,
		.options = worker->plugin.options->values,
		.ring_size = host_ring_size(config->ring_size),
		.log_level = worker->host.log_level,
		.flags = config->dry_run ? BPFHOST_RUN_DRY : 0,
		.log = host_log,
		.fail = host_fail,
		.schema = host_schema,
		.emit = host_emit,
		.emit_user = host_emit_user,
		.taken = host_taken,
		.watch = host_watch,
		.unwatch = host_unwatch,
		.timer = host_timer,
		.ring = host_ring,
		.probe_failed = host_probe_failed,
		.probes = host_probes,
		.drained = host_drained,
		.plan = host_plan,
		.extension = host_extension,
	};
	worker->instance = (struct bpfhost_instance){
		.size = sizeof(worker->instance),
		.host = &worker->host,
		.plugin = worker->plugin.code,
	};
}
