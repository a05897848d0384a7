/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * How the fields of one type of event are told to the host: one block of plain bytes
 *
 *	struct bpfhost_schema | fields[] | names of values[] | strings
 *
 * which travels in a frame of its own before the first event of the type. The SDK makes it from the
 * BTF of the plugin's object (declaration tags say what C cannot), or a plugin makes it with the
 * builder below, when fields are only known at run time.
 */
#ifndef BPFHOST_SCHEMA_H
#define BPFHOST_SCHEMA_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum bpfhost_kind {
	BPFHOST_UINT = 1,    /* size 1, 2, 4, 8 */
	BPFHOST_INT = 2,     /* size 1, 2, 4, 8 */
	BPFHOST_HEX = 3,     /* size 1, 2, 4, 8 */
	BPFHOST_POINTER = 4, /* size 4, 8 */
	BPFHOST_BOOL = 5,    /* size 1, 2, 4, 8 */
	BPFHOST_CHAR = 6,    /* size 1 */
	BPFHOST_FLOAT = 7,   /* size 4, 8 */
	BPFHOST_STRING = 8,  /* size bytes, to the first NUL; see BPFHOST_EVENT_TRUNCATED */
	BPFHOST_BYTES = 9,   /* size bytes */
	BPFHOST_COUNTED =
		10,        /* a u32 that counts, then size - 4 bytes, so many of which are valid */
	BPFHOST_IPV4 = 11, /* 4 bytes in network order */
	BPFHOST_IPV6 = 12, /* 16 bytes */
	BPFHOST_MAC = 13,  /* 6 bytes */
	BPFHOST_SOCKADDR = 14, /* struct sockaddr_..., size bytes of it; family 0: nothing there */
	BPFHOST_ERRNO = 15,    /* signed, size 4, 8: -errno, or a result that is not negative */
	BPFHOST_ENUM = 16,     /* size 1, 2, 4, 8: one of the names of values */
	BPFHOST_FLAGS = 17,    /* size 1, 2, 4, 8: any of the names of values, each a mask */
	BPFHOST_PORT_BE = 18,  /* 2 bytes in network order */
	BPFHOST_NS = 19,       /* size 8: a time span in nanoseconds */
	BPFHOST_ADDRESS = 20,  /* 16 bytes: IPv6, or IPv4 as ::ffff:a.b.c.d (RFC 4291, 2.5.5.2) */
};

enum bpfhost_metric {
	BPFHOST_METRIC_NONE = 0,
	BPFHOST_METRIC_COUNTER = 1, /* only ever rises */
	BPFHOST_METRIC_GAUGE = 2,
};

/* The enumeration's or flag's values are signed. */
#define BPFHOST_FIELD_SIGNED 0x1
/* The record has this field only where the bit of its `present` is set that bits 8 to 12 number. */
#define BPFHOST_FIELD_OPTIONAL           0x2
#define BPFHOST_FIELD_PRESENT(bit)       ((uint32_t)(bit) << 8)
#define BPFHOST_FIELD_PRESENT_BIT(flags) ((flags) >> 8 & 31)

struct bpfhost_schema_field {
	uint32_t name;   /* offset into strings */
	uint32_t offset; /* from the record's first byte, header included */
	uint32_t size;   /* of one element, in bytes */
	uint32_t count;  /* elements; more than 1 only of an array */
	uint16_t kind;   /* enum bpfhost_kind */
	uint16_t metric; /* enum bpfhost_metric */
	uint32_t flags;  /* BPFHOST_FIELD_... */
	uint32_t names;  /* first of its names of values */
	uint32_t nnames;
};

struct bpfhost_schema_name {
	uint64_t value;
	uint32_t name; /* offset into strings */
	uint32_t reserved;
};

struct bpfhost_schema {
	uint32_t size;        /* of the whole block, in bytes */
	uint32_t type;        /* as in struct bpfhost_event */
	uint32_t record_size; /* the least size of a record, header included */
	uint32_t name;        /* of the event, offset into strings */
	uint32_t nfields;
	uint32_t nnames;
	uint32_t strings_size; /* the last byte is NUL */
	uint32_t present; /* where in a record the u32 lies that says what it has; 0: it has all */
};

#define BPFHOST_SCHEMA_FIELDS_MAX 256U
#define BPFHOST_SCHEMA_NAMES_MAX  8192U
#define BPFHOST_SCHEMA_SIZE_MAX   524288U
/* Bytes of any name; none is empty or holds a control character. Names of fields are UTF-8. */
#define BPFHOST_SCHEMA_NAME_MAX 128U

/*
 * The builder. Calls after a failed one do nothing; finish tells the first error. The block that
 * finish gives is the caller's, freed with free().
 */
struct bpfhost_schema_builder;

/* NULL when there is no memory. record_size counts the header. */
struct bpfhost_schema_builder *bpfhost_schema_new(uint32_t type, const char *name,
						  uint32_t record_size);
void bpfhost_schema_free(struct bpfhost_schema_builder *builder);
/* offset, size and count as in struct bpfhost_schema_field; the strings are copied. */
void bpfhost_schema_field(struct bpfhost_schema_builder *builder, const char *name,
			  enum bpfhost_kind kind, uint32_t offset, uint32_t size, uint32_t count);
/* Adds a name of a value to the last field. */
void bpfhost_schema_value(struct bpfhost_schema_builder *builder, const char *name, uint64_t value);
void bpfhost_schema_metric(struct bpfhost_schema_builder *builder, enum bpfhost_metric metric);
/* Adds BPFHOST_FIELD_... to the last field. */
void bpfhost_schema_flags(struct bpfhost_schema_builder *builder, uint32_t flags);
/* Says where the bits of optional fields lie in a record, and that the last field is one of them: it is
 * there where bit `bit` (0 to 31) is set. */
void bpfhost_schema_present(struct bpfhost_schema_builder *builder, uint32_t offset);
void bpfhost_schema_optional(struct bpfhost_schema_builder *builder, uint32_t bit);
/* Where the size of a record, header included, is known only once all fields are. */
void bpfhost_schema_record_size(struct bpfhost_schema_builder *builder, uint32_t record_size);
/* 0, -ENOMEM, -E2BIG above the limits, -EINVAL for an impossible field. Does not free the builder. */
int bpfhost_schema_finish(struct bpfhost_schema_builder *builder,
			  struct bpfhost_schema **ret_schema);

/*
 * Whether a block of `size` bytes from elsewhere holds together: counts, offsets, kinds, strings and
 * fields within the record. 0 or -EINVAL.
 */
int bpfhost_schema_check(const void *block, uint32_t size);
const struct bpfhost_schema_field *bpfhost_schema_fields(const struct bpfhost_schema *schema);
const struct bpfhost_schema_name *bpfhost_schema_names(const struct bpfhost_schema *schema);
const char *bpfhost_schema_string(const struct bpfhost_schema *schema, uint32_t offset);

#ifdef __cplusplus
}
#endif

#endif
