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

#define NOBODY 65534
#define SECOND 1000000000ULL

/* Where there is no process to be had. */
static int spawn_without_processes(void)
{
	struct rlimit none = { 0, 0 };
	struct bench bench;

	bench_open(&bench);
	bus_free(bench.instance.bus);
	bench.instance.bus = NULL;
	if ((geteuid() == 0 && setresuid(NOBODY, NOBODY, NOBODY)) || setrlimit(RLIMIT_NPROC, &none))
		return 77;
	if (instance_spawn(&bench.instance) == 0)
		return 2;
	return stop_is_over(&bench.run) ? 0 : 3;
}

static void test_no_worker_can_be_had(void **state)
{
	pid_t pid = fork();
	int status;
	(void)state;

	if (pid == 0)
		_exit(spawn_without_processes());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_worker_can_be_had),
		cmocka_unit_test(test_back_off_grows_up_to_the_limit),
		cmocka_unit_test(test_earlier_crashes_are_forgotten),
		cmocka_unit_test(test_last_words_are_heard),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
