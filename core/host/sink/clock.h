/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * From the kernel's monotonic time to the date that people know, formatted once a second; and with it
 * what else one line mostly has in common with the line before.
 */
#ifndef SINK_CLOCK_H
#define SINK_CLOCK_H

#include "cgroup.h"

#include <stdbool.h>
#include <stdint.h>

/* Of an event's header, from pid to the end of comm. */
#define SINK_TASK_SIZE 32
/* Three names and numbers, and comm with six characters a byte. */
#define SINK_TASK_TEXT 192

/* The task that the last event was of, as its encoder wrote it. */
struct sink_task {
	uint8_t header[SINK_TASK_SIZE];
	uint32_t size; /* of the text; 0: none yet */
	bool replaced; /* comm is not UTF-8 */
	char text[SINK_TASK_TEXT];
};

struct sink_clock {
	int64_t offset_ns; /* CLOCK_REALTIME minus CLOCK_MONOTONIC */
	int64_t second;    /* whose text this is */
	bool local;        /* local time instead of UTC */
	char text[24];     /* 2026-01-02T03:04:05 */
	struct sink_task task;
	/* Where the task of the event at hand is; NULL: nothing is said of that. Set before each event. */
	const struct sink_cgroup *cgroup;
};

/* offset_ns as sink_clock_offset tells it; it may be set anew at any time with this function. */
void sink_clock_init(struct sink_clock *clock, int64_t offset_ns, bool local);
/* CLOCK_REALTIME minus CLOCK_MONOTONIC now, in nanoseconds. */
int64_t sink_clock_offset(void);
/* Points at the 19 characters of the second; ret_ns is the rest. Valid until the next call. */
const char *sink_clock_text(struct sink_clock *clock, uint64_t time_ns, uint32_t *ret_ns);

#endif
