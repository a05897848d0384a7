/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A service manager that is busy hears of a reload later, and the loop is woken for that. */
#include "supervisor_bench.h"

#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "supervisor/manager.h"

static int listen_as(char *name, size_t size)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	size_t length = (size_t)snprintf(name, size, "@bpfhost-manager-%d", getpid());

	memcpy(at.sun_path + 1, name + 1, length - 1);
	assert_int_equal(bind(fd, (const struct sockaddr *)&at,
			      (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length)),
			 0);
	return fd;
}

/* Takes all that it was told, and joins what is not noise. */
static void hear(int fd, char *all, size_t size)
{
	char text[128];
	ssize_t got;

	all[0] = '\0';
	while ((got = recv(fd, text, sizeof(text) - 1, 0)) > 0) {
		text[got] = '\0';
		text[strcspn(text, "\n")] = '\0';
		if (strcmp(text, "noise"))
			strncat(strncat(all, text, size - strlen(all) - 1), " ",
				size - strlen(all) - 1);
	}
}

static void test_busy(void **state)
{
	struct bench bench;
	char name[64], heard[1024];
	int fd = listen_as(name, sizeof(name));
	(void)state;

	setenv("NOTIFY_SOCKET", name, 1);
	bench_open(&bench);
	manager_open(&bench.run);
	bench.run.told_ready = true;
	bench.run.told_running = bench.run.told_count = 1;
	assert_true(manager_due(&bench.run) == UINT64_MAX);
	while (!notify_mention(&bench.run.notify, "noise"))
		;
	manager_begin_reload(&bench.run);
	manager_tick(&bench.run);
	assert_true(manager_due(&bench.run) >= bench.run.now);
	assert_true(manager_due(&bench.run) != UINT64_MAX);
	hear(fd, heard, sizeof(heard));
	assert_string_equal(heard, "");
	manager_tick(&bench.run);
	hear(fd, heard, sizeof(heard));
	assert_string_equal(heard, "RELOADING=1 READY=1 ");
	assert_true(manager_due(&bench.run) == UINT64_MAX);
	manager_close(&bench.run);
	bench_close(&bench);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_busy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
