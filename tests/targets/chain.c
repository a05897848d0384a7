/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Chains of calls to be seen on a stack. `chain VERB ROUNDS`, begins and stays as calls.c does; with
 * "end" as a third word it ends by itself once it is done.
 *
 *	plain     main, outer, middle, inner
 *	deep      main, deep as often as it takes for 200, inner
 *	library   main, chain_library of libchain.so, outer, middle, inner
 *	sort      main, qsort of libc, compare, inner
 *
 * Built with frame pointers but for inner, which has no need of a frame: the caller of such a function
 * is what the kernel does not see.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "chain/chain.h"

#define CHAIN_DEPTH 200

#if __has_attribute(noclone)
#define CHAIN_PROBED __attribute__((noinline, noclone, used)) static
#else
#define CHAIN_PROBED __attribute__((noinline, used)) static
#endif

static volatile int chain_sink;

CHAIN_PROBED int inner(int n)
{
	chain_sink = n;
	return n;
}

CHAIN_PROBED int middle(int n)
{
	return inner(n) + 1;
}

CHAIN_PROBED int outer(int n)
{
	return middle(n) + 1;
}

CHAIN_PROBED int deep(int n)
{
	return n ? deep(n - 1) + 1 : inner(n) + 1;
}

CHAIN_PROBED int compare(const void *a, const void *b)
{
	inner(2);
	return *(const int *)a - *(const int *)b;
}

static void chain_sort(void)
{
	int numbers[2] = { 2, 1 };

	qsort(numbers, 2, sizeof(numbers[0]), compare);
}

static void chain_round(const char *verb, int round)
{
	if (!strcmp(verb, "plain"))
		chain_sink = outer(round);
	else if (!strcmp(verb, "deep"))
		chain_sink = deep(CHAIN_DEPTH);
	else if (!strcmp(verb, "library"))
		chain_sink = chain_library(outer, round);
	else if (!strcmp(verb, "sort"))
		chain_sort();
}

int main(int argc, char **argv)
{
	char line[16];

	if (argc < 3)
		return 2;
	prctl(PR_SET_PDEATHSIG, 9);
	alarm(60);
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("pid %d\n", (int)getpid());
	while (fgets(line, sizeof(line), stdin)) {
		for (int i = 0; i < atoi(argv[2]); i++)
			chain_round(argv[1], i);
		printf("done\n");
		if (argc > 3)
			return 0;
	}
	return 0;
}
