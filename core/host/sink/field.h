/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The one place that reads a field from a record: at any alignment, never behind its end. */
#ifndef SINK_FIELD_H
#define SINK_FIELD_H

#include "plan.h"

#include <string.h>

/* 1, 2, 4 or 8 bytes. */
static inline uint64_t field_uint(const void *at, uint32_t size)
{
	uint64_t u64;
	uint32_t u32;
	uint16_t u16;

	switch (size) {
	case 8:
		memcpy(&u64, at, 8);
		return u64;
	case 4:
		memcpy(&u32, at, 4);
		return u32;
	case 2:
		memcpy(&u16, at, 2);
		return u16;
	default:
		return *(const uint8_t *)at;
	}
}

static inline int64_t field_int(const void *at, uint32_t size)
{
	unsigned int shift = 64 - size * 8;

	return (int64_t)(field_uint(at, size) << shift) >> shift;
}

static inline double field_float(const void *at, uint32_t size)
{
	double f64;
	float f32;

	if (size == 8) {
		memcpy(&f64, at, 8);
		return f64;
	}
	memcpy(&f32, at, 4);
	return (double)f32;
}

static inline uint16_t field_be16(const void *at)
{
	const uint8_t *b = at;

	return (uint16_t)(b[0] << 8 | b[1]);
}

/* The length of a string field; the whole of it when it was cut. */
static inline uint32_t field_string(const void *at, uint32_t size)
{
	return (uint32_t)strnlen(at, size);
}

/* The valid bytes behind the counter of a counted field. */
static inline uint32_t field_counted(const void *at, uint32_t size)
{
	uint64_t n = field_uint(at, 4);

	return n < size - 4 ? (uint32_t)n : size - 4;
}

/* The bits of the fields that a record has; all where none is optional. */
static inline uint32_t field_bits(const struct sink_type *type, const void *record)
{
	return type->present ? (uint32_t)field_uint((const uint8_t *)record + type->present, 4) : 0;
}

static inline bool field_is_present(const struct sink_field *field, uint32_t bits)
{
	return !field->present || field->present & bits;
}

/* The four bytes of an IPv4 address that is written as ::ffff:a.b.c.d, NULL where it is none. */
static inline const uint8_t *field_mapped_ipv4(const uint8_t *address)
{
	static const uint8_t prefix[12] = { [10] = 0xff, [11] = 0xff };

	return memcmp(address, prefix, sizeof(prefix)) ? NULL : address + sizeof(prefix);
}

/*
 * Whether an element lacks something: a string without its NUL, or a counted one that counts more
 * than it holds.
 */
bool field_element_is_cut(const struct sink_field *field, const void *at);
/* Whether any of the elements does, of which at is the first. */
bool field_is_cut(const struct sink_field *field, const void *at);
/* The name of a value of an enumeration, or NULL. */
const struct sink_name *field_enum(const struct sink_field *field, uint64_t value);

/* What a socket address says. */
struct field_sockaddr {
	uint16_t family;     /* 0: there is none */
	uint16_t port;       /* of AF_INET and AF_INET6 */
	const char *name;    /* AF_INET, or NULL for an unknown family */
	const uint8_t *addr; /* 4 or 16 bytes, NULL for other families or a short address */
	const char *path;    /* of AF_UNIX, abstract names begin with NUL; else NULL */
	uint32_t path_size;
};

void field_sockaddr(const void *at, uint32_t size, struct field_sockaddr *ret_address);

/* The name of an error number above 0, the kernel's own included ("ERESTARTSYS"); NULL if none. */
const char *field_errno(int64_t number);

#endif
