/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* An instance's lives: what cannot begin, and how often it is begun anew. */
#include "supervisor_bench.h"

#include <errno.h>
#include <sys/pidfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "supervisor/stop.h"
#include "worker/protocol.h"
#include "worker/worker.h"

#define NOBODY 65534
#define SECOND 1000000000ULL

static int without_processes(struct bench *bench)
{
	struct rlimit none = { 0, 0 };

	bench_open(bench);
	bus_free(bench->instance.bus);
	bench->instance.bus = NULL;
	return (geteuid() == 0 && setresuid(NOBODY, NOBODY, NOBODY)) ||
	       setrlimit(RLIMIT_NPROC, &none);
}

static int spawn_without_processes(void)
{
	struct bench bench;

	if (without_processes(&bench))
		return 77;
	if (instance_spawn(&bench.instance) == 0)
		return 2;
	return stop_is_over(&bench.run) ? 0 : 3;
}

/* With events of the life before still in the merge, or with none. */
static int restart_without_processes(bool held)
{
	struct bench bench;

	if (without_processes(&bench))
		return 77;
	bench_add_type(&bench, sizeof(struct bpfhost_event));
	if (held)
		merge_push(bench.run.merge, bench.instance.source, 1, 0, 0, "event", 6);
	bench.instance.state = INSTANCE_WAITING;
	instance_tick(&bench.instance);
	if (bench.instance.state != INSTANCE_FAILED)
		return 2;
	return bench.instance.types.count == held ? 0 : 3;
}

static int restart_with_nothing_held(void)
{
	return restart_without_processes(false);
}

static int restart_with_events_held(void)
{
	return restart_without_processes(true);
}

/* In a process of its own, where no other is to be had. */
static void expect_alone(int (*test)(void))
{
	pid_t pid = fork();
	int status;

	if (pid == 0)
		_exit(test());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void test_no_worker_can_be_had(void **state)
{
	(void)state;
	expect_alone(spawn_without_processes);
}

/* A plugin that was replaced meanwhile has other types under the same numbers. */
static void test_types_begin_anew_with_a_worker(void **state)
{
	(void)state;
	expect_alone(restart_with_nothing_held);
	expect_alone(restart_with_events_held);
}

/* A life of so many seconds that ends with a crash. */
static void crash_after(struct bench *bench, uint64_t seconds)
{
	struct instance *instance = &bench->instance;

	bench->run.now = supervisor_now();
	instance->running_since = bench->run.now - seconds * SECOND;
	instance->crashed = instance->ran = true;
	instance->state = INSTANCE_DRAINING;
	if (!instance->bus)
		assert_int_equal(bus_new(BENCH_BUS_SIZE, &instance->bus, NULL), 0);
	memset(&instance->kernel, 0, sizeof(instance->kernel));
	instance_settle(instance);
}

static void test_back_off_grows_up_to_the_limit(void **state)
{
	struct bench bench;
	(void)state;

	bench_open(&bench);
	bench.config.restart_limit = 3;
	for (uint64_t wait = SECOND / 10; wait < SECOND / 2; wait *= 2) {
		crash_after(&bench, 1);
		assert_int_equal(bench.instance.state, INSTANCE_WAITING);
		assert_int_equal(bench.instance.restart_at - bench.run.now, wait);
	}
	crash_after(&bench, 1);
	assert_int_equal(bench.instance.state, INSTANCE_FAILED);
	bench_close(&bench);
}

/* A crash a day is not "too often", whatever was before. */
static void test_earlier_crashes_are_forgotten(void **state)
{
	struct bench bench;
	(void)state;

	bench_open(&bench);
	bench.config.restart_limit = 2;
	for (int i = 0; i < 5; i++) {
		crash_after(&bench, 24 * 3600);
		assert_int_equal(bench.instance.state, INSTANCE_WAITING);
		assert_int_equal(bench.instance.restart_at - bench.run.now, SECOND / 10);
	}
	bench_close(&bench);
}

/* What went wrong is the last of many messages, more than are taken at a time. */
static void test_last_words_are_heard(void **state)
{
	struct bench bench;
	siginfo_t info;
	int pair[2];
	(void)state;

	bench_open(&bench);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	bench.instance.control = pair[0];
	bench.instance.pid = fork();
	if (bench.instance.pid == 0) {
		for (int i = 0; i < 150; i++)
			protocol_send(pair[1], PROTOCOL_MISSED, 0, 0, "a probe", NULL, 0);
		protocol_send(pair[1], PROTOCOL_FAILED, 2, EIO, "the reason", NULL, 0);
		_exit(1);
	}
	close(pair[1]);
	bench.instance.pidfd = pidfd_open(bench.instance.pid, 0);
	assert_int_equal(waitid(P_PID, (id_t)bench.instance.pid, &info, WEXITED | WNOWAIT), 0);
	instance_reap(&bench.instance);
	assert_true(bench.instance.said_end);
	assert_false(bench.instance.crashed);
	bench_close(&bench);
}

/* The counters that it sends are none: status says why it has failed. */
static void test_counters_that_cannot_be_mapped(void **state)
{
	struct bench bench;
	int pair[2], file = memfd_create("counters", MFD_CLOEXEC);
	(void)state;

	bench_open(&bench);
	memset(&bench.instance.kernel, 0, sizeof(bench.instance.kernel));
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	bench.instance.control = pair[0];
	assert_int_equal(protocol_send(pair[1], PROTOCOL_RING, UINT32_MAX, 0, "", &file, 1), 0);
	instance_listen(&bench.instance);
	assert_true(bench.instance.said_end);
	assert_non_null(bench.instance.condition.reason);
	assert_string_equal(bench.instance.condition.reason,
			    "failed to map the counters: Invalid argument");
	close(pair[1]);
	close(file);
	bench_close(&bench);
}

/* A worker that goes on until its control socket is closed, and then for as long as the test wants. */
struct lingering {
	struct bench bench;
	int linger; /* it ends when this is closed */
};

static void linger(int control, int until)
{
	char byte;

	while (read(control, &byte, 1) > 0)
		;
	while (read(until, &byte, 1) > 0)
		;
	_exit(3);
}

static void lingering_start(struct lingering *lingering)
{
	struct instance *instance = &lingering->bench.instance;
	int control[2], until[2];

	bench_open(&lingering->bench);
	memset(&instance->kernel, 0, sizeof(instance->kernel));
	lingering->bench.config.call_limit_ns = SECOND;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, control), 0);
	assert_int_equal(pipe(until), 0);
	instance->pid = fork();
	if (instance->pid == 0) {
		close(control[0]);
		close(until[1]);
		linger(control[1], until[0]);
	}
	close(control[1]);
	close(until[0]);
	instance->control = control[0];
	instance->pidfd = pidfd_open(instance->pid, 0);
	lingering->linger = until[1];
}

static void lingering_end(struct lingering *lingering, pid_t pid)
{
	siginfo_t info;

	close(lingering->linger);
	assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	assert_int_equal(info.si_code, CLD_EXITED);
	assert_int_equal(info.si_status, 3);
}

static void pass(struct bench *bench, uint64_t ns)
{
	bench->run.now += ns;
	instance_tick(&bench->instance);
}

/* It hangs inside of what must not be interrupted: it is told, and then not waited for. */
static void test_one_that_attaches_is_left_not_killed(void **state)
{
	struct lingering lingering;
	struct bench *bench = &lingering.bench;
	struct instance *instance = &bench->instance;
	pid_t pid;
	(void)state;

	lingering_start(&lingering);
	pid = instance->pid;
	instance->state = INSTANCE_STARTING;
	instance->slow_at = UINT64_MAX;
	bus_call_enter(instance->bus, WORKER_CALL_ATTACH, bench->run.now);
	bus_held_set(instance->bus, true);
	pass(bench, SECOND / 2);
	assert_true(instance->control >= 0);
	pass(bench, SECOND);
	assert_int_equal(instance->control, -1);
	assert_true(instance_alive(instance));
	pass(bench, 3 * SECOND);
	assert_false(instance_alive(instance));
	assert_int_equal(instance->state, INSTANCE_DRAINING);
	instance_settle(instance);
	assert_int_equal(instance->state, INSTANCE_FAILED);
	assert_true(bench->run.had_crash);
	assert_true(stop_is_over(&bench->run));
	lingering_end(&lingering, pid);
	instance_reap(instance);
	assert_int_equal(instance->left_pid, 0);
	bench_close(bench);
}

/* What it had made and nobody has seen is lost to the crash; the next one begins when it has ended. */
static void test_none_is_started_beside_one_that_was_left(void **state)
{
	struct lingering lingering;
	struct bench *bench = &lingering.bench;
	struct instance *instance = &bench->instance;
	pid_t pid;
	(void)state;

	lingering_start(&lingering);
	pid = instance->pid;
	bench->config.restart_limit = 5;
	instance->running_since = bench->run.now;
	bus_count(instance->bus, BUS_USER_PRODUCED, 7);
	bus_held_set(instance->bus, true);
	instance_kill(instance);
	pass(bench, SECOND);
	assert_true(instance_alive(instance));
	pass(bench, SECOND);
	assert_int_equal(instance->left_pid, pid);
	instance_settle(instance);
	assert_int_equal(instance->ledger.lost[LEDGER_CRASH], 7);
	assert_int_equal(instance->state, INSTANCE_WAITING);
	assert_true(instance_due(instance) == UINT64_MAX);
	pass(bench, 60 * SECOND);
	assert_int_equal(instance->state, INSTANCE_WAITING);
	lingering_end(&lingering, pid);
	instance_reap(instance);
	assert_true(instance_due(instance) == instance->restart_at);
	bench_close(bench);
}

/* Gives the instance a worker that sleeps, and returns its end of the control socket. */
static int talking_start(struct bench *bench)
{
	struct instance *instance = &bench->instance;
	int control[2];

	bench_open(bench);
	memset(&instance->kernel, 0, sizeof(instance->kernel));
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, control), 0);
	instance->pid = fork();
	if (instance->pid == 0) {
		pause();
		_exit(0);
	}
	instance->control = control[0];
	instance->pidfd = pidfd_open(instance->pid, 0);
	return control[1];
}

static void talking_end(struct bench *bench, int control)
{
	pid_t pid = bench->instance.pid ?: bench->instance.left_pid;
	siginfo_t info;

	assert_true(pid > 0);
	kill(pid, SIGKILL);
	assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	instance_reap(&bench->instance);
	close(control);
	bench_close(bench);
}

/* What no worker of ours sends ends it; and it is heard no more. */
static void test_nonsense_ends_a_worker(void **state)
{
	static const uint32_t stranger[4] = { 999 }, one_of_ours[4] = { PROTOCOL_STOP };
	static const struct {
		const void *bytes;
		size_t size;
	} cases[] = { { "abc", 3 }, { stranger, 16 }, { one_of_ours, 16 } };
	struct bench bench;
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int control = talking_start(&bench);

		assert_int_equal(send(control, cases[i].bytes, cases[i].size, 0), cases[i].size);
		assert_false(instance_listen(&bench.instance));
		assert_int_equal(bench.instance.control, -1);
		assert_true(bench.instance.killed_at != 0);
		talking_end(&bench, control);
	}
}

/* It says that it has failed and does not end: it is waited for, but not for ever. */
static void test_one_that_lingers_is_ended(void **state)
{
	struct bench bench;
	int control = talking_start(&bench);
	(void)state;

	bench.config.call_limit_ns = 60 * SECOND;
	protocol_send(control, PROTOCOL_FAILED, 4, EIO, "the reason", NULL, 0);
	protocol_send(control, PROTOCOL_REFUSED, 1, 0, "another", NULL, 0);
	instance_listen(&bench.instance);
	assert_int_equal(bench.instance.state, INSTANCE_FAILED);
	assert_false(bench.run.misconfigured); /* nothing counts behind the last word */
	pass(&bench, SECOND);
	assert_true(bench.instance.killed_at == 0);
	assert_true(instance_due(&bench.instance) < bench.run.now + SECOND);
	pass(&bench, SECOND);
	assert_true(bench.instance.killed_at != 0);
	talking_end(&bench, control);
}

/* That its file has gone is a mistake of whoever starts the run; but not once that has begun. */
static void test_refused_later_is_no_misconfiguration(void **state)
{
	struct bench bench;
	(void)state;

	for (int started = 0; started < 2; started++) {
		int control = talking_start(&bench);

		bench.run.started = started;
		protocol_send(control, PROTOCOL_REFUSED, 1, ENOENT, "it is gone", NULL, 0);
		instance_listen(&bench.instance);
		assert_true(bench.run.failed);
		assert_int_equal(bench.run.misconfigured, !started);
		talking_end(&bench, control);
	}
}

/* Nobody told it to: that is a crash. While the run ends it is what was asked for. */
static void test_detached_unasked_is_no_end(void **state)
{
	struct bench bench;
	(void)state;

	for (int stopping = 0; stopping < 2; stopping++) {
		int control = talking_start(&bench);

		bench.run.stopping_since = stopping ? bench.run.now : 0;
		protocol_send(control, PROTOCOL_DETACHED, 0, 0, NULL, NULL, 0);
		instance_listen(&bench.instance);
		assert_int_equal(bench.instance.said_end, stopping);
		talking_end(&bench, control);
	}
}

/* One that was to be started again is not: nobody waits for events of it any more. */
static void test_one_that_stays_away_holds_nobody_up(void **state)
{
	struct merge_source *other;
	struct merge_item item;
	struct bench bench;
	(void)state;

	bench_open(&bench);
	merge_source_remove(bench.run.merge, bench.instance.source);
	merge_free(bench.run.merge);
	bench.run.merge = merge_new(SECOND);
	bench.instance.source = merge_source_add(bench.run.merge, 0, &bench.instance);
	other = merge_source_add(bench.run.merge, 0, NULL);
	bench.instance.state = INSTANCE_WAITING;
	merge_push(bench.run.merge, other, bench.run.now, 0, 0, "event", 6);
	merge_watermark(bench.run.merge, other, bench.run.now);
	assert_int_equal(merge_next(bench.run.merge, bench.run.now, &item), 0);
	instance_stop(&bench.instance);
	assert_int_equal(bench.instance.state, INSTANCE_ENDED);
	assert_int_equal(merge_next(bench.run.merge, bench.run.now, &item), 1);
	bench_close(&bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_worker_can_be_had),
		cmocka_unit_test(test_types_begin_anew_with_a_worker),
		cmocka_unit_test(test_back_off_grows_up_to_the_limit),
		cmocka_unit_test(test_earlier_crashes_are_forgotten),
		cmocka_unit_test(test_last_words_are_heard),
		cmocka_unit_test(test_counters_that_cannot_be_mapped),
		cmocka_unit_test(test_one_that_attaches_is_left_not_killed),
		cmocka_unit_test(test_none_is_started_beside_one_that_was_left),
		cmocka_unit_test(test_nonsense_ends_a_worker),
		cmocka_unit_test(test_one_that_lingers_is_ended),
		cmocka_unit_test(test_refused_later_is_no_misconfiguration),
		cmocka_unit_test(test_detached_unasked_is_no_end),
		cmocka_unit_test(test_one_that_stays_away_holds_nobody_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
