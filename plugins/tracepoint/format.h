/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef TRACEPOINT_FORMAT_H
#define TRACEPOINT_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What a tracefs "events/CATEGORY/NAME/format" file says about one event, as plain data. The text
 * layout is the kernel's (f_show() and set_print_fmt() in kernel/trace/). Pure: no files, no state.
 */

#define FORMAT_TEXT_MAX   (1024 * 1024) /* longer texts are refused */
#define FORMAT_FIELDS_MAX 1024
#define FORMAT_RECORD_MAX 65535 /* no field may end behind this many bytes */

/* Where the bytes of a field are. */
enum format_location {
	FORMAT_FIXED,    /* at offset */
	FORMAT_DATA_LOC, /* u32 at offset: length << 16 | offset from the record's start */
	FORMAT_REL_LOC,  /* u32 at offset: length << 16 | offset from the end of this u32 */
};

/* How a field, or each element of an array, is to be read. */
enum format_class {
	FORMAT_OPAQUE,        /* bytes of no known meaning: struct, bit field, odd size */
	FORMAT_INT,           /* value_size 1, 2, 4 or 8 */
	FORMAT_BOOL,          /* value_size 1, 2, 4 or 8; anything but 0 is true */
	FORMAT_PTR,           /* a kernel or user address that nothing is known about */
	FORMAT_STR,           /* characters up to NUL or the end of the array */
	FORMAT_BYTES,         /* array of bytes */
	FORMAT_USER_STR,      /* syscall argument: user address of a NUL-ended string */
	FORMAT_USER_SOCKADDR, /* syscall argument: user address of a struct sockaddr */
	FORMAT_SOCKADDR,      /* a struct sockaddr_in or sockaddr_in6 in the record */
	FORMAT_IPV4,          /* 4 bytes, network order */
	FORMAT_IPV6,          /* 16 bytes, network order */
	FORMAT_MAC,           /* 6 bytes */
	FORMAT_UUID,          /* 16 bytes, in the order in which they are printed */
};

/* How print fmt turns numbers into names. */
enum format_labels_kind {
	FORMAT_NO_LABELS,
	FORMAT_SYMBOLIC, /* the value is the name of the first item that equals it */
	FORMAT_FLAGS,    /* each item whose bits are all still there, in order, takes its bits */
};

struct format_label {
	uint64_t value; /* compare with the field's value extended, by its sign, to 64 bits */
	const char *text;
};

struct format_labels {
	enum format_labels_kind kind;
	const char *delimiter; /* between flags; "" for FORMAT_SYMBOLIC */
	const struct format_label *items;
	size_t count;
};

struct format_field {
	const char *name;
	const char *type; /* C text, of the element for arrays: "char" for "char comm[16]" */
	uint32_t offset;  /* as the file says */
	uint32_t size;    /* as the file says: the whole array; 4 for data_loc and rel_loc */
	bool is_signed;   /* as the file says */
	bool is_common;   /* common_type, common_flags, ... */
	bool is_array;    /* declared with [] or of run-time length */
	enum format_location location;
	enum format_class class;
	/*
	 * How to read the value, or the first element. It differs from offset, size and is_signed
	 * where a syscall's "int fd" sits in 8 bytes: 4 bytes of it, signed, are the value.
	 * value_size is the element's size for arrays, of run-time length too; 0 where not known.
	 */
	uint32_t value_offset;
	uint32_t value_size;
	bool value_signed;
	uint32_t count; /* elements of a fixed array, 1 for a scalar, 0 when not known here */
	struct format_labels labels;
};

struct format {
	const char *name;
	uint32_t id;
	const struct format_field *fields; /* in the file's order, the common ones first */
	size_t field_count;
};

/* What is wrong with a text, for a person: the line (from 1) and the cause. */
struct format_error {
	unsigned int line;
	const char *cause; /* static text */
};

/*
 * Parse @len bytes of format text, which need no NUL at the end, of an event in @category (only
 * "syscalls" makes a difference). What print fmt says beyond what is understood is left away.
 * Returns 0 and the caller's *@ret_format; -EBADMSG for text that is not a format file and -E2BIG
 * over the limits above, both with *@ret_error set when it is not NULL; -ENOMEM.
 */
int format_parse(const char *category, const char *text, size_t len, struct format **ret_format,
		 struct format_error *ret_error);

/* Free what format_parse() made. NULL is fine. */
void format_free(struct format *format);

/* The field called @name, or NULL. It lives as long as @format. */
const struct format_field *format_find(const struct format *format, const char *name);

#endif
