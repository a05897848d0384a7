/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One field as it will be read and shown: what the format file says and the user's own type, in one. */
#ifndef TRACEPOINT_FIELD_H
#define TRACEPOINT_FIELD_H

#include <bpfhost/probe.h>
#include <bpfhost/schema.h>

#include "format.h"
#include "tracepoint_event.h"

struct tracepoint_field {
	const char *name;
	enum bpfhost_kind kind;
	uint32_t size;   /* of one element in the record, in bytes */
	uint32_t count;  /* elements */
	uint32_t source; /* offset in the tracepoint's record */
	uint16_t extra;  /* enum tracepoint_extra_kind; 0: it lies in the record itself */
	bool is_signed;
	const struct format_labels *labels; /* NULL: none */
};

/* What decides besides the field: the event, and how long a string may be. */
struct tracepoint_context {
	const char *category;
	const char *event;
	uint32_t string_size; /* bytes that a string of unknown length gets */
};

/*
 * Reads a field as the format file describes it, or as `type` says where that is given. 0, or
 * -EINVAL with a sentence in err: this type cannot be read from that field.
 */
int tracepoint_field_make(const struct tracepoint_context *context, const struct format_field *from,
			  struct bpfhost_probe_type type, struct tracepoint_field *ret_field,
			  struct bpfhost_error *err);
/* A place given by hand: name@OFFSET: TYPE. The same errors. */
int tracepoint_field_by_hand(const struct bpfhost_probe_param *param,
			     struct tracepoint_field *ret_field, struct bpfhost_error *err);

#endif
