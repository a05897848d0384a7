/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The inside of a compiled event type, for the encoders and the filter. */
#ifndef SINK_PLAN_H
#define SINK_PLAN_H

#include "type.h"

/* Characters made once; not ended by NUL. */
struct sink_chars {
	const char *at;
	uint32_t size;
};

struct sink_name {
	uint64_t value;         /* cut to the size of the field */
	struct sink_chars json; /* with quotes */
	struct sink_chars text;
	const char *name;
};

struct sink_field {
	uint32_t offset;
	uint32_t size; /* of one element */
	uint32_t count;
	uint8_t kind; /* enum bpfhost_kind */
	bool is_signed;
	uint32_t nnames;
	const struct sink_name *names; /* an enumeration's by value, a flag's as declared */
	struct sink_chars json;        /* ,"name": */
	struct sink_chars text;        /* name= */
	const char *name;
};

struct sink_type {
	uint32_t id;
	uint32_t record_size;
	uint32_t nfields;
	size_t json_bound;
	size_t text_bound;
	const char *name;
	const char *instance;
	const char *plugin;
	struct sink_chars
		json; /* Z","kind":"event","instance":"a","plugin":"b","event":"c","cpu": */
	struct sink_chars text; /* instance/event, padded */
	struct sink_field *fields;
	struct sink_name *names;
	char *strings; /* holds all of the above */
};

/* The width of the column instance/event. */
#define SINK_TEXT_COLUMN 26

#endif
