/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a member is: first its C type alone, as elements of one size; then its tag, which may read
 * the same bytes as something else if their number allows it.
 */
#include "btf_tags.h"

#include <bpfhost/host.h>

#include <bpf/btf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define CHAIN_MAX    32
#define POINTER_SIZE 8 /* of the BPF target */

const struct btf_type *schema_btf_type(const struct btf *btf, uint32_t id)
{
	return id && id < btf__type_cnt(btf) ? btf__type_by_id(btf, id) : NULL;
}

uint32_t schema_btf_skip(const struct btf *btf, uint32_t id)
{
	for (int i = 0; i < CHAIN_MAX; i++) {
		const struct btf_type *type = schema_btf_type(btf, id);

		if (!type)
			return 0;
		if (!btf_is_mod(type) && !btf_is_typedef(type) && !btf_is_type_tag(type))
			return id;
		id = type->type;
	}
	return 0;
}

int schema_refuse(struct schema_walk *walk, const struct schema_place *place, const char *what)
{
	bpfhost_error_set(walk->err, 0, "field \"%s\" of struct %.100s %s",
			  place->name[0] ? place->name : "(anonymous)", walk->name, what);
	return -EINVAL;
}

/* One element of the innermost type. */
struct element {
	const struct btf_type *type;
	uint32_t id;
	uint64_t count; /* 1 unless it stands in arrays */
	uint32_t inner; /* elements of the innermost array */
	uint32_t size;
	bool is_array;
	bool is_char; /* plain char, which C keeps apart from the signed and the unsigned one */
};

static int element_size(struct schema_walk *walk, const struct schema_place *place,
			struct element *element)
{
	switch (btf_kind(element->type)) {
	case BTF_KIND_INT:
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
	case BTF_KIND_FLOAT:
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		element->size = element->type->size;
		break;
	case BTF_KIND_PTR:
		element->size = POINTER_SIZE;
		break;
	default:
		return schema_refuse(walk, place, "has a type that events cannot have");
	}
	if (element->size * element->count > BPFHOST_RECORD_MAX)
		return schema_refuse(walk, place, "is too large");
	return 0;
}

static int find_element(struct schema_walk *walk, const struct schema_place *place, uint32_t id,
			struct element *ret_element)
{
	struct element element = { .count = 1, .inner = 1 };
	const char *name;

	for (int i = 0; i < CHAIN_MAX; i++) {
		element.id = schema_btf_skip(walk->btf, id);
		element.type = schema_btf_type(walk->btf, element.id);
		if (!element.type || !btf_is_array(element.type))
			break;
		element.is_array = true;
		element.inner = btf_array(element.type)->nelems;
		element.count *= btf_array(element.type)->nelems;
		if (!element.count || element.count > BPFHOST_RECORD_MAX)
			return schema_refuse(walk, place,
					     element.count ? "is too large" : "has no fixed size");
		id = btf_array(element.type)->type;
	}
	if (!element.type)
		return schema_refuse(walk, place, "has a type that events cannot have");
	name = btf__name_by_offset(walk->btf, element.type->name_off);
	element.is_char = btf_is_int(element.type) && element.type->size == 1 && name &&
			  !strcmp(name, "char");
	*ret_element = element;
	return element_size(walk, place, ret_element);
}

/* An innermost array of characters or bytes is one element. */
static void join_bytes(const struct element *element, struct schema_shape *shape)
{
	shape->size = element->inner;
	shape->count = (uint32_t)element->count / element->inner;
}

static int shape_int(struct schema_walk *walk, const struct schema_place *place,
		     const struct element *element, struct schema_shape *shape)
{
	uint32_t encoding = btf_int_encoding(element->type), size = element->size;

	if (btf_int_offset(element->type) || btf_int_bits(element->type) != size * 8)
		return schema_refuse(walk, place, "is a bit field, which events cannot have");
	if (size != 1 && size != 2 && size != 4 && size != 8)
		return schema_refuse(walk, place,
				     "is an integer of a size that events cannot have");
	shape->kind = encoding & BTF_INT_BOOL     ? BPFHOST_BOOL
		      : encoding & BTF_INT_SIGNED ? BPFHOST_INT
						  : BPFHOST_UINT;
	if (element->is_char || encoding & BTF_INT_CHAR)
		shape->kind = element->is_array ? BPFHOST_STRING : BPFHOST_CHAR;
	else if (element->is_array && size == 1 && shape->kind == BPFHOST_UINT)
		shape->kind = BPFHOST_BYTES;
	if (shape->kind == BPFHOST_STRING || shape->kind == BPFHOST_BYTES)
		join_bytes(element, shape);
	return 0;
}

static int shape_plain(struct schema_walk *walk, const struct schema_place *place,
		       const struct element *element, struct schema_shape *shape)
{
	*shape = (struct schema_shape){ .size = element->size, .count = (uint32_t)element->count };
	switch (btf_kind(element->type)) {
	case BTF_KIND_INT:
		return shape_int(walk, place, element, shape);
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
		shape->kind = BPFHOST_ENUM;
		shape->enumeration = element->type;
		return 0;
	case BTF_KIND_FLOAT:
		shape->kind = BPFHOST_FLOAT;
		if (element->size != 4 && element->size != 8)
			return schema_refuse(walk, place, "is a float of neither 4 nor 8 bytes");
		return 0;
	case BTF_KIND_PTR:
		shape->kind = BPFHOST_POINTER;
		return 0;
	case BTF_KIND_STRUCT:
		if (element->is_array)
			return schema_refuse(walk, place, "is an array of structs");
		shape->nested = element->id;
		return 0;
	default:
		return schema_refuse(walk, place, "is a union, which needs a tag to be read");
	}
}

static bool is_integer(const struct schema_shape *shape)
{
	return shape->kind == BPFHOST_UINT || shape->kind == BPFHOST_INT;
}

/* Kinds that read all bytes of the member, whatever its type: as many as fit, or as one. */
static bool reshape_whole(enum bpfhost_kind kind, uint32_t total, struct schema_shape *shape)
{
	uint32_t size = kind == BPFHOST_IPV4                              ? 4
			: kind == BPFHOST_IPV6 || kind == BPFHOST_ADDRESS ? 16
			: kind == BPFHOST_MAC                             ? 6
									  : total;

	if (!total || total % size || (kind == BPFHOST_SOCKADDR && total < 2) ||
	    (kind == BPFHOST_COUNTED && total < 4))
		return false;
	*shape = (struct schema_shape){ .kind = kind, .size = size, .count = total / size };
	return true;
}

static bool reshape(const struct schema_tags *tags, const struct element *element,
		    struct schema_shape *shape)
{
	switch (tags->kind) {
	case BPFHOST_IPV4:
	case BPFHOST_IPV6:
	case BPFHOST_ADDRESS:
	case BPFHOST_MAC:
	case BPFHOST_SOCKADDR:
	case BPFHOST_COUNTED:
		return reshape_whole(tags->kind, element->size * (uint32_t)element->count, shape);
	case BPFHOST_STRING:
	case BPFHOST_BYTES:
		if (element->size != 1 || !element->is_array)
			return false;
		join_bytes(element, shape);
		break;
	case BPFHOST_PORT_BE:
		if (!is_integer(shape) || shape->size != 2)
			return false;
		break;
	case BPFHOST_NS:
		if (!is_integer(shape) || shape->size != 8)
			return false;
		break;
	case BPFHOST_ERRNO:
		if (!is_integer(shape) || shape->size < 4)
			return false;
		break;
	case BPFHOST_HEX:
		if (shape->kind == BPFHOST_BYTES || shape->kind == BPFHOST_POINTER)
			return true;
		if (!is_integer(shape))
			return false;
		break;
	default: /* ENUM and FLAGS */
		if (tags->enumeration ? !is_integer(shape) : !shape->enumeration)
			return false;
		if (tags->enumeration)
			shape->enumeration = tags->enumeration;
	}
	shape->kind = tags->kind;
	return true;
}

int schema_shape(struct schema_walk *walk, const struct schema_place *place, uint32_t type_id,
		 const struct schema_tags *tags, struct schema_shape *ret_shape)
{
	struct bpfhost_error *err = walk->err;
	struct element element = { 0 };
	char what[200];
	int result;

	result = find_element(walk, place, type_id, &element);
	if (result)
		return result;
	/* A union without meaning of its own may have one by its tag, so its error waits. */
	walk->err = tags->kind ? NULL : err;
	result = shape_plain(walk, place, &element, ret_shape);
	walk->err = err;
	if (!tags->kind)
		return result;
	if (reshape(tags, &element, ret_shape))
		return 0;
	snprintf(what, sizeof(what), "has the tag \"bpfhost:%.100s\", which its type does not fit",
		 tags->text);
	return schema_refuse(walk, place, what);
}
