/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A program with debug information: records RUNS; begins and stays as act.c does. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

enum state { IDLE, WAITING = 5 };

struct peer {
	char name[16];
	int id;
};

struct request {
	int fd;
	const char *path;
	struct peer *peer;
	struct peer self;
};

/* Not static, and so that no compiler looks inside when it calls it. */
__attribute__((noinline)) int handle_request(struct request *request, enum state state,
					     double weight, const char *note, short small);

__attribute__((noinline)) int handle_request(struct request *request, enum state state,
					     double weight, const char *note, short small)
{
	__asm__ volatile("" : : "r"(request), "r"(note) : "memory");
	return request->fd + (int)state + (int)weight + note[0] + small;
}

int main(int argc, char **argv)
{
	struct peer peer = { "the other one", 77 };
	struct request request = { 7, "/x", &peer, { "me", -3 } };
	int runs = argc > 1 ? atoi(argv[1]) : 1, sum = 0;
	char line[16];

	prctl(PR_SET_PDEATHSIG, 9);
	alarm(60);
	printf("pid %d\n", (int)getpid());
	fflush(stdout);
	while (fgets(line, sizeof(line), stdin)) {
		for (int i = 0; i < runs; i++)
			sum += handle_request(&request, i % 2 ? WAITING : IDLE, 1.5, "note", -2);
		printf("done %d\n", sum);
		fflush(stdout);
	}
	return 0;
}
