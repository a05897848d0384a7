/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Does not end well while it is opened: it can be listed and cannot run. Options are not there yet, so what it
 * does is in the environment.
 */
#include "plain.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

static void constructor_fork(void)
{
	if (fork() == 0) {
		prctl(PR_SET_NAME, "bad-orphan");
		alarm(60);
		for (;;)
			pause();
	}
}

__attribute__((constructor)) static void constructor_run(void)
{
	const char *how = getenv("BPFHOST_TEST_CONSTRUCTOR") ?: "abort";

	if (!strcmp(how, "abort"))
		abort();
	if (!strcmp(how, "exit"))
		exit(0);
	if (!strcmp(how, "kill"))
		raise(SIGKILL);
	if (!strcmp(how, "fork"))
		constructor_fork();
	if (!strcmp(how, "twin"))
		(void)!fork();
	while (!strcmp(how, "loop"))
		__asm__ volatile("" ::: "memory");
}

BAD_PLUGIN(.name = "constructor");
