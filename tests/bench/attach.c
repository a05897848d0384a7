/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * How long a tracer takes to get at the first N functions of many.c and to leave them, and what memory it
 * needs for that, told as a JSON object on stdout:
 *
 *	attach N MANY TRACER ARGUMENT...
 *
 * Whether a function is probed is not asked of the tracer but seen in the traced program's memory, which
 * changes where a probe is: all are there when the first and the last function are. From then on the
 * tracer has a while to finish; then it gets SIGINT, and is gone when its process is.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pair/pair.h"
#include "tree/tree.h"

#define ATTACH_FUNCTION_SIZE 16
#define ATTACH_FUNCTIONS_MAX 10000U
#define ATTACH_LIMIT_MS      60000U
#define ATTACH_SETTLE_MS     300U
#define ATTACH_BYTES         4 /* as long as any instruction that is a breakpoint */

struct places {
	int memory; /* of the traced program */
	uint64_t first;
	uint64_t last;
	char bare_first[ATTACH_BYTES];
	char bare_last[ATTACH_BYTES];
};

static void look(const struct places *places, uint64_t address, char *bytes)
{
	if (pread(places->memory, bytes, ATTACH_BYTES, (off_t)address) != ATTACH_BYTES)
		pair_die("failed to read the traced program's memory");
}

static void find_places(const struct pair *pair, unsigned int count, struct places *ret_places)
{
	char path[32];

	if (fscanf(pair->answer, "%" SCNx64, &ret_places->first) != 1)
		pair_die("the traced program has failed");
	snprintf(path, sizeof(path), "/proc/%d/mem", (int)pair->traced);
	ret_places->memory = open(path, O_RDONLY | O_CLOEXEC);
	ret_places->last = ret_places->first + (uint64_t)(count - 1) * ATTACH_FUNCTION_SIZE;
	look(ret_places, ret_places->first, ret_places->bare_first);
	look(ret_places, ret_places->last, ret_places->bare_last);
}

static bool is_probed(const struct places *places, uint64_t address, const char *bare)
{
	char bytes[ATTACH_BYTES];

	look(places, address, bytes);
	return memcmp(bytes, bare, ATTACH_BYTES) != 0;
}

static void await_probes(const struct pair *pair, const struct places *places)
{
	double limit = pair_now_ms() + ATTACH_LIMIT_MS;

	while (!is_probed(places, places->first, places->bare_first) ||
	       !is_probed(places, places->last, places->bare_last)) {
		if (pair_now_ms() > limit || waitpid(pair->tracer, NULL, WNOHANG))
			pair_die("the tracer does not attach");
		pair_sleep_ms(1);
	}
}

static void measure(unsigned int count, char **argv)
{
	struct tree_memory memory;
	struct pair pair = { 0 };
	double begin, attached, detached;
	struct places places;
	struct tree tree;

	pair_start_traced(&pair, argv, 1);
	find_places(&pair, count, &places);
	begin = pair_now_ms();
	pair_start_tracer(&pair, argv + 1, false);
	await_probes(&pair, &places);
	attached = pair_now_ms() - begin;
	pair_sleep_ms(ATTACH_SETTLE_MS);
	tree_find(pair.tracer, &tree);
	tree_memory(&tree, &memory);
	begin = pair_now_ms();
	pair_stop_tracer(&pair, argv[1], ATTACH_LIMIT_MS);
	detached = pair_now_ms() - begin;
	if (is_probed(&places, places.first, places.bare_first) ||
	    is_probed(&places, places.last, places.bare_last))
		pair_die("the tracer left a probe behind");
	pair_stop_traced(&pair);
	printf("{\"probes\":%u,\"attach_ms\":%.1f,\"detach_ms\":%.1f,\"whole_ms\":%.1f,"
	       "\"peak_kb\":%" PRIu64 ",\"anonymous_kb\":%" PRIu64 "}\n",
	       count, attached, detached, attached + detached, memory.peak_kb, memory.anonymous_kb);
}

int main(int argc, char **argv)
{
	unsigned int count = argc > 3 ? (unsigned int)strtoul(argv[1], NULL, 10) : 0;

	signal(SIGPIPE, SIG_IGN);
	if (!count || count > ATTACH_FUNCTIONS_MAX)
		pair_die("wrong arguments");
	measure(count, argv + 2);
	return 0;
}
