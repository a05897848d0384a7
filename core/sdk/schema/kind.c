/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <bpfhost/kind.h>

static const struct {
	enum bpfhost_probe_type_kind type;
	enum bpfhost_kind kind;
	bool is_signed;
} kinds[] = {
	{ BPFHOST_PROBE_TYPE_I8, BPFHOST_INT, true },
	{ BPFHOST_PROBE_TYPE_I16, BPFHOST_INT, true },
	{ BPFHOST_PROBE_TYPE_I32, BPFHOST_INT, true },
	{ BPFHOST_PROBE_TYPE_I64, BPFHOST_INT, true },
	{ BPFHOST_PROBE_TYPE_U8, BPFHOST_UINT, false },
	{ BPFHOST_PROBE_TYPE_U16, BPFHOST_UINT, false },
	{ BPFHOST_PROBE_TYPE_U32, BPFHOST_UINT, false },
	{ BPFHOST_PROBE_TYPE_U64, BPFHOST_UINT, false },
	{ BPFHOST_PROBE_TYPE_X8, BPFHOST_HEX, false },
	{ BPFHOST_PROBE_TYPE_X16, BPFHOST_HEX, false },
	{ BPFHOST_PROBE_TYPE_X32, BPFHOST_HEX, false },
	{ BPFHOST_PROBE_TYPE_X64, BPFHOST_HEX, false },
	{ BPFHOST_PROBE_TYPE_PTR, BPFHOST_POINTER, false },
	{ BPFHOST_PROBE_TYPE_BOOL, BPFHOST_BOOL, false },
	{ BPFHOST_PROBE_TYPE_CHAR, BPFHOST_CHAR, false },
	{ BPFHOST_PROBE_TYPE_F32, BPFHOST_FLOAT, true },
	{ BPFHOST_PROBE_TYPE_F64, BPFHOST_FLOAT, true },
	{ BPFHOST_PROBE_TYPE_STR, BPFHOST_STRING, false },
	{ BPFHOST_PROBE_TYPE_BYTES, BPFHOST_BYTES, false },
	{ BPFHOST_PROBE_TYPE_IPV4, BPFHOST_IPV4, false },
	{ BPFHOST_PROBE_TYPE_IPV6, BPFHOST_IPV6, false },
	{ BPFHOST_PROBE_TYPE_MAC, BPFHOST_MAC, false },
	{ BPFHOST_PROBE_TYPE_SOCKADDR, BPFHOST_SOCKADDR, false },
	{ BPFHOST_PROBE_TYPE_ERRNO, BPFHOST_ERRNO, true },
};

bool bpfhost_kind_of(enum bpfhost_probe_type_kind type, enum bpfhost_kind *ret_kind,
		     bool *ret_signed)
{
	for (unsigned int i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (kinds[i].type != type)
			continue;
		*ret_kind = kinds[i].kind;
		*ret_signed = kinds[i].is_signed;
		return true;
	}
	return false;
}

enum bpfhost_operand_kind bpfhost_kind_operand(enum bpfhost_kind kind, bool is_signed)
{
	switch (kind) {
	case BPFHOST_INT:
	case BPFHOST_ERRNO:
		return BPFHOST_OPERAND_INT;
	case BPFHOST_FLOAT:
		return BPFHOST_OPERAND_FLOAT;
	case BPFHOST_STRING:
		return BPFHOST_OPERAND_STRING;
	case BPFHOST_IPV4:
		return BPFHOST_OPERAND_IPV4;
	case BPFHOST_IPV6:
		return BPFHOST_OPERAND_IPV6;
	case BPFHOST_ADDRESS:
	case BPFHOST_SOCKADDR:
		return BPFHOST_OPERAND_ADDRESS;
	default:
		return is_signed ? BPFHOST_OPERAND_INT : BPFHOST_OPERAND_UINT;
	}
}
