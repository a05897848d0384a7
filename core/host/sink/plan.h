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

/*
 * A name of a value. There may be one for each of many thousand probes, so it is small: where neither
 * kind of line has to escape anything, which is nearly always, the name stands for both; else JSON's form
 * and people's lie in front of it.
 */
struct sink_name {
	uint64_t value; /* cut to the size of the field */
	const char *name;
	uint32_t json_size; /* without quotes */
	uint32_t text_size : 31;
	uint32_t is_plain : 1;
};

static inline struct sink_chars sink_name_text(const struct sink_name *name)
{
	return (struct sink_chars){
		.at = name->is_plain ? name->name : name->name - name->text_size,
		.size = name->text_size,
	};
}

/* What stands between the quotes. */
static inline struct sink_chars sink_name_json(const struct sink_name *name)
{
	return (struct sink_chars){
		.at = name->is_plain ? name->name : name->name - name->text_size - name->json_size,
		.size = name->json_size,
	};
}

struct sink_field {
	uint32_t offset;
	uint32_t size; /* of one element */
	uint32_t count;
	uint8_t kind; /* enum bpfhost_kind */
	bool is_signed;
	uint32_t nnames;
	uint32_t present; /* the bit of the record without which it is not there; 0: always */
	const struct sink_name *names; /* an enumeration's by value, a flag's as declared */
	struct sink_chars json;        /* ,"name": */
	struct sink_chars text;        /* name= */
	const char *name;
};

struct sink_type {
	uint32_t id;
	uint32_t record_size;
	uint32_t nfields;
	uint32_t present; /* where the bits of optional fields are; 0: none is optional */
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
