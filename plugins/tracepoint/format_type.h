/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef TRACEPOINT_FORMAT_TYPE_H
#define TRACEPOINT_FORMAT_TYPE_H

#include "format_internal.h"

enum format_type_kind {
	FORMAT_TYPE_UNKNOWN,   /* some typedef: an integer, as a rule */
	FORMAT_TYPE_AGGREGATE, /* struct or union */
	FORMAT_TYPE_INT,
	FORMAT_TYPE_CHAR, /* plain char, the only one that makes strings */
	FORMAT_TYPE_BOOL,
	FORMAT_TYPE_PTR,
	FORMAT_TYPE_STR_PTR,      /* const char * */
	FORMAT_TYPE_SOCKADDR_PTR, /* struct sockaddr * */
};

struct format_type {
	enum format_type_kind kind;
	uint32_t size; /* bytes; 0 when unknown or an aggregate */
	bool is_signed;
};

/* What is known of the C type written in @text. */
struct format_type format_type_of(struct format_span text);

#endif
