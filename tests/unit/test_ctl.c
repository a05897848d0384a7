/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What ctl makes of an answer that is none, or not all of one. */
#include "loader_fixture.h"

#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "control/ctl.h"

/* A host that says this much, and then ends, or says no more where it stays. */
static pid_t play_host(const char *path, const char *answer, bool stays)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0), client;
	char request[256];
	pid_t pid;

	snprintf(at.sun_path, sizeof(at.sun_path), "%s", path);
	assert_int_equal(bind(fd, (const struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(fd, 1), 0);
	pid = fork();
	if (pid == 0) {
		alarm(60);
		client = accept(fd, NULL, NULL);
		if (read(client, request, sizeof(request)) > 0)
			(void)!write(client, answer, strlen(answer));
		while (stays)
			pause();
		_exit(0);
	}
	close(fd);
	return pid;
}

static void expect(const char *answer, bool stays, int status, const char *wanted)
{
	char *folder = fixture_folder("/tmp"), *path = strdup(fixture_path(folder, "control"));
	struct config config = {
		.target = (char *)"status",
		.control = path,
		.timeout_ns = stays ? 200000000ULL : 20000000000ULL,
	};
	pid_t host = play_host(path, answer, stays);
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	assert_int_equal(control_ctl(&config, out, out), status);
	fclose(out);
	if (!strstr(text, wanted))
		fail_msg("no \"%s\" in: %s", wanted, text);
	free(text);
	kill(host, SIGKILL);
	waitpid(host, NULL, 0);
	free(path);
	fixture_remove(folder);
}

static void test_whole(void **state)
{
	(void)state;
	expect("[\"ok\",\"3\"]\nyes", false, 0, "yes");
	expect("[\"failed\",\"why\"]\n", false, 1, "bpfhost: error: why\n");
	expect("[\"wrong\",\"why\"]\n", false, 2, "bpfhost: error: why\n");
	expect("[]\n", false, 1, "bpfhost: error: the host's answer is none\n");
}

static void test_cut(void **state)
{
	(void)state;
	expect("", false, 1, "bpfhost: error: the host has closed the connection\n");
	expect("[\"failed\",\"why\"]", false, 1, "bpfhost: error: the host's answer has no end\n");
	/* Without its last byte it would be an answer. */
	expect("[\"failed\",\"why\"]x", false, 1, "bpfhost: error: the host's answer has no end\n");
	expect("[\"ok\",\"3\"]\nye", false, 1, "bpfhost: error: the host's answer has no end\n");
}

static void test_late(void **state)
{
	(void)state;
	expect("[\"failed\",", true, 1, "has not answered within 0.2 s");
	expect("[\"ok\",\"3\"]\nye", true, 1, "has not answered within 0.2 s");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_late),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
