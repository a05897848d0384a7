/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Internal to the making of schemas from BTF: one walk over one struct. */
#ifndef SDK_SCHEMA_BTF_WALK_H
#define SDK_SCHEMA_BTF_WALK_H

#include <bpfhost/error.h>
#include <bpfhost/schema.h>
#include <stdbool.h>
#include <stdint.h>

struct btf;
struct btf_type;
struct schema_tags;

#define SCHEMA_DEPTH_MAX 8
#define SCHEMA_STEPS_MAX 4096
#define SCHEMA_NAME_SIZE 129

struct schema_walk {
	const struct btf *btf;
	struct bpfhost_schema_builder *builder;
	struct bpfhost_error *err;
	const char *name; /* of the event's struct */
	uint32_t record_size;
	uint32_t steps; /* that are left */
};

/* Where in the event the walk is. */
struct schema_place {
	char name[SCHEMA_NAME_SIZE]; /* a.b */
	uint32_t depth;
	uint64_t offset; /* from the event's first byte; cannot wrap at SCHEMA_DEPTH_MAX */
};

/* What a member amounts to: a field, or a struct whose members are the fields. */
struct schema_shape {
	enum bpfhost_kind kind;
	uint32_t size;
	uint32_t count;
	uint32_t nested; /* id of the struct, else 0 */
	const struct btf_type *enumeration;
};

/* NULL for an id that there is not. */
const struct btf_type *schema_btf_type(const struct btf *btf, uint32_t id);
/* The type behind typedefs and qualifiers, 0 when it is void or too far behind. */
uint32_t schema_btf_skip(const struct btf *btf, uint32_t id);
/* Sets the error "field NAME of struct NAME WHAT" and returns -EINVAL. */
int schema_refuse(struct schema_walk *walk, const struct schema_place *place, const char *what);
/* Finds out what a member of this type with these tags is. 0 or -EINVAL. */
int schema_shape(struct schema_walk *walk, const struct schema_place *place, uint32_t type_id,
		 const struct schema_tags *tags, struct schema_shape *ret_shape);

#endif
