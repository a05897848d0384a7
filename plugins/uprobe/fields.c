/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "fields.h"

#include <errno.h>

static bool fields_is_float(struct bpfhost_probe_type type)
{
	return type.kind == BPFHOST_PROBE_TYPE_F32 || type.kind == BPFHOST_PROBE_TYPE_F64;
}

static int fields_check(const struct bpfhost_probe_param *param, struct bpfhost_error *err)
{
	if (param->has_chain) {
		bpfhost_error_set(err, param->text_offset,
				  "%s: what lies behind a parameter is known from DWARF only, and "
				  "there is none",
				  param->name);
		return -EINVAL;
	}
	if (fields_is_float(param->type) && !param->has_offset) {
		bpfhost_error_set(err, param->text_offset,
				  "%s: floating-point numbers are passed in registers that BPF "
				  "programs cannot read; leave it out, it takes no place among the "
				  "others",
				  param->name);
		return -EINVAL;
	}
	return 0;
}

static int fields_returned(const struct bpfhost_probe *probe, struct uprobe_fields *fields,
			   struct bpfhost_error *err)
{
	fields->has_return = probe->returns.kind != BPFHOST_PROBE_TYPE_NONE;
	fields->ret_type = probe->returns;
	fields->returned = bpfhost_argument_result();
	if (!fields_is_float(probe->returns))
		return 0;
	bpfhost_error_set(err, 0,
			  "floating-point numbers are returned in a register that BPF programs "
			  "cannot read; write \"-> void\" for the latency alone");
	return -EINVAL;
}

int uprobe_fields_by_position(const struct bpfhost_probe *probe, struct uprobe_fields *ret_fields,
			      struct bpfhost_error *err)
{
	uint32_t position = 0;
	int ret = 0;

	*ret_fields = (struct uprobe_fields){ 0 };
	if (probe->param_count > BPFHOST_ARGUMENTS_MAX) {
		bpfhost_error_set(err, 0, "more than %d parameters", BPFHOST_ARGUMENTS_MAX);
		return -E2BIG;
	}
	for (uint32_t i = 0; i < probe->param_count && !ret; i++) {
		const struct bpfhost_probe_param *param = &probe->params[i];
		struct bpfhost_argument_field *field = &ret_fields->items[ret_fields->count++];

		ret = fields_check(param, err);
		field->name = param->name;
		field->type = param->type;
		field->argument = param->has_offset ? bpfhost_argument_on_stack(param->offset)
						    : bpfhost_argument_position(position++);
	}
	return ret ? ret : fields_returned(probe, ret_fields, err);
}
