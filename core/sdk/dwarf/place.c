/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What debug information says about the first instruction. Optimised code has a list of places,
 * each for a piece of the function, and the one that holds at its begin is better than any
 * convention: the compiler may have changed the parameters of a function that nobody else calls.
 * Code that is not optimised has one place for all of a function, in its frame, which is there only
 * some instructions later; such a one is left alone.
 */
#include "private.h"

#define XMM0  17
#define XMM15 32

uint16_t dw_register_offset(unsigned int number)
{
	/* struct pt_regs of arch/x86/include/uapi/asm/ptrace.h, in the order of DWARF's numbers. */
	static const uint8_t offsets[] = { 80, 96, 88, 40, 104, 112, 32, 152,
					   72, 64, 56, 48, 24,  16,  8,  0 };

	return number < DW_ARRAY_SIZE(offsets) ? offsets[number] : BPFHOST_ARGUMENT_NOWHERE;
}

static bool is_list(Dwarf_Attribute *attribute)
{
	switch (dwarf_whatform(attribute)) {
	case DW_FORM_sec_offset:
	case DW_FORM_loclistx:
	case DW_FORM_data4:
	case DW_FORM_data8:
		return true;
	default:
		return false;
	}
}

static bool put_register(struct bpfhost_dwarf *dw, uint64_t number, bool in_list,
			 struct dw_place *place)
{
	if (!dw->is_x86)
		return false;
	place->kind = DW_PLACE_REGISTERS;
	if (number >= XMM0 && number <= XMM15) {
		place->registers[0] = DW_VECTOR;
		return true;
	}
	/* A place for all of the function in any other register is taken by its first
	 * instructions. */
	if (!in_list && dw_abi_position((unsigned int)number) == BPFHOST_DWARF_NO_POSITION)
		return false;
	if (number > 15)
		return false;
	place->registers[0] = (uint8_t)number;
	return true;
}

/* Whether the frame base is the call frame's address, which on entry is the stack pointer + 8. */
static bool is_frame_known(struct bpfhost_dwarf *dw, Dwarf_Die *function, uint64_t address)
{
	Dwarf_Attribute attribute;
	size_t count = 0;
	Dwarf_Op *ops;

	return dw->is_x86 && dw_attribute(dw, function, DW_AT_frame_base, &attribute) &&
	       dw_step(dw) && dwarf_getlocation_addr(&attribute, address, &ops, &count, 1) == 1 &&
	       count == 1 && ops[0].atom == DW_OP_call_frame_cfa;
}

static bool put_gone(struct dw_place *place)
{
	place->kind = DW_PLACE_NONE;
	place->reason = "was optimised away";
	return true;
}

/* The last operation tells that there is a value, but nowhere. */
static bool is_value(const Dwarf_Op *op)
{
	return op->atom == DW_OP_stack_value || op->atom == DW_OP_implicit_value ||
	       op->atom == DW_OP_implicit_pointer || op->atom == DW_OP_GNU_implicit_pointer;
}

static bool put_expression(struct bpfhost_dwarf *dw, Dwarf_Die *function, uint64_t address,
			   const Dwarf_Op *ops, size_t count, bool in_list, struct dw_place *place)
{
	if (!count || is_value(&ops[count - 1]))
		return in_list && put_gone(place);
	if (count != 1)
		return false;
	if (ops[0].atom >= DW_OP_reg0 && ops[0].atom <= DW_OP_reg31)
		return put_register(dw, ops[0].atom - DW_OP_reg0, in_list, place);
	if (ops[0].atom == DW_OP_regx)
		return put_register(dw, ops[0].number, in_list, place);
	if (ops[0].atom == DW_OP_fbreg && (int64_t)ops[0].number >= 0 &&
	    ops[0].number < UINT32_MAX && is_frame_known(dw, function, address)) {
		place->kind = DW_PLACE_STACK;
		place->offset = 8 + (int64_t)ops[0].number;
		return true;
	}
	/* What lies where an argument register points to; without a list, after a while only. */
	if (in_list && ops[0].atom >= DW_OP_breg0 && ops[0].atom <= DW_OP_breg31 &&
	    !ops[0].number &&
	    dw_abi_position(ops[0].atom - DW_OP_breg0) != BPFHOST_DWARF_NO_POSITION) {
		place->is_address = true;
		return put_register(dw, ops[0].atom - DW_OP_breg0, in_list, place);
	}
	return false;
}

bool dw_told_place(struct bpfhost_dwarf *dw, Dwarf_Die *function, Dwarf_Die *parameter,
		   uint64_t address, struct dw_place *ret_place)
{
	struct dw_place place = { .registers = { DW_NO_REGISTER, DW_NO_REGISTER } };
	Dwarf_Attribute attribute;
	size_t count = 0;
	Dwarf_Op *ops;

	if (dwarf_attr(parameter, DW_AT_const_value, &attribute)) {
		put_gone(&place);
		if (dw->is_x86 && dw_constant(parameter, &place.offset))
			place.kind = DW_PLACE_CONSTANT;
		*ret_place = place;
		return true;
	}
	if (!dwarf_attr(parameter, DW_AT_location, &attribute) || !dw_step(dw) ||
	    dwarf_getlocation_addr(&attribute, address, &ops, &count, 1) != 1 ||
	    !put_expression(dw, function, address, ops, count, is_list(&attribute), &place))
		return false;
	*ret_place = place;
	return true;
}
