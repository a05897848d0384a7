/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What every kind of line is made by: JSON lines for programs, text for people. Encoders write into
 * memory that the caller reserved, never fail and never allocate.
 */
#ifndef SINK_ENCODER_H
#define SINK_ENCODER_H

#include "clock.h"
#include "type.h"

enum sink_notice_kind {
	SINK_LOST,    /* count events are missing at this place of the stream */
	SINK_RESTART, /* the worker was started again */
};

#define SINK_CPU_UNKNOWN UINT32_MAX
/* Names of instances and plugins are shorter than this; longer ones are cut. */
#define SINK_NAME_MAX 256
/* Room that any notice needs. */
#define SINK_NOTICE_MAX 8192

struct sink_notice {
	enum sink_notice_kind kind;
	uint32_t cpu; /* SINK_CPU_UNKNOWN: left out */
	const char *instance;
	const char *plugin;
	const char
		*reason; /* "ring", "crash", "sink", "stop", or a sentence; cut after 256 bytes */
	uint64_t count;
	uint64_t time_ns; /* CLOCK_MONOTONIC */
};

struct sink_encoder {
	/* Bytes that must be reserved for any event of the type; at most SINK_LINE_MAX. */
	size_t (*bound)(const struct sink_type *type);
	/*
	 * Writes one line with its newline; returns its size, or 0 when the record is too short to
	 * be of the type. The record needs no alignment.
	 */
	size_t (*event)(struct sink_clock *clock, const struct sink_type *type, const void *record,
			uint32_t record_size, char *out);
	/* The same for a notice; needs SINK_NOTICE_MAX bytes. */
	size_t (*notice)(struct sink_clock *clock, const struct sink_notice *notice, char *out);
};

#endif
