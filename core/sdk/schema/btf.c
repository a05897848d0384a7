/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * From BTF to a schema. BTF comes out of a file and may say anything: ids and offsets are looked up
 * with libbpf's checked calls only, chains of typedefs and nested structs are followed so deep and no
 * deeper, and one budget of steps for the whole struct bounds what width and depth could multiply to.
 */
#include "btf.h"

#include "btf_tags.h"
#include "btf_walk.h"

#include <bpfhost/host.h>

#include <bpf/btf.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define EVENT_SUFFIX    "_event"
#define VARIABLE_PREFIX "bpfhost_type__"
#define SECTION         ".rodata.bpfhost"

static int add_member(struct schema_walk *walk, const struct btf_type *type, uint32_t type_id,
		      uint32_t index, struct schema_place place);

static int add_struct(struct schema_walk *walk, uint32_t type_id, struct schema_place place)
{
	const struct btf_type *type = schema_btf_type(walk->btf, type_id);
	int err = 0;

	if (place.depth == SCHEMA_DEPTH_MAX)
		return schema_refuse(walk, &place, "is nested too deeply");
	place.depth++;
	for (uint32_t i = 0; i < btf_vlen(type) && !err; i++)
		err = add_member(walk, type, type_id, i, place);
	return err;
}

/*
 * With the tag `short`, XDP_ACTION_PASS of enum xdp_action is called pass: without the enumeration's
 * own name in front, and in small letters.
 */
static void add_enum_name(struct schema_walk *walk, const char *enumeration, const char *name,
			  uint64_t value)
{
	char brief[SCHEMA_NAME_SIZE] = "";
	size_t length = strlen(enumeration);

	if (length && name && !strncasecmp(name, enumeration, length) && name[length] == '_')
		name += length + 1;
	for (size_t i = 0; length && name && name[i] && i + 1 < sizeof(brief); i++)
		brief[i] = (char)tolower((unsigned char)name[i]);
	bpfhost_schema_value(walk->builder, length && name ? brief : name, value);
}

/* The names of an enumeration, of either width, for the field that was just added. */
static void add_enum_names(struct schema_walk *walk, const struct btf_type *type, bool is_short)
{
	const char *enumeration = is_short ? btf__name_by_offset(walk->btf, type->name_off) : NULL;
	uint32_t flags = btf_kflag(type) ? BPFHOST_FIELD_SIGNED : 0;

	for (uint32_t i = 0; i < btf_vlen(type); i++) {
		uint32_t offset;
		uint64_t value;

		if (btf_is_enum64(type)) {
			offset = btf_enum64(type)[i].name_off;
			value = btf_enum64_value(&btf_enum64(type)[i]);
		} else {
			offset = btf_enum(type)[i].name_off;
			value = (uint64_t)(int64_t)btf_enum(type)[i].val;
			/* clang 14 does not tell the sign: small negative numbers tell it. */
			if (btf_enum(type)[i].val < 0 && btf_enum(type)[i].val >= -4096)
				flags = BPFHOST_FIELD_SIGNED;
		}
		add_enum_name(walk, enumeration ? enumeration : "",
			      btf__name_by_offset(walk->btf, offset), value);
	}
	bpfhost_schema_flags(walk->builder, flags);
}

static int add_shape(struct schema_walk *walk, const struct schema_place *place,
		     const struct schema_shape *shape, const struct schema_tags *tags)
{
	uint64_t end = place->offset + (uint64_t)shape->size * shape->count;
	bool is_number = shape->kind == BPFHOST_UINT || shape->kind == BPFHOST_INT ||
			 shape->kind == BPFHOST_FLOAT || shape->kind == BPFHOST_NS;

	if (tags->metric && (!is_number || shape->count != 1))
		return schema_refuse(walk, place, "is a metric, but not one number");
	if (end > walk->record_size)
		return schema_refuse(walk, place, "lies outside of its struct");
	bpfhost_schema_field(walk->builder, place->name, shape->kind, (uint32_t)place->offset,
			     shape->size, shape->count);
	if (shape->enumeration)
		add_enum_names(walk, shape->enumeration, tags->is_short);
	if (tags->metric)
		bpfhost_schema_metric(walk->builder, tags->metric);
	if (tags->is_optional)
		bpfhost_schema_optional(walk->builder, tags->bit);
	return 0;
}

/* The bits of the optional fields are no field themselves. */
static int add_present(struct schema_walk *walk, const struct schema_place *place,
		       const struct schema_shape *shape)
{
	if (shape->size != sizeof(uint32_t) || shape->count != 1 || shape->nested)
		return schema_refuse(walk, place, "says what is present, but is not 4 bytes");
	bpfhost_schema_present(walk->builder, (uint32_t)place->offset);
	return 0;
}

static int append_name(struct schema_walk *walk, struct schema_place *place, const char *name)
{
	size_t length = strlen(place->name);
	int n;

	if (!name || !*name)
		return 0;
	n = snprintf(place->name + length, sizeof(place->name) - length, "%s%s", length ? "." : "",
		     name);
	if (n < 0 || (size_t)n >= sizeof(place->name) - length)
		return schema_refuse(walk, place, "has a name that is too long");
	return 0;
}

static int add_member(struct schema_walk *walk, const struct btf_type *type, uint32_t type_id,
		      uint32_t index, struct schema_place place)
{
	const struct btf_member *member = &btf_members(type)[index];
	struct schema_shape shape;
	struct schema_tags tags;
	int err;

	err = append_name(walk, &place, btf__name_by_offset(walk->btf, member->name_off));
	if (err)
		return err;
	if (!walk->steps--)
		return schema_refuse(walk, &place, "is one member too many");
	if (btf_member_bitfield_size(type, index) || btf_member_bit_offset(type, index) % 8)
		return schema_refuse(walk, &place, "is a bit field, which events cannot have");
	place.offset += btf_member_bit_offset(type, index) / 8;
	err = schema_tags_read(walk, &place, type_id, index, &tags);
	if (!err)
		err = schema_shape(walk, &place, member->type, &tags, &shape);
	if (err)
		return err;
	if (shape.nested && tags.metric)
		return schema_refuse(walk, &place, "is a metric, but not one number");
	if (shape.nested)
		return add_struct(walk, shape.nested, place);
	if (!place.name[0])
		return schema_refuse(walk, &place, "has no name");
	return tags.is_present ? add_present(walk, &place, &shape)
			       : add_shape(walk, &place, &shape, &tags);
}

/* The first member is the header; the names of everything else are the event's own. */
static int check_header(struct schema_walk *walk, const struct btf_type *type)
{
	const struct schema_place place = { .name = "header" };
	const struct btf_type *header;
	const char *name;

	if (!btf_vlen(type) || btf_member_bit_offset(type, 0))
		return schema_refuse(walk, &place, "is missing");
	header = schema_btf_type(walk->btf, schema_btf_skip(walk->btf, btf_members(type)[0].type));
	name = header ? btf__name_by_offset(walk->btf, header->name_off) : NULL;
	if (!header || !btf_is_struct(header) || !name || strcmp(name, "bpfhost_event") ||
	    header->size != sizeof(struct bpfhost_event))
		return schema_refuse(walk, &place,
				     "is not a struct bpfhost_event, the first member must be one");
	return 0;
}

static int event_name(const char *name, char *out, size_t size)
{
	size_t length = strlen(name), suffix = strlen(EVENT_SUFFIX);

	if (length > suffix && !strcmp(name + length - suffix, EVENT_SUFFIX))
		length -= suffix;
	if (length >= size)
		return -EINVAL;
	memcpy(out, name, length);
	out[length] = 0;
	return 0;
}

static int finish(struct schema_walk *walk, struct bpfhost_schema **ret_schema)
{
	int err = bpfhost_schema_finish(walk->builder, ret_schema);

	if (err == -E2BIG)
		bpfhost_error_set(walk->err, 0, "struct %s has too many fields or names of values",
				  walk->name);
	else if (err)
		bpfhost_error_set(walk->err, 0, "struct %s makes no schema: %s", walk->name,
				  err == -EINVAL
					  ? "two of its fields have one name, a name is not "
					    "printable or is too long, or a field is optional "
					    "and no member says what is present"
					  : strerror(-err));
	return err;
}

static int walk_event(struct schema_walk *walk, const struct btf_type *type, uint32_t struct_id,
		      struct bpfhost_schema **ret_schema)
{
	char name[SCHEMA_NAME_SIZE];
	int err = check_header(walk, type);

	if (err)
		return err;
	if (event_name(walk->name, name, sizeof(name))) {
		bpfhost_error_set(walk->err, 0, "the name of struct %.128s is too long",
				  walk->name);
		return -EINVAL;
	}
	walk->builder = bpfhost_schema_new(struct_id, name, walk->record_size);
	if (!walk->builder)
		return -ENOMEM;
	for (uint32_t i = 1; i < btf_vlen(type) && !err; i++)
		err = add_member(walk, type, struct_id, i, (struct schema_place){ .depth = 1 });
	if (!err)
		err = finish(walk, ret_schema);
	bpfhost_schema_free(walk->builder);
	return err;
}

int schema_from_btf(const struct btf *btf, uint32_t struct_id, struct bpfhost_schema **ret_schema,
		    struct bpfhost_error *err)
{
	const struct btf_type *type = schema_btf_type(btf, struct_id);
	struct schema_walk walk = { .btf = btf, .err = err, .steps = SCHEMA_STEPS_MAX };

	walk.name = type ? btf__name_by_offset(btf, type->name_off) : NULL;
	if (!type || !btf_is_struct(type) || !walk.name || !*walk.name) {
		bpfhost_error_set(err, 0, "BTF type %u is not a struct with a name", struct_id);
		return -EINVAL;
	}
	if (type->size > BPFHOST_RECORD_MAX) {
		bpfhost_error_set(err, 0, "struct %s has %u bytes, an event may have %u", walk.name,
				  type->size, BPFHOST_RECORD_MAX);
		return -EINVAL;
	}
	walk.record_size = type->size;
	return walk_event(&walk, type, struct_id, ret_schema);
}

/* The struct in the variable that BPFHOST_EVENT made: that of the elements of its array `type`. */
static uint32_t declared_struct(const struct btf *btf, const struct btf_type *variable)
{
	const struct btf_type *type = schema_btf_type(btf, schema_btf_skip(btf, variable->type));
	const struct btf_type *array, *element;
	const char *name;
	uint32_t id;

	for (uint32_t i = 0; type && btf_is_struct(type) && i < btf_vlen(type); i++) {
		name = btf__name_by_offset(btf, btf_members(type)[i].name_off);
		if (!name || strcmp(name, "type"))
			continue;
		array = schema_btf_type(btf, schema_btf_skip(btf, btf_members(type)[i].type));
		if (!array || !btf_is_array(array))
			return 0;
		id = schema_btf_skip(btf, btf_array(array)->type);
		element = schema_btf_type(btf, id);
		return element && btf_is_struct(element) ? id : 0;
	}
	return 0;
}

static int list_section(const struct btf *btf, const struct btf_type *section, schema_event_fn fn,
			void *ctx, struct bpfhost_error *err)
{
	for (uint32_t i = 0; i < btf_vlen(section); i++) {
		const struct btf_var_secinfo *info = &btf_var_secinfos(section)[i];
		const struct btf_type *variable = schema_btf_type(btf, info->type);
		const char *name;
		uint32_t id;
		int result;

		if (!variable || !btf_is_var(variable))
			continue;
		name = btf__name_by_offset(btf, variable->name_off);
		if (!name || strncmp(name, VARIABLE_PREFIX, strlen(VARIABLE_PREFIX)))
			continue;
		id = declared_struct(btf, variable);
		if (!id) {
			bpfhost_error_set(err, 0, "variable %.128s is not what BPFHOST_EVENT makes",
					  name);
			return -EINVAL;
		}
		result = fn(ctx, name, id, info->offset);
		if (result)
			return result;
	}
	return 0;
}

int schema_btf_events(const struct btf *btf, schema_event_fn fn, void *ctx,
		      struct bpfhost_error *err)
{
	for (uint32_t id = 1; id < btf__type_cnt(btf); id++) {
		const struct btf_type *type = schema_btf_type(btf, id);
		const char *name;
		int result;

		if (!type || !btf_is_datasec(type))
			continue;
		name = btf__name_by_offset(btf, type->name_off);
		if (!name || strcmp(name, SECTION))
			continue;
		result = list_section(btf, type, fn, ctx, err);
		if (result)
			return result;
	}
	return 0;
}
