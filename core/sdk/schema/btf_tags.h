/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Internal to the making of schemas from BTF: the declaration tags of a member. */
#ifndef SDK_SCHEMA_BTF_TAGS_H
#define SDK_SCHEMA_BTF_TAGS_H

#include "btf_walk.h"

struct schema_tags {
	enum bpfhost_kind kind; /* 0: as the C type says */
	enum bpfhost_metric metric;
	const struct btf_type *enumeration; /* of enum:NAME and flags:NAME, else NULL */
	const char *text;                   /* of the tag that set the kind, without prefix */
	bool is_present;  /* the member holds the bits of the optional ones and is no field */
	bool is_optional; /* it is there where the bit is set */
	uint32_t bit;     /* of an optional one: 0 to 31 */
	bool is_short;    /* names of values without the enumeration's own in front */
};

/* Tags without the prefix "bpfhost:" are somebody else's. 0 or -EINVAL. */
int schema_tags_read(struct schema_walk *walk, const struct schema_place *place, uint32_t struct_id,
		     uint32_t member, struct schema_tags *ret_tags);

#endif
