/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "clock.h"

#include "put.h"

#include <time.h>

#define SECOND 1000000000LL

void sink_clock_init(struct sink_clock *clock, int64_t offset_ns, bool local)
{
	*clock = (struct sink_clock){ .offset_ns = offset_ns, .second = INT64_MIN, .local = local };
}

static int64_t read_clock(clockid_t id)
{
	struct timespec now;

	clock_gettime(id, &now);
	return now.tv_sec * SECOND + now.tv_nsec;
}

/* Of a few readings, the one that was disturbed least tells best. */
int64_t sink_clock_offset(void)
{
	int64_t best = INT64_MAX, offset = 0;

	for (int i = 0; i < 5; i++) {
		int64_t before = read_clock(CLOCK_MONOTONIC);
		int64_t wall = read_clock(CLOCK_REALTIME);
		int64_t took = read_clock(CLOCK_MONOTONIC) - before;

		if (took < best) {
			best = took;
			offset = wall - before - took / 2;
		}
	}
	return offset;
}

static void format_second(struct sink_clock *clock, int64_t second)
{
	time_t when = second;
	struct tm tm = { 0 };
	char *p = clock->text;
	uint32_t year;

	if (clock->local)
		localtime_r(&when, &tm);
	else
		gmtime_r(&when, &tm);
	clock->second = second;
	year = (uint32_t)(tm.tm_year + 1900);
	p = put_digits(p, year <= 9999 ? year : 9999, 4);
	*p++ = '-';
	p = put_digits(p, (uint32_t)tm.tm_mon + 1, 2);
	*p++ = '-';
	p = put_digits(p, (uint32_t)tm.tm_mday, 2);
	*p++ = 'T';
	p = put_digits(p, (uint32_t)tm.tm_hour, 2);
	*p++ = ':';
	p = put_digits(p, (uint32_t)tm.tm_min, 2);
	*p++ = ':';
	put_digits(p, (uint32_t)tm.tm_sec, 2);
}

const char *sink_clock_text(struct sink_clock *clock, uint64_t time_ns, uint32_t *ret_ns)
{
	/* A hostile time may wrap; whatever comes out is a date. */
	int64_t wall = (int64_t)(time_ns + (uint64_t)clock->offset_ns);
	int64_t second = clock->second;

	if (wall < 0)
		wall = 0;
	/* Division only when the second has changed. */
	if (second < 0 || wall < second * SECOND || wall - second * SECOND >= SECOND)
		format_second(clock, wall / SECOND);
	*ret_ns = (uint32_t)(wall - clock->second * SECOND);
	return clock->text;
}
