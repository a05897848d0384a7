/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * tally FILE [MS]: counts the host's JSON lines on stdin, by instance, as fast as they come. At SIGUSR1 and at the
 * end it puts into FILE, in one step, a line for each instance and one for all:
 *
 *	INSTANCE events=N lost=N late_ms=N later=N
 *	all lines=N broken=N
 *
 * lost is the sum of the gaps, late_ms how long the slowest event took from the kernel to here, later how many took
 * longer than MS; a broken line is none of an object.
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define ROWS      16
#define BUFFER    (1 << 20)
#define HEAD_TIME 9 /* {"time":" */
#define HEAD_KIND 39
#define DAY_MS    86400000

struct row {
	char name[64];
	uint64_t events, lost, late_ms, later;
};

struct tally {
	struct row rows[ROWS];
	size_t nrows;
	uint64_t lines, broken, now_ms, limit_ms;
	const char *path;
};

static volatile sig_atomic_t tally_asked;

static void tally_ask(int number)
{
	(void)number;
	tally_asked = 1;
}

static void tally_tell(const struct tally *tally)
{
	char next[4096];
	FILE *file;

	snprintf(next, sizeof(next), "%s.next", tally->path);
	file = fopen(next, "w");
	if (!file)
		exit(1);
	for (const struct row *row = tally->rows; row < tally->rows + tally->nrows; row++)
		fprintf(file, "%s events=%llu lost=%llu late_ms=%llu later=%llu\n", row->name,
			(unsigned long long)row->events, (unsigned long long)row->lost,
			(unsigned long long)row->late_ms, (unsigned long long)row->later);
	fprintf(file, "all lines=%llu broken=%llu\n", (unsigned long long)tally->lines,
		(unsigned long long)tally->broken);
	if (fclose(file) || rename(next, tally->path))
		exit(1);
}

/* Within the day: a run over midnight is none of a test's. */
static uint64_t tally_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec % 86400 * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* 2026-11-22T18:47:38.120127361Z */
static uint64_t tally_time_ms(const char *text)
{
	static const uint16_t weight[] = { 36000, 3600, 0, 600, 60, 0, 10, 1 };
	uint64_t seconds = 0;

	for (int i = 0; i < 8; i++)
		seconds += weight[i] * (uint64_t)(text[11 + i] - '0');
	return seconds * 1000 + strtoul((char[]){ text[20], text[21], text[22], 0 }, NULL, 10);
}

static struct row *tally_row(struct tally *tally, const char *name, size_t size)
{
	struct row *row = tally->rows, *end = row + tally->nrows;

	for (; row < end; row++)
		if (!strncmp(row->name, name, size) && !row->name[size])
			return row;
	if (tally->nrows == ROWS || size >= sizeof(row->name))
		exit(1);
	memcpy(row->name, name, size);
	tally->nrows++;
	return row;
}

static void tally_event(struct tally *tally, struct row *row, const char *line)
{
	uint64_t late = (tally->now_ms + DAY_MS - tally_time_ms(line + HEAD_TIME)) % DAY_MS;

	row->events++;
	if (late >= DAY_MS / 2) /* the clock was set back */
		return;
	row->later += late > tally->limit_ms;
	if (late > row->late_ms)
		row->late_ms = late;
}

static void tally_line(struct tally *tally, const char *line, size_t size)
{
	static const char event[] = "\",\"kind\":\"event\"", lost[] = "\",\"kind\":\"lost\"";
	static const char key[] = "\"instance\":\"", number[] = "\"count\":";
	const char *at, *end, *count;
	struct row *row;

	tally->lines++;
	if (size < 64 || line[0] != '{' || line[size - 1] != '}') {
		tally->broken++;
		return;
	}
	at = memmem(line, size, key, sizeof(key) - 1);
	end = at ? strchr(at + sizeof(key) - 1, '"') : NULL;
	if (!end)
		return;
	at += sizeof(key) - 1;
	row = tally_row(tally, at, (size_t)(end - at));
	if (!strncmp(line + HEAD_KIND, event, sizeof(event) - 1))
		tally_event(tally, row, line);
	else if (!strncmp(line + HEAD_KIND, lost, sizeof(lost) - 1) &&
		 (count = memmem(end, size - (size_t)(end - line), number, sizeof(number) - 1)))
		row->lost += strtoull(count + sizeof(number) - 1, NULL, 10);
}

/* Takes the whole lines; how many bytes are left in front of the buffer. */
static size_t tally_take(struct tally *tally, char *buffer, size_t size)
{
	char *at = buffer, *end = buffer + size, *stop;

	tally->now_ms = tally_now_ms();
	while ((stop = memchr(at, '\n', (size_t)(end - at)))) {
		*stop = '\0';
		tally_line(tally, at, (size_t)(stop - at));
		at = stop + 1;
	}
	memmove(buffer, at, (size_t)(end - at));
	return (size_t)(end - at);
}

int main(int argc, char **argv)
{
	static char buffer[BUFFER + 1];
	static struct tally tally;
	size_t left = 0;
	ssize_t n;

	if (argc != 2 && argc != 3)
		return 2;
	tally.path = argv[1];
	tally.limit_ms = argc == 3 ? strtoul(argv[2], NULL, 10) : UINT64_MAX;
	sigaction(SIGUSR1, &(struct sigaction){ .sa_handler = tally_ask }, NULL);
	while ((n = read(0, buffer + left, BUFFER - left)) > 0 || (n < 0 && errno == EINTR)) {
		if (n > 0)
			left = tally_take(&tally, buffer, left + (size_t)n);
		if (tally_asked) {
			tally_asked = 0;
			tally_tell(&tally);
		}
	}
	tally.broken += left > 0;
	tally_tell(&tally);
	return n < 0;
}
