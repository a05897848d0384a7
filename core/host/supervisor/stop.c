/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* How a run ends: who is told, who is waited for and how long, and when the books are closed. */
#include "supervisor/stop.h"

#include "supervisor/blockage.h"
#include "supervisor/instance.h"
#include "supervisor/instances.h"
#include "supervisor/manager.h"
#include "supervisor/stream.h"
#include "worker/worker.h"

/*
 * A stop is over within a second: workers have most of it, a blocked sink less. Only a killed worker
 * that the kernel does not let go is waited for somewhat longer. The later limits count from when the
 * first was acted upon: where the supervisor itself was held up, by a write to a slow disk, workers are
 * not to pay for it.
 */
#define SUPERVISOR_STOP_WINDOW 50000000ULL   /* ns; a longer --window ends with the run */
#define SUPERVISOR_DROP_LIMIT  400000000ULL  /* ns from the begin of the stop */
#define SUPERVISOR_WRITE_LIMIT 200000000ULL  /* ns from then on */
#define SUPERVISOR_KILL_LIMIT  350000000ULL  /* likewise */
#define SUPERVISOR_LOOK_AGAIN  100000000ULL  /* ns between two looks, at most */
#define SUPERVISOR_LEAVE_LIMIT 2100000000ULL /* from when workers drop */

void supervisor_stop(struct supervisor *run)
{
	struct instance *instance;

	if (run->stopping_since)
		return;
	run->stopping_since = run->looked_at = supervisor_now();
	manager_tell_stopping(run);
	merge_hurry(run->merge, SUPERVISOR_STOP_WINDOW);
	SUPERVISOR_EACH(run, instance)
		instance_stop(instance);
}

void stop_tell_ledger(const struct instance *instance)
{
	struct ledger ledger;
	char text[1024];

	instances_ledger(instance, &ledger);
	ledger_text(&ledger, instance->config->name, instance->config->plugin, text, sizeof(text));
	log_plain(instance->run->log, text);
}

/* Where nothing ever ran there is nothing to balance, and the error was told. */
void stop_tell_ledgers(struct supervisor *run)
{
	struct instance *instance;

	if (!run->any_ran || run->config->dry_run)
		return;
	SUPERVISOR_EACH(run, instance)
		if (!instances_heir(instance))
			stop_tell_ledger(instance);
}

static void stop_tell_slow(const struct instance *instance, uint64_t since)
{
	const struct supervisor *run = instance->run;
	uint32_t call = bus_call(instance->bus, NULL);
	char why[BLOCKAGE_TEXT_MAX];
	bool known = blockage_describe(instance->pid, why, sizeof(why));

	log_write(run->log, BPFHOST_ERROR, instance->config->name,
		  "plugin %s: its worker (pid %d) did not stop within %llu ms%s%s%s%s; ending it",
		  instance->config->plugin, (int)instance->pid,
		  (unsigned long long)(run->now - since) / 1000000, call ? ", in " : "",
		  call ? worker_call_name(call) : "", known ? ": " : "", known ? why : "");
}

/* One that only waits for the kernel is not killed: it would take no less time, and leave traces. */
void stop_end_slow(struct instance *instance, uint64_t since)
{
	if (!instance_alive(instance) || instance->killed_at || instance_only_frees(instance) ||
	    instance->released_at + SUPERVISOR_KILL_LIMIT > instance->run->now)
		return;
	stop_tell_slow(instance, since);
	instance->stop_killed = true;
	instance->run->had_crash = true;
	instance_kill(instance);
}

/*
 * More was produced than can be written in the time that a stop has: what the workers still hold is
 * counted and dropped, so that they come to their end by themselves.
 */
static void stop_drop(struct supervisor *run)
{
	struct instance *instance;

	run->dropping_since = run->now;
	SUPERVISOR_EACH(run, instance)
		if (instance->bus)
			bus_discard_set(instance->bus);
}

static void stop_kill(struct supervisor *run)
{
	struct instance *instance;

	run->stop_killed = true;
	SUPERVISOR_EACH(run, instance)
		stop_end_slow(instance, run->stopping_since);
}

static bool stop_dropped_before(const struct supervisor *run, uint64_t limit)
{
	return run->dropping_since && run->dropping_since + limit <= run->now;
}

/*
 * A supervisor that got no CPU (SIGSTOP, a machine that does not keep up) or hung in a write has not heard what its
 * workers said meanwhile: such time counts for no limit. Not for ever, as a disk may be so slow that each write
 * is one.
 */
#define SUPERVISOR_STARVED       500000000ULL /* ns between two looks */
#define SUPERVISOR_STARVED_TIMES 5

static void stop_forgive(struct supervisor *run)
{
	uint64_t passed = run->now > run->looked_at ? run->now - run->looked_at : 0;
	uint64_t lost = passed - SUPERVISOR_LOOK_AGAIN;

	run->looked_at = run->now;
	if (passed < SUPERVISOR_STARVED || run->starved == SUPERVISOR_STARVED_TIMES)
		return;
	run->starved++;
	run->stopping_since += lost;
	if (run->dropping_since)
		run->dropping_since += lost;
}

void stop_tick(struct supervisor *run)
{
	uint64_t since;

	if (run->stopping_since)
		stop_forgive(run);
	since = run->stopping_since;
	if (!since && run->stop_at <= run->now)
		supervisor_stop(run);
	if (!since || since + SUPERVISOR_DROP_LIMIT > run->now)
		return;
	if (!run->dropping_since)
		stop_drop(run);
	if (stop_dropped_before(run, SUPERVISOR_WRITE_LIMIT))
		stream_write_no_more(run);
	if (stop_dropped_before(run, SUPERVISOR_KILL_LIMIT))
		stop_kill(run);
}

/* Whether nothing more can come to the sink, though the kernel may still be detaching. */
static bool stop_all_drained(const struct supervisor *run)
{
	const struct instance *instance;

	SUPERVISOR_EACH(run, instance)
		if (instance->bus && !(instance->drained_all && instance->drained))
			return false;
	return true;
}

void stop_finish(struct supervisor *run)
{
	struct instance *instance;

	SUPERVISOR_EACH(run, instance)
		instance_close_books(instance);
	stream_finish(run);
	if (run->told_ledgers)
		return;
	stop_tell_ledgers(run);
	run->told_ledgers = true;
}

/* The books are closed with the last event, whatever the kernel still has to free. */
void stop_close_books(struct supervisor *run)
{
	if (!run->told_ledgers && run->stopping_since && stop_all_drained(run))
		stop_finish(run);
}

/*
 * Closing the empty perf events of many tracepoints takes the kernel 40 ms each. Nothing is attached
 * by then, and the worker goes away by itself: nobody has to wait for that.
 */
static bool stop_only_frees(const struct supervisor *run)
{
	return run->stop_killed && run->told_ledgers && stop_all_drained(run);
}

/*
 * A worker that was killed inside a system call ends only when the kernel lets it, for instance behind
 * another process that closes hundreds of tracepoints. Waiting for it here helps nobody.
 */
static bool stop_is_stuck(const struct supervisor *run)
{
	return run->stop_killed && stop_dropped_before(run, SUPERVISOR_LEAVE_LIMIT);
}

static const char *stop_why_stuck(const struct instance *instance)
{
	if (instance->releasing)
		return "still letting go of its probes, and is left to it";
	if (instance->bus && bus_held(instance->bus))
		return "still inside a call that attaches, and is left to it";
	return "killed but still inside the kernel";
}

static void stop_tell_stuck(const struct supervisor *run)
{
	const struct instance *instance;

	SUPERVISOR_EACH(run, instance)
		if (instance_alive(instance) && !instance->drained_all)
			log_write(run->log, BPFHOST_WARN, instance->config->name,
				  "its worker (pid %d) is %s", (int)instance->pid,
				  stop_why_stuck(instance));
}

/* One that can be told goes on without instances, unless none of those that it began with ever ran. */
static bool stop_may_be_told(const struct supervisor *run)
{
	return run->control && !run->stopping_since && (run->any_ran || run->began_empty);
}

bool stop_is_over(const struct supervisor *run)
{
	const struct instance *instance;

	if (stop_may_be_told(run))
		return false;

	if (stop_only_frees(run))
		return true;
	if (stop_is_stuck(run)) {
		stop_tell_stuck(run);
		return true;
	}
	SUPERVISOR_EACH(run, instance)
		if (!instance_over(instance) || instance_alive(instance) || instance->bus)
			return false;
	return true;
}

/* The next limit that the last tick has not seen pass. */
static uint64_t stop_limit(const struct supervisor *run)
{
	if (!run->dropping_since)
		return run->stopping_since + SUPERVISOR_DROP_LIMIT;
	if (!stop_dropped_before(run, SUPERVISOR_WRITE_LIMIT))
		return run->dropping_since + SUPERVISOR_WRITE_LIMIT;
	return run->stop_killed ? UINT64_MAX : run->dropping_since + SUPERVISOR_KILL_LIMIT;
}

uint64_t stop_due(const struct supervisor *run)
{
	uint64_t again = run->now + SUPERVISOR_LOOK_AGAIN, limit;

	if (!run->stopping_since)
		return UINT64_MAX;
	limit = stop_limit(run);
	return limit < again ? limit : again;
}
