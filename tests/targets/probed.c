/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A program with static probes. Its arguments are verbs; it prints its pid and, at each line of stdin, how
 * far the semaphore of bt:guarded is raised and what it did. At the last line it does nothing more, and
 * it stays until its stdin ends, or a minute at most.
 *
 *	wait         print "waiting", go on at the next line of stdin
 *	numbers N    N times bt:numbers, all widths, at the ends of their ranges
 *	strings      bt:strings("alpha", the address of 99 bytes that are no text, NULL, "beta")
 *	inlined      bt:inlined at each of the three places where its function is inlined: 1, 2, 3
 *	threads N    four threads, N times bt:hit(thread, i) each
 *	floats       bt:floats(1.5, -2.25f)
 *	odd          bt:odd, whose first and third argument nobody can read; the second is 7
 *	guarded N    N times bt:guarded(i), each only if its semaphore is raised
 *	many         bt:many with twelve arguments
 */
#define _SDT_HAS_SEMAPHORES 1
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sdt.h>
#include <unistd.h>

#define THREADS 4

/* Each probe has one where they are in use; only that of guarded is looked at. */
#define SEMAPHORE(name)                                                                            \
	__extension__ volatile unsigned short bt_##name##_semaphore                                \
		__attribute__((unused, section(".probes"), visibility("hidden")))

SEMAPHORE(numbers);
SEMAPHORE(strings);
SEMAPHORE(inlined);
SEMAPHORE(hit);
SEMAPHORE(floats);
SEMAPHORE(guarded);
SEMAPHORE(many);

static volatile int8_t an_i8 = INT8_MIN;
static volatile uint8_t a_u8 = UINT8_MAX;
static volatile int16_t an_i16 = INT16_MIN;
static volatile uint16_t a_u16 = UINT16_MAX;
static volatile int32_t an_i32 = INT32_MIN;
static volatile uint32_t a_u32 = UINT32_MAX;
static volatile int64_t an_i64 = INT64_MIN;
static volatile uint64_t a_u64 = UINT64_MAX;
static volatile double a_double = 1.5;
static volatile float a_float = -2.25f;
static volatile int two = 2, three = 3;
static long done;

static void numbers(long count)
{
	for (long i = 0; i < count; i++)
		STAP_PROBE8(bt, numbers, an_i8, a_u8, an_i16, a_u16, an_i32, a_u32, an_i64, a_u64);
	done += count;
}

static void strings(long count)
{
	static char alpha[] = "alpha", beta[] = "beta";
	static unsigned char data[100] = { 1, 2, 3, 200, [4 ... 98] = 7 };

	STAP_PROBE4(bt, strings, (char *)alpha, (void *)data, (char *)NULL, (char *)beta);
	done += count;
}

static inline __attribute__((always_inline)) void inlined_here(int value)
{
	STAP_PROBE1(bt, inlined, value);
}

static __attribute__((noinline)) void inlined_too(int value)
{
	inlined_here(value);
}

static void inlined(long count)
{
	int here = two;

	inlined_here(1);
	inlined_here(here);
	inlined_too(three);
	done += 3 * count;
}

struct thread {
	pthread_t id;
	int number;
	long count;
};

static void *hit(void *data)
{
	struct thread *thread = data;

	for (long i = 0; i < thread->count; i++)
		STAP_PROBE2(bt, hit, thread->number, i);
	return NULL;
}

static void threads(long count)
{
	struct thread all[THREADS];

	for (int i = 0; i < THREADS; i++) {
		all[i].number = i;
		all[i].count = count;
		if (pthread_create(&all[i].id, NULL, hit, &all[i]))
			exit(1);
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(all[i].id, NULL);
	done += THREADS * count;
}

static void floats(long count)
{
	STAP_PROBE2(bt, floats, a_double, a_float);
	done += count;
}

/* What <sys/sdt.h> would write, with descriptions that it would not. */
static void odd(long count)
{
	__asm__ volatile("990:	nop\n"
			 "	.pushsection .note.stapsdt,\"\",\"note\"\n"
			 "	.balign 4\n"
			 "	.4byte 992f-991f, 994f-993f, 3\n"
			 "991:	.asciz \"stapsdt\"\n"
			 "992:	.balign 4\n"
			 "993:	.8byte 990b, _.stapsdt.base, 0\n"
			 "	.asciz \"bt\"\n"
			 "	.asciz \"odd\"\n"
			 "	.asciz \"8f@%xmm3 -4@$7 4@nonsense((\"\n"
			 "994:	.balign 4\n"
			 "	.popsection\n");
	done += count;
}

static void guarded(long count)
{
	for (long i = 0; i < count; i++) {
		if (!bt_guarded_semaphore)
			continue;
		STAP_PROBE1(bt, guarded, i);
		done++;
	}
}

static void many(long count)
{
	STAP_PROBE12(bt, many, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, two);
	done += count;
}

static const struct {
	const char *word;
	void (*act)(long count);
	int takes_count;
} verbs[] = {
	{ "numbers", numbers, 1 }, { "strings", strings, 0 }, { "inlined", inlined, 0 },
	{ "threads", threads, 1 }, { "floats", floats, 0 },   { "odd", odd, 0 },
	{ "guarded", guarded, 1 }, { "many", many, 0 },
};

static void await(void)
{
	char c = 0;

	while (read(0, &c, 1) == 1 && c != '\n')
		continue;
	dprintf(1, "semaphore %u\n", (unsigned int)bt_guarded_semaphore);
}

static int act(char **arguments)
{
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		if (strcmp(verbs[i].word, *arguments) != 0)
			continue;
		done = 0;
		verbs[i].act(verbs[i].takes_count ? atol(arguments[1]) : 1);
		dprintf(1, "%s %ld\n", verbs[i].word, done);
		return verbs[i].takes_count ? 2 : 1;
	}
	dprintf(1, "unknown verb %s\n", *arguments);
	exit(1);
}

int main(int argc, char **argv)
{
	char c;

	(void)argc;
	alarm(60);
	dprintf(1, "pid %d\n", (int)getpid());
	await();
	for (char **at = argv + 1; *at;) {
		if (!strcmp(*at, "wait")) {
			dprintf(1, "waiting\n");
			await();
			at++;
		} else {
			at += act(at);
		}
	}
	dprintf(1, "done\n");
	while (read(0, &c, 1) == 1)
		if (c == '\n')
			dprintf(1, "semaphore %u\n", (unsigned int)bt_guarded_semaphore);
	return 0;
}
