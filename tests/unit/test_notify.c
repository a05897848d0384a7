/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "log/journal.h"
#include "notify/notify.h"

#include <bpfhost/host.h>

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

/* A manager of this process' own, under a name that is gone with its socket. */
struct manager {
	int fd;
	char name[64]; /* as NOTIFY_SOCKET has it */
};

static void manager_begin(struct manager *manager)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int n = snprintf(manager->name, sizeof(manager->name), "@bpfhost-notify-%d", getpid());

	memcpy(at.sun_path + 1, manager->name + 1, (size_t)n - 1);
	manager->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	assert_true(manager->fd >= 0);
	assert_return_code(bind(manager->fd, (struct sockaddr *)&at,
				(socklen_t)(offsetof(struct sockaddr_un, sun_path) + (size_t)n)),
			   errno);
	setenv("NOTIFY_SOCKET", manager->name, 1);
}

/* NULL: the next thing that it was told is this; "": nothing was told. */
static void manager_heard(const struct manager *manager, const char *wanted)
{
	char text[256] = "";
	ssize_t n = recv(manager->fd, text, sizeof(text) - 1, 0);

	assert_true(n >= 0 || errno == EAGAIN);
	assert_string_equal(text, wanted);
}

static void test_nobody_listens(void **state)
{
	struct notify notify;

	(void)state;
	unsetenv("NOTIFY_SOCKET");
	setenv("WATCHDOG_USEC", "1000000", 1);
	assert_int_equal(notify_open(&notify), 0);
	assert_int_equal(notify_tell(&notify, "READY=1"), 0);
	assert_true(notify_due(&notify) == UINT64_MAX);
	notify_live(&notify, 1);
	notify_close(&notify);
}

static void test_words(void **state)
{
	struct manager manager;
	struct notify notify;

	(void)state;
	manager_begin(&manager);
	assert_int_equal(notify_open(&notify), 0);
	assert_null(getenv("NOTIFY_SOCKET"));
	manager_heard(&manager, "");
	assert_int_equal(notify_tell(&notify, "READY=1\nSTATUS=all is well"), 0);
	manager_heard(&manager, "READY=1\nSTATUS=all is well");
	notify_live(&notify, UINT64_MAX); /* none was asked for */
	manager_heard(&manager, "");
	close(manager.fd);
	assert_int_equal(notify_tell(&notify, "STOPPING=1"), -ECONNREFUSED);
	notify_close(&notify);
	assert_int_equal(notify_tell(&notify, "STOPPING=1"), 0);
}

/* A manager that was started anew is reached as before. */
static void test_a_new_manager(void **state)
{
	struct manager manager;
	struct notify notify;

	(void)state;
	manager_begin(&manager);
	assert_int_equal(notify_open(&notify), 0);
	close(manager.fd);
	manager_begin(&manager);
	assert_int_equal(notify_tell(&notify, "READY=1"), 0);
	manager_heard(&manager, "READY=1");
	notify_close(&notify);
	close(manager.fd);
}

/* A manager that reads nothing is not waited for. */
static void test_a_mention_does_not_wait(void **state)
{
	struct manager manager;
	struct notify notify;
	int said = 0, err;

	(void)state;
	manager_begin(&manager);
	assert_int_equal(notify_open(&notify), 0);
	do
		err = notify_mention(&notify, "STATUS=1");
	while (!err && ++said < 100000);
	assert_int_equal(err, -EAGAIN);
	manager_heard(&manager, "STATUS=1");
	assert_int_equal(notify_mention(&notify, "STATUS=2"), 0);
	notify_close(&notify);
	close(manager.fd);
}

static void test_signs_of_life(void **state)
{
	struct manager manager;
	struct notify notify;

	(void)state;
	manager_begin(&manager);
	setenv("WATCHDOG_USEC", "3000000", 1);
	unsetenv("WATCHDOG_PID");
	assert_int_equal(notify_open(&notify), 0);
	assert_null(getenv("WATCHDOG_USEC"));
	assert_true(notify_due(&notify) == 0);
	notify_live(&notify, 7);
	manager_heard(&manager, "WATCHDOG=1");
	assert_true(notify_due(&notify) == 1500000007);
	notify_live(&notify, 1500000006);
	manager_heard(&manager, "");
	notify_live(&notify, 1500000009);
	manager_heard(&manager, "WATCHDOG=1");
	manager_heard(&manager, "");
	notify_close(&notify);
	close(manager.fd);
}

/* What WATCHDOG_USEC and WATCHDOG_PID make of notify_open, and of the time between two signs of life. */
static void expect_watchdog(const char *usec, const char *pid, int wanted, uint64_t wanted_ns)
{
	struct manager manager;
	struct notify notify;

	manager_begin(&manager);
	setenv("WATCHDOG_USEC", usec, 1);
	unsetenv("WATCHDOG_PID");
	if (pid)
		setenv("WATCHDOG_PID", pid, 1);
	assert_int_equal(notify_open(&notify), wanted);
	assert_true(notify.every_ns == wanted_ns);
	assert_null(getenv("WATCHDOG_PID"));
	notify_close(&notify);
	close(manager.fd);
}

static void test_watchdog_variables(void **state)
{
	char own[16], other[16];

	(void)state;
	snprintf(own, sizeof(own), "%d", getpid());
	snprintf(other, sizeof(other), "%d", getpid() + 1);
	expect_watchdog("2", own, 0, 1000);
	expect_watchdog("2", other, 0, 0);
	expect_watchdog("18446744073709551", NULL, 0, 9223372036854775500ULL);
	expect_watchdog("18446744073709552", NULL, -EINVAL, 0);
	expect_watchdog("99999999999999999999", NULL, -EINVAL, 0);
	expect_watchdog("0", NULL, -EINVAL, 0);
	expect_watchdog("", NULL, -EINVAL, 0);
	expect_watchdog("-1", NULL, -EINVAL, 0);
	expect_watchdog(" 1", NULL, -EINVAL, 0);
	expect_watchdog("1s", NULL, -EINVAL, 0);
	expect_watchdog("1", "x", -EINVAL, 0);
}

static void expect_socket(const char *name, int wanted)
{
	struct notify notify;

	setenv("NOTIFY_SOCKET", name, 1);
	assert_int_equal(notify_open(&notify), wanted);
	assert_int_equal(notify_tell(&notify, "READY=1"), 0);
	assert_null(getenv("NOTIFY_SOCKET"));
	notify_close(&notify);
}

static void test_names_that_are_none(void **state)
{
	char name[128] = "/";

	(void)state;
	expect_socket("", -EAFNOSUPPORT);
	expect_socket("run/notify", -EAFNOSUPPORT);
	expect_socket("vsock:2:1234", -EAFNOSUPPORT);
	expect_socket("/", -EINVAL);
	expect_socket("@", -EINVAL);
	memset(name + 1, 'a', sizeof(name) - 2);
	expect_socket(name, -EINVAL);
}

static bool is_journal(const char *format, const struct stat *stat, int fd)
{
	char stream[64];

	snprintf(stream, sizeof(stream), format, (unsigned long long)stat->st_dev,
		 (unsigned long long)stat->st_ino);
	setenv("JOURNAL_STREAM", stream, 1);
	return journal_reads(fd);
}

static void test_journal(void **state)
{
	struct stat own;
	int pair[2];

	(void)state;
	assert_return_code(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), errno);
	assert_return_code(fstat(pair[0], &own), errno);
	assert_true(is_journal("%llu:%llu", &own, pair[0]));
	assert_false(is_journal("%llu:%llu", &own, pair[1]));
	assert_false(is_journal("%llu:%llu0", &own, pair[0]));
	assert_false(is_journal("%llu:%llu:", &own, pair[0]));
	assert_false(is_journal("%llu", &own, pair[0]));
	assert_false(is_journal("", &own, pair[0]));
	unsetenv("JOURNAL_STREAM");
	assert_false(journal_reads(pair[0]));
	close(pair[0]);
	close(pair[1]);
	assert_string_equal(journal_priority(BPFHOST_ERROR), "<3>");
	assert_string_equal(journal_priority(BPFHOST_WARN), "<4>");
	assert_string_equal(journal_priority(BPFHOST_INFO), "<6>");
	assert_string_equal(journal_priority(BPFHOST_DEBUG), "<7>");
	assert_string_equal(journal_priority(BPFHOST_TRACE), "<7>");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nobody_listens),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_a_new_manager),
		cmocka_unit_test(test_a_mention_does_not_wait),
		cmocka_unit_test(test_signs_of_life),
		cmocka_unit_test(test_watchdog_variables),
		cmocka_unit_test(test_names_that_are_none),
		cmocka_unit_test(test_journal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
