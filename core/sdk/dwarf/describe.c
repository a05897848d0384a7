/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "private.h"

#include <errno.h>
#include <string.h>

static uint32_t count_enumerators(struct bpfhost_dwarf *dw, Dwarf_Die *type)
{
	uint32_t count = 0;
	Dwarf_Die child;

	if (!dw_child(dw, type, &child))
		return 0;
	do
		count += dwarf_tag(&child) == DW_TAG_enumerator;
	while (dw_next(dw, &child) && count <= BPFHOST_DWARF_ENUMERATORS_MAX);
	return count;
}

static int read_enumerators(struct bpfhost_dwarf *dw, struct dw_function *function, Dwarf_Die *type,
			    struct bpfhost_dwarf_value *value)
{
	uint32_t most = count_enumerators(dw, type), count = 0;
	struct bpfhost_label *all;
	Dwarf_Die child;

	if (!most || most > BPFHOST_DWARF_ENUMERATORS_MAX || !dw_child(dw, type, &child))
		return 0;
	all = dw_keep(function, most * sizeof(*all));
	if (!all)
		return -ENOMEM;
	do {
		const char *name = dw_name(dw, &child);

		if (dwarf_tag(&child) != DW_TAG_enumerator || !name ||
		    !dw_constant(&child, &all[count].value))
			continue;
		all[count].name = dw_keep_text(function, name);
		if (!all[count++].name)
			return -ENOMEM;
	} while (dw_next(dw, &child) && count < most);
	value->enumerators = count ? all : NULL;
	value->enumerator_count = count;
	return 0;
}

int dw_describe(struct bpfhost_dwarf *dw, struct dw_function *function, Dwarf_Die *die,
		struct bpfhost_dwarf_value *value)
{
	char name[DW_TYPE_NAME_SIZE];
	Dwarf_Die type;

	value->reason = dw_value_type(dw, die, value);
	value->position = BPFHOST_DWARF_NO_POSITION;
	value->is_artificial = false;
	value->enumerators = NULL;
	value->enumerator_count = 0;
	dw_type_name(dw, die, name);
	value->type_name = dw_keep_text(function, name);
	if (!value->type_name)
		return -ENOMEM;
	if (dw_peeled_type(dw, die, &type) != DW_REACHED ||
	    dwarf_tag(&type) != DW_TAG_enumeration_type)
		return 0;
	return read_enumerators(dw, function, &type, value);
}

void dw_shape(struct bpfhost_dwarf_value *value)
{
	enum bpfhost_probe_type_kind kind = value->type.kind;
	uint32_t size = bpfhost_probe_type_size(value->type);

	if (kind == BPFHOST_PROBE_TYPE_STR || kind == BPFHOST_PROBE_TYPE_BYTES || !size)
		size = 8;
	value->argument.size = (uint8_t)size;
	if (kind >= BPFHOST_PROBE_TYPE_I8 && kind <= BPFHOST_PROBE_TYPE_I64)
		value->argument.flags |= BPFHOST_ARGUMENT_SIGNED;
}
