/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "filter/filter.h"

#include "filter/resolve.h"
#include "sink/field.h"
#include "sink/put.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MAC_SIZE 17

struct filter {
	char *text;
};

struct filter_bound {
	struct bpfhost_expr *expr;
	const struct sink_type *type;
	char (*macs)[MAC_SIZE]; /* of each field, as people write it */
	const uint8_t *record;  /* that is being looked at */
};

int filter_new(const char *text, struct filter **ret_filter, struct bpfhost_error *err)
{
	struct bpfhost_expr *expr;
	struct filter *filter;
	int result = bpfhost_expr_parse(text, &expr, err);

	if (result)
		return result;
	bpfhost_expr_free(expr);
	filter = calloc(1, sizeof(*filter));
	if (!filter)
		return -ENOMEM;
	filter->text = strdup(text);
	if (!filter->text) {
		free(filter);
		return -ENOMEM;
	}
	*ret_filter = filter;
	return 0;
}

void filter_free(struct filter *filter)
{
	if (!filter)
		return;
	free(filter->text);
	free(filter);
}

/* Fields of one name may differ from type to type; it is enough that one of them fits. */
static bool fits_any(struct bpfhost_expr *expr, const struct sink_type *const *types, size_t ntypes)
{
	for (size_t i = 0; i < ntypes; i++) {
		struct filter_scope scope = { .types = &types[i], .ntypes = 1, .is_lenient = true };

		if (!bpfhost_expr_bind(expr, &filter_resolver, &scope, NULL))
			return true;
	}
	return false;
}

int filter_names_known(const struct filter *filter, const struct sink_type *const *types,
		       size_t ntypes, struct bpfhost_error *err)
{
	struct filter_scope scope = { .types = types, .ntypes = ntypes };
	struct bpfhost_expr *expr;
	int result = bpfhost_expr_parse(filter->text, &expr, err);

	if (result)
		return result;
	result = bpfhost_expr_bind(expr, &filter_resolver, &scope, err);
	if (result == -EINVAL && fits_any(expr, types, ntypes))
		result = 0;
	bpfhost_expr_free(expr);
	return result;
}

int filter_bind(const struct filter *filter, const struct sink_type *type,
		struct filter_bound **ret_bound)
{
	struct filter_scope scope = { .types = &type, .ntypes = 1, .is_lenient = true };
	struct filter_bound *bound = calloc(1, sizeof(*bound));
	int result;

	if (!bound)
		return -ENOMEM;
	bound->type = type;
	bound->macs = calloc(type->nfields + 1, sizeof(*bound->macs));
	result = bound->macs ? bpfhost_expr_parse(filter->text, &bound->expr, NULL) : -ENOMEM;
	/* One that does not fit the type is false for all of it, which is what it is for. */
	if (!result)
		(void)bpfhost_expr_bind(bound->expr, &filter_resolver, &scope, NULL);
	if (result) {
		filter_bound_free(bound);
		return -ENOMEM;
	}
	*ret_bound = bound;
	return 0;
}

void filter_bound_free(struct filter_bound *bound)
{
	if (!bound)
		return;
	bpfhost_expr_free(bound->expr);
	free(bound->macs);
	free(bound);
}

static void set_text(struct bpfhost_value *value, const void *text, size_t size)
{
	value->kind = BPFHOST_VALUE_STRING;
	value->data = text;
	value->size = (uint32_t)size;
}

static void set_uint(struct bpfhost_value *value, uint64_t number)
{
	value->kind = BPFHOST_VALUE_UINT;
	value->uint_value = number;
}

static void set_address(struct bpfhost_value *value, const uint8_t *address, uint32_t size)
{
	value->kind = address ? BPFHOST_VALUE_ADDRESS : BPFHOST_VALUE_MISSING;
	value->data = address;
	value->size = size;
}

/* The record may lie at any address, so nothing is read through a pointer to its header. */
#define HEADER(record, member)                                                                     \
	field_uint((record) + offsetof(struct bpfhost_event, member),                              \
		   sizeof(((struct bpfhost_event *)0)->member))

static void header_value(const struct filter_bound *bound, uint32_t slot,
			 struct bpfhost_value *value)
{
	const uint8_t *record = bound->record;
	const char *comm = (const char *)record + offsetof(struct bpfhost_event, comm);

	value->kind = BPFHOST_VALUE_MISSING;
	if (slot >= SLOT_PID && slot <= SLOT_COMM && HEADER(record, flags) & BPFHOST_EVENT_NO_TASK)
		return;
	if (slot == SLOT_CPU)
		set_uint(value, HEADER(record, cpu));
	else if (slot == SLOT_PID)
		set_uint(value, HEADER(record, pid));
	else if (slot == SLOT_TID)
		set_uint(value, HEADER(record, tid));
	else if (slot == SLOT_UID)
		set_uint(value, HEADER(record, uid));
	else if (slot == SLOT_CGROUP)
		set_uint(value, HEADER(record, cgroup));
	else if (slot == SLOT_COMM)
		set_text(value, comm, strnlen(comm, BPFHOST_COMM_LEN));
	else if (slot == SLOT_PLUGIN)
		set_text(value, bound->type->plugin, strlen(bound->type->plugin));
	else if (slot == SLOT_INSTANCE)
		set_text(value, bound->type->instance, strlen(bound->type->instance));
	else
		set_text(value, bound->type->name, strlen(bound->type->name));
}

static void wide_value(struct filter_bound *bound, uint32_t index, const uint8_t *at,
		       struct bpfhost_value *value)
{
	const struct sink_field *field = &bound->type->fields[index];
	struct field_sockaddr address;
	const uint8_t *ipv4;

	switch (field->kind) {
	case BPFHOST_STRING:
		set_text(value, at, field_string(at, field->size));
		break;
	case BPFHOST_COUNTED:
		set_text(value, at + 4, field_counted(at, field->size));
		break;
	case BPFHOST_MAC:
		put_mac(bound->macs[index], at);
		set_text(value, bound->macs[index], MAC_SIZE);
		break;
	case BPFHOST_IPV4:
	case BPFHOST_IPV6:
		set_address(value, at, field->size);
		break;
	case BPFHOST_ADDRESS:
		ipv4 = field_mapped_ipv4(at);
		set_address(value, ipv4 ? ipv4 : at, ipv4 ? 4 : 16);
		break;
	case BPFHOST_SOCKADDR:
		field_sockaddr(at, field->size, &address);
		set_address(value, address.addr, address.addr == at + 4 ? 4 : 16);
		break;
	default:
		set_text(value, at, field->size);
	}
}

static void read_value(void *ctx, uint32_t slot, struct bpfhost_value *value)
{
	struct filter_bound *bound = ctx;
	const struct sink_field *field;
	const uint8_t *at;

	if (slot < SLOT_FIELDS) {
		header_value(bound, slot, value);
		return;
	}
	field = &bound->type->fields[slot - SLOT_FIELDS];
	at = bound->record + field->offset;
	if (!field_is_present(field, field_bits(bound->type, bound->record))) {
		value->kind = BPFHOST_VALUE_MISSING;
		return;
	}
	switch (filter_operand_kind(field)) {
	case BPFHOST_OPERAND_INT:
		value->kind = BPFHOST_VALUE_INT;
		value->int_value = field_int(at, field->size);
		break;
	case BPFHOST_OPERAND_UINT:
		set_uint(value, field->kind == BPFHOST_PORT_BE ? field_be16(at)
							       : field_uint(at, field->size));
		break;
	case BPFHOST_OPERAND_FLOAT:
		value->kind = BPFHOST_VALUE_FLOAT;
		value->float_value = field_float(at, field->size);
		break;
	default:
		wide_value(bound, slot - SLOT_FIELDS, at, value);
	}
}

bool filter_passes(struct filter_bound *bound, const void *record, uint32_t record_size)
{
	if (record_size < bound->type->record_size)
		return false;
	bound->record = record;
	return bpfhost_expr_eval(bound->expr, read_value, bound);
}
