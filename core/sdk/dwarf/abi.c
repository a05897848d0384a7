/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Where the calling convention of x86-64 puts parameters (System V ABI, AMD64 supplement, 3.2.3).
 *
 * A value of up to 16 bytes is seen as one or two pieces of eight. Each piece has a class from what
 * lies in it: INTEGER pieces go to rdi, rsi, rdx, rcx, r8, r9, SSE pieces to xmm0 to xmm7. A value
 * whose pieces do not all find a register goes to the stack as a whole, as do larger ones, but
 * later ones may still take the registers. A C++ object that must not be copied byte by byte is
 * passed as the address of a copy; a returned value that is too large for registers, as a hidden
 * first parameter that is the address for it.
 */
#include "private.h"

#include <string.h>

#define INTEGERS 6
#define VECTORS  8

enum class {
	CLASS_NONE,
	CLASS_INTEGER,
	CLASS_SSE,
	CLASS_SSE_UP, /* the upper half of a vector: in the same register */
	CLASS_X87,    /* long double: in memory, but returned in a register of its own */
	CLASS_MEMORY,
	CLASS_UNKNOWN,
};

/* The classes of a value's two pieces; CLASS_MEMORY and CLASS_UNKNOWN are of the whole. */
struct shape {
	enum class pieces[2];
	uint64_t size;
	uint64_t align;
	bool is_record;
};

/* DWARF's numbers of the registers (AMD64 supplement, figure 3.36). */
static const uint8_t integer_registers[INTEGERS] = { 5, 4, 1, 2, 8, 9 };

uint8_t dw_abi_position(unsigned int number)
{
	for (unsigned int i = 0; i < INTEGERS; i++)
		if (integer_registers[i] == number)
			return (uint8_t)i;
	return BPFHOST_DWARF_NO_POSITION;
}

static void whole(struct shape *shape, enum class class)
{
	shape->pieces[0] = class;
	shape->pieces[1] = class;
}

static bool is_whole(const struct shape *shape, enum class class)
{
	return shape->pieces[0] == class || shape->pieces[1] == class;
}

/* Adds one plain thing of a value: rules 2 and 4 of the classification. */
static void merge(struct shape *shape, uint64_t offset, uint64_t size, enum class class)
{
	uint64_t align = class == CLASS_X87 ? 16 : size > 8 ? 8 : size;

	if (is_whole(shape, CLASS_MEMORY) || is_whole(shape, CLASS_UNKNOWN) || !size)
		return;
	if (offset % align || offset + size > 16) {
		whole(shape, CLASS_MEMORY);
		return;
	}
	for (uint64_t at = offset / 8; at <= (offset + size - 1) / 8; at++) {
		enum class *piece = &shape->pieces[at];

		if (*piece == class || class == CLASS_NONE)
			continue;
		if (*piece == CLASS_NONE)
			*piece = class;
		else if (*piece == CLASS_INTEGER || class == CLASS_INTEGER)
			*piece = CLASS_INTEGER;
		else if (*piece == CLASS_X87 || class == CLASS_X87)
			whole(shape, CLASS_MEMORY);
		else
			*piece = CLASS_SSE;
	}
}

/* A vector of 16 bytes is one register, so its upper half needs none. */
static void merge_vector(struct shape *shape, uint64_t offset, uint64_t size)
{
	merge(shape, offset, size > 8 ? 8 : size, CLASS_SSE);
	if (size > 8)
		merge(shape, offset + 8, size - 8, CLASS_SSE_UP);
}

static void raise_align(struct shape *shape, uint64_t align)
{
	if (align > shape->align)
		shape->align = align;
}

static void add_number(struct bpfhost_dwarf *dw, Dwarf_Die *type, uint64_t offset, uint64_t size,
		       struct shape *shape)
{
	uint64_t encoding = 0;

	dw_number(dw, type, DW_AT_encoding, &encoding);
	if (encoding == DW_ATE_complex_float)
		raise_align(shape, size / 2);
	else
		raise_align(shape, size);
	switch (encoding) {
	case DW_ATE_complex_float:
		if (size > 16) {
			whole(shape, CLASS_X87);
			break;
		}
		merge(shape, offset, size / 2, CLASS_SSE);
		merge(shape, offset + size / 2, size / 2, CLASS_SSE);
		break;
	case DW_ATE_float:
	case DW_ATE_imaginary_float:
	case DW_ATE_decimal_float:
		/* Both have 16 bytes: the one of the 8087, and _Float128. */
		if (size > 8 && dw_name(dw, type) && !strcmp(dw_name(dw, type), "long double"))
			merge(shape, offset, size, CLASS_X87);
		else
			merge_vector(shape, offset, size);
		break;
	default:
		merge(shape, offset, size, CLASS_INTEGER);
	}
}

static void add_type(struct bpfhost_dwarf *dw, Dwarf_Die *type, uint64_t offset, int depth,
		     struct shape *shape);

static void add_array(struct bpfhost_dwarf *dw, Dwarf_Die *type, uint64_t offset, uint64_t size,
		      int depth, struct shape *shape)
{
	uint64_t count = 0, each;
	Dwarf_Die element;

	if (dw_flag(dw, type, DW_AT_GNU_vector)) {
		raise_align(shape, size);
		merge_vector(shape, offset, size);
		return;
	}
	if (dw_peeled_type(dw, type, &element) != DW_REACHED || !dw_elements(dw, type, &count) ||
	    !dw_size(dw, &element, &each)) {
		whole(shape, CLASS_UNKNOWN);
		return;
	}
	/* One is enough for the alignment; behind 16 bytes nothing else matters. */
	for (uint64_t i = 0; i < count && i < 16 && (!i || offset + i * each < 16); i++)
		add_type(dw, &element, offset + i * each, depth, shape);
}

static void add_bits(struct bpfhost_dwarf *dw, Dwarf_Die *member, uint64_t offset,
		     struct shape *shape)
{
	uint64_t place = 0;

	if (dw_number(dw, member, DW_AT_data_bit_offset, &place))
		offset += place / 8;
	else if (dw_member_offset(dw, member, &place))
		offset += place;
	if (offset < 16)
		merge(shape, offset, 1, CLASS_INTEGER);
}

/* Whether there were any. */
static bool add_members(struct bpfhost_dwarf *dw, Dwarf_Die *type, uint64_t offset, int depth,
			struct shape *shape)
{
	Dwarf_Die child, inner;
	bool found = false;
	uint64_t place;

	if (!dw_child(dw, type, &child))
		return false;
	do {
		bool is_base = dwarf_tag(&child) == DW_TAG_inheritance;

		if (!is_base && !dw_is_field(dw, &child))
			continue;
		found = true;
		if (dw_is_bits(dw, &child))
			add_bits(dw, &child, offset, shape);
		else if (!dw_member_offset(dw, &child, &place) || place > UINT32_MAX ||
			 dw_peeled_type(dw, &child, &inner) != DW_REACHED)
			whole(shape, CLASS_UNKNOWN);
		else
			add_type(dw, &inner, offset + place, depth, shape);
	} while (dw_next(dw, &child));
	return found;
}

static void add_record(struct bpfhost_dwarf *dw, Dwarf_Die *type, uint64_t offset, int depth,
		       struct shape *shape)
{
	Dwarf_Die record = *type;
	uint64_t align, size;

	if (dw_is_declaration(type) && !dw_complete(dw, type, &record)) {
		whole(shape, CLASS_UNKNOWN);
		return;
	}
	if (dw_number(dw, &record, DW_AT_alignment, &align))
		raise_align(shape, align);
	/* GCC loses the members of a transparent union (those of C++ without any have one byte). */
	if (!add_members(dw, &record, offset, depth, shape) && dw_size(dw, &record, &size) &&
	    size > 1)
		whole(shape, CLASS_UNKNOWN);
}

/* Of types whose size the language fixes: std::nullptr_t, and pointers to members, which to
 * functions hold two words (Itanium C++ ABI, 2.3). */
static uint64_t unsaid_size(struct bpfhost_dwarf *dw, Dwarf_Die *type)
{
	Dwarf_Die member;

	if (dwarf_tag(type) == DW_TAG_unspecified_type)
		return 8;
	if (dwarf_tag(type) != DW_TAG_ptr_to_member_type)
		return 0;
	if (dw_peeled_type(dw, type, &member) == DW_REACHED &&
	    dwarf_tag(&member) == DW_TAG_subroutine_type)
		return 16;
	return 8;
}

static void add_type(struct bpfhost_dwarf *dw, Dwarf_Die *type, uint64_t offset, int depth,
		     struct shape *shape)
{
	uint64_t size = 0;

	if (depth == DW_DEPTH_MAX || is_whole(shape, CLASS_UNKNOWN)) {
		whole(shape, CLASS_UNKNOWN);
		return;
	}
	if (dw_is_record(type)) {
		add_record(dw, type, offset, depth + 1, shape);
		return;
	}
	if (!dw_size(dw, type, &size))
		size = unsaid_size(dw, type);
	if (dwarf_tag(type) == DW_TAG_array_type) {
		add_array(dw, type, offset, size, depth + 1, shape);
	} else if (!size) {
		whole(shape, CLASS_UNKNOWN);
	} else if (dwarf_tag(type) == DW_TAG_base_type) {
		add_number(dw, type, offset, size, shape);
	} else {
		raise_align(shape, size > 8 ? 8 : size);
		merge(shape, offset, size, CLASS_INTEGER);
	}
}

static void read_shape(struct bpfhost_dwarf *dw, Dwarf_Die *type, struct shape *ret_shape)
{
	struct shape shape = { .is_record = dw_is_record(type) };
	Dwarf_Die record = *type;

	if (shape.is_record && dw_is_declaration(type))
		dw_complete(dw, type, &record);
	add_type(dw, &record, 0, 0, &shape);
	if (!dw_size(dw, &record, &shape.size))
		shape.size = unsaid_size(dw, &record);
	if (shape.is_record && shape.size > 16 && !is_whole(&shape, CLASS_UNKNOWN))
		whole(&shape, CLASS_MEMORY);
	if (shape.pieces[1] == CLASS_X87 && shape.pieces[0] != CLASS_X87)
		whole(&shape, CLASS_MEMORY);
	if (shape.size > UINT32_MAX || shape.align > UINT16_MAX)
		whole(&shape, CLASS_UNKNOWN);
	*ret_shape = shape;
}

/* ---- parameters ------------------------------------------------------------------------------ */

static unsigned int count_pieces(const struct shape *shape, enum class class)
{
	return (shape->pieces[0] == class) + (shape->pieces[1] == class);
}

static void take_integer(struct dw_abi *abi, struct dw_place *place)
{
	if (abi->integers < INTEGERS) {
		place->kind = DW_PLACE_REGISTERS;
		place->registers[0] = integer_registers[abi->integers++];
	} else {
		place->kind = DW_PLACE_STACK;
		place->offset = 8 + (int64_t)abi->stack;
		abi->stack += 8;
	}
}

static void take_stack(struct dw_abi *abi, const struct shape *shape, struct dw_place *place)
{
	uint64_t align = shape->align > 8 ? shape->align : 8;

	if (abi->stack_unknown) {
		place->reason = abi->stack_unknown;
		return;
	}
	abi->stack = (abi->stack + align - 1) / align * align;
	place->kind = DW_PLACE_STACK;
	place->is_address = false;
	place->offset = 8 + (int64_t)abi->stack;
	abi->stack += (shape->size + 7) & ~7ULL;
}

static void take_registers(struct dw_abi *abi, const struct shape *shape, struct dw_place *place)
{
	place->kind = DW_PLACE_REGISTERS;
	for (int i = 0; i < 2; i++) {
		if (shape->pieces[i] == CLASS_INTEGER)
			place->registers[i] = integer_registers[abi->integers++];
		else if (shape->pieces[i] == CLASS_SSE)
			place->registers[i] = DW_VECTOR;
	}
	abi->vectors += count_pieces(shape, CLASS_SSE);
}

static bool is_large_vector(struct bpfhost_dwarf *dw, Dwarf_Die *type, const struct shape *shape)
{
	return dw_flag(dw, type, DW_AT_GNU_vector) && shape->size > 16;
}

static void take_value(struct dw_abi *abi, const struct shape *shape, struct dw_place *place)
{
	unsigned int integers = count_pieces(shape, CLASS_INTEGER);
	unsigned int vectors = count_pieces(shape, CLASS_SSE);

	if (is_whole(shape, CLASS_NONE) && !integers && !vectors &&
	    !is_whole(shape, CLASS_MEMORY) && !is_whole(shape, CLASS_X87))
		place->kind = DW_PLACE_NOTHING;
	else if (is_whole(shape, CLASS_MEMORY) || is_whole(shape, CLASS_X87) ||
		 abi->integers + integers > INTEGERS || abi->vectors + vectors > VECTORS)
		take_stack(abi, shape, place);
	else
		take_registers(abi, shape, place);
}

/* clang passes half of a pointer to a member function, and before its version 18 half of a
 * number of 128 bits, in the last register. */
static bool is_split_by_clang(struct bpfhost_dwarf *dw, const struct dw_abi *abi, Dwarf_Die *type,
			      const struct shape *shape)
{
	const char *producer;
	Dwarf_Die unit;

	if (shape->is_record || count_pieces(shape, CLASS_INTEGER) != 2 ||
	    !dwarf_cu_die(type->cu, &unit, NULL, NULL, NULL, NULL, NULL, NULL))
		return false;
	producer = dw_text(dw, &unit, DW_AT_producer);
	return abi->integers + 2 > INTEGERS && producer && strstr(producer, "clang");
}

static void take_type(struct bpfhost_dwarf *dw, struct dw_abi *abi, Dwarf_Die *type,
		      struct dw_place *place)
{
	struct shape shape;

	if (dw_is_record(type) && dw_is_indirect(dw, type)) {
		take_integer(abi, place);
		place->is_address = true;
		return;
	}
	read_shape(dw, type, &shape);
	if (is_large_vector(dw, type, &shape)) {
		place->reason = "is in a vector register";
		abi->stack_unknown = "lies behind a vector whose place nobody tells";
		abi->vectors++;
	} else if (is_whole(&shape, CLASS_UNKNOWN) || (shape.is_record && abi->only_plain)) {
		abi->unknown = "lies behind a parameter of a type that is not known";
		place->reason = "is of a type that is not known";
		if (abi->only_plain)
			place->reason = abi->unknown = "is where no calling convention tells";
	} else {
		if (is_split_by_clang(dw, abi, type, &shape))
			abi->unknown = "lies behind a value that some compilers split";
		take_value(abi, &shape, place);
	}
}

void dw_abi_next(struct bpfhost_dwarf *dw, struct dw_abi *abi, Dwarf_Die *parameter,
		 struct dw_place *ret_place)
{
	struct dw_place place = { .registers = { DW_NO_REGISTER, DW_NO_REGISTER } };
	Dwarf_Die type;

	if (abi->unknown) {
		place.reason = abi->unknown;
	} else if (dw_peeled_type(dw, parameter, &type) != DW_REACHED) {
		place.reason = "has a type that is not in this file";
		abi->unknown = "lies behind a parameter whose type is not in this file";
	} else {
		take_type(dw, abi, &type, &place);
	}
	*ret_place = place;
}

/* ---- functions ------------------------------------------------------------------------------- */

static void begin_language(Dwarf_Die *function, struct dw_abi *abi)
{
	switch (dw_language(function)) {
	case DW_LANG_C:
	case DW_LANG_C89:
	case DW_LANG_C99:
	case DW_LANG_C11:
	case 0x2c: /* C17 */
	case 0x3e: /* C23 */
	case DW_LANG_C_plus_plus:
	case DW_LANG_C_plus_plus_03:
	case DW_LANG_C_plus_plus_11:
	case DW_LANG_C_plus_plus_14:
	case 0x2b: /* C++17 */
	case 0x2e: /* C++20 */
	case 0x3f: /* C++23 */
	case DW_LANG_ObjC:
	case DW_LANG_ObjC_plus_plus:
		break;
	case DW_LANG_Rust:
		abi->only_plain = true;
		break;
	default:
		abi->unknown = "is where only a known calling convention would tell";
	}
}

static bool is_returned_in_memory(struct bpfhost_dwarf *dw, Dwarf_Die *type)
{
	struct shape shape;

	if (dw_is_record(type) && dw_is_indirect(dw, type))
		return true;
	read_shape(dw, type, &shape);
	return is_whole(&shape, CLASS_MEMORY) && !is_large_vector(dw, type, &shape);
}

void dw_abi_begin(struct bpfhost_dwarf *dw, Dwarf_Die *function, struct dw_abi *ret_abi)
{
	struct dw_abi abi = { 0 };
	struct shape shape;
	Dwarf_Die type;

	begin_language(function, &abi);
	if (!dw->is_x86)
		abi.unknown = "is on a machine other than x86-64";
	switch (dw_peeled_type(dw, function, &type)) {
	case DW_LOST:
		abi.unknown = "follows on a returned type that is not in this file";
		break;
	case DW_REACHED:
		read_shape(dw, &type, &shape);
		if (is_returned_in_memory(dw, &type))
			abi.integers = 1;
		else if (is_whole(&shape, CLASS_UNKNOWN) || (shape.is_record && abi.only_plain))
			abi.unknown = "follows on a returned type that is not known";
		break;
	default:
		break;
	}
	*ret_abi = abi;
}
