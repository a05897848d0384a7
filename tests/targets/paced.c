/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * paced COUNT [PAUSE_US]: waits for a line on stdin, calls getppid exactly COUNT times with a pause
 * behind each, says so, and waits for the end of stdin.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static void paced_rest(long pause_us)
{
	struct timespec pause = { pause_us / 1000000, pause_us % 1000000 * 1000 };

	if (pause_us)
		nanosleep(&pause, NULL);
}

int main(int argc, char **argv)
{
	long count = argc > 1 ? atol(argv[1]) : 1, pause_us = argc > 2 ? atol(argv[2]) : 0;
	int c;

	while ((c = getchar()) != '\n')
		if (c == EOF)
			return 1;
	for (long i = 0; i < count; i++) {
		syscall(SYS_getppid);
		paced_rest(pause_us);
	}
	puts("done");
	fflush(stdout);
	while (getchar() != EOF)
		continue;
	return 0;
}
