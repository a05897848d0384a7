/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "btf_tags.h"

#include <bpfhost/nearest.h>

#include <bpf/btf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define PREFIX "bpfhost:"

static const struct {
	const char *word;
	enum bpfhost_kind kind;
	enum bpfhost_metric metric;
	bool takes_enum;
} words[] = {
	{ "ipv4", BPFHOST_IPV4, 0, false },
	{ "ipv6", BPFHOST_IPV6, 0, false },
	{ "mac", BPFHOST_MAC, 0, false },
	{ "port_be", BPFHOST_PORT_BE, 0, false },
	{ "sockaddr", BPFHOST_SOCKADDR, 0, false },
	{ "str", BPFHOST_STRING, 0, false },
	{ "bytes", BPFHOST_BYTES, 0, false },
	{ "counted", BPFHOST_COUNTED, 0, false },
	{ "hex", BPFHOST_HEX, 0, false },
	{ "ns", BPFHOST_NS, 0, false },
	{ "errno", BPFHOST_ERRNO, 0, false },
	{ "enum", BPFHOST_ENUM, 0, true },
	{ "flags", BPFHOST_FLAGS, 0, true },
	{ "counter", 0, BPFHOST_METRIC_COUNTER, false },
	{ "gauge", 0, BPFHOST_METRIC_GAUGE, false },
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

static int read_tag(struct schema_walk *walk, const struct schema_place *place, const char *text,
		    struct schema_tags *tags)
{
	const char *colon = strchr(text, ':');
	/* Formatters like to put spaces around a colon. */
	size_t length = strcspn(text, " :"), i;

	for (i = 0; i < NWORDS; i++)
		if (strlen(words[i].word) == length && !strncmp(words[i].word, text, length))
			break;
	if (i == NWORDS || (colon && !words[i].takes_enum))
		return refuse_tag(walk, place, text);
	if (words[i].metric) {
		tags->metric = words[i].metric;
		return 0;
	}
	if (tags->kind)
		return schema_refuse(walk, place, "has two tags that say what it is");
	tags->kind = words[i].kind;
	tags->text = text;
	return colon ? find_enum(walk, place, colon + 1 + strspn(colon + 1, " "), tags) : 0;
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
