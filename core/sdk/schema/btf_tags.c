/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "btf_tags.h"

#include <bpfhost/nearest.h>

#include <bpf/btf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define PREFIX "bpfhost:"

/* What stands behind the colon. */
enum argument {
	NOTHING,
	ENUMERATION, /* may be missing */
	ENUMERATOR,
};

static const struct {
	const char *word;
	enum bpfhost_kind kind;
	enum bpfhost_metric metric;
	enum argument argument;
} words[] = {
	{ "ipv4", BPFHOST_IPV4, 0, NOTHING },
	{ "ipv6", BPFHOST_IPV6, 0, NOTHING },
	{ "mac", BPFHOST_MAC, 0, NOTHING },
	{ "port_be", BPFHOST_PORT_BE, 0, NOTHING },
	{ "sockaddr", BPFHOST_SOCKADDR, 0, NOTHING },
	{ "str", BPFHOST_STRING, 0, NOTHING },
	{ "bytes", BPFHOST_BYTES, 0, NOTHING },
	{ "counted", BPFHOST_COUNTED, 0, NOTHING },
	{ "hex", BPFHOST_HEX, 0, NOTHING },
	{ "ns", BPFHOST_NS, 0, NOTHING },
	{ "errno", BPFHOST_ERRNO, 0, NOTHING },
	{ "enum", BPFHOST_ENUM, 0, ENUMERATION },
	{ "flags", BPFHOST_FLAGS, 0, ENUMERATION },
	{ "address", BPFHOST_ADDRESS, 0, NOTHING },
	{ "counter", 0, BPFHOST_METRIC_COUNTER, NOTHING },
	{ "gauge", 0, BPFHOST_METRIC_GAUGE, NOTHING },
	{ "present", 0, 0, NOTHING },
	{ "optional", 0, 0, ENUMERATOR },
	{ "short", 0, 0, NOTHING },
};

#define NWORDS (sizeof(words) / sizeof(words[0]))

static int refuse_tag(struct schema_walk *walk, const struct schema_place *place, const char *text)
{
	const char *known[NWORDS], *nearest;
	char what[400];

	for (size_t i = 0; i < NWORDS; i++)
		known[i] = words[i].word;
	nearest = bpfhost_nearest(text, known, NWORDS);
	snprintf(what, sizeof(what), "has the unknown tag \"" PREFIX "%.100s\"%s%s%s", text,
		 nearest ? ", did you mean \"" PREFIX : "", nearest ? nearest : "",
		 nearest ? "\"?" : "");
	return schema_refuse(walk, place, what);
}

static int find_enum(struct schema_walk *walk, const struct schema_place *place, const char *name,
		     struct schema_tags *tags)
{
	char what[200];

	for (uint32_t id = 1; id < btf__type_cnt(walk->btf); id++) {
		const struct btf_type *type = schema_btf_type(walk->btf, id);
		const char *found;

		if (!type || !btf_is_any_enum(type))
			continue;
		found = btf__name_by_offset(walk->btf, type->name_off);
		if (!found || strcmp(found, name))
			continue;
		tags->enumeration = type;
		return 0;
	}
	snprintf(what, sizeof(what),
		 "has a tag that names enum \"%.100s\", which the object has not", name);
	return schema_refuse(walk, place, what);
}

/* The value of an enumerator of any enumeration; false when there is none of that name. */
static bool find_value(const struct btf *btf, const char *name, uint64_t *ret_value)
{
	for (uint32_t id = 1; id < btf__type_cnt(btf); id++) {
		const struct btf_type *type = schema_btf_type(btf, id);

		for (uint32_t i = 0; type && btf_is_enum(type) && i < btf_vlen(type); i++) {
			const char *found = btf__name_by_offset(btf, btf_enum(type)[i].name_off);

			if (!found || strcmp(found, name))
				continue;
			*ret_value = (uint32_t)btf_enum(type)[i].val;
			return true;
		}
	}
	return false;
}

static int read_optional(struct schema_walk *walk, const struct schema_place *place,
			 const char *name, struct schema_tags *tags)
{
	uint64_t value = 0;
	char what[200];

	if (!find_value(walk->btf, name, &value)) {
		snprintf(what, sizeof(what),
			 "has a tag that names the enumerator \"%.100s\", which the object has not",
			 name);
		return schema_refuse(walk, place, what);
	}
	if (!value || value & (value - 1))
		return schema_refuse(walk, place,
				     "is optional by an enumerator that is not one bit");
	tags->is_optional = true;
	tags->bit = (uint32_t)__builtin_ctzll(value);
	return 0;
}

/* Tags that say neither kind nor metric. */
static int read_modifier(struct schema_walk *walk, const struct schema_place *place,
			 const char *word, const char *argument, struct schema_tags *tags)
{
	if (!strcmp(word, "optional"))
		return read_optional(walk, place, argument, tags);
	if (!strcmp(word, "present"))
		tags->is_present = true;
	else
		tags->is_short = true;
	return 0;
}

static int read_tag(struct schema_walk *walk, const struct schema_place *place, const char *text,
		    struct schema_tags *tags)
{
	const char *colon = strchr(text, ':');
	/* Formatters like to put spaces around a colon. */
	const char *argument = colon ? colon + 1 + strspn(colon + 1, " ") : NULL;
	size_t length = strcspn(text, " :"), i;

	for (i = 0; i < NWORDS; i++)
		if (strlen(words[i].word) == length && !strncmp(words[i].word, text, length))
			break;
	if (i == NWORDS || (colon && words[i].argument == NOTHING) ||
	    (!colon && words[i].argument == ENUMERATOR))
		return refuse_tag(walk, place, text);
	if (words[i].metric) {
		tags->metric = words[i].metric;
		return 0;
	}
	if (!words[i].kind)
		return read_modifier(walk, place, words[i].word, argument, tags);
	if (tags->kind)
		return schema_refuse(walk, place, "has two tags that say what it is");
	tags->kind = words[i].kind;
	tags->text = text;
	return argument ? find_enum(walk, place, argument, tags) : 0;
}

int schema_tags_read(struct schema_walk *walk, const struct schema_place *place, uint32_t struct_id,
		     uint32_t member, struct schema_tags *ret_tags)
{
	struct schema_tags tags = { 0 };
	int err = 0;

	for (uint32_t id = 1; id < btf__type_cnt(walk->btf) && !err; id++) {
		const struct btf_type *type = schema_btf_type(walk->btf, id);
		const char *text;

		if (!type || !btf_is_decl_tag(type) || type->type != struct_id ||
		    btf_decl_tag(type)->component_idx != (int32_t)member)
			continue;
		text = btf__name_by_offset(walk->btf, type->name_off);
		if (text && !strncmp(text, PREFIX, strlen(PREFIX)))
			err = read_tag(walk, place, text + strlen(PREFIX), &tags);
	}
	if (!err)
		*ret_tags = tags;
	return err;
}
