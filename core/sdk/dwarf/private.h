/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Reading debug information with libdw, which trusts much of what it reads: a chain of references
 * may be a ring, a list may be shared by a million readers. So everything here goes through the few
 * steps of walk.c, and each step costs one of a fixed number.
 */
#ifndef BPFHOST_SDK_DWARF_PRIVATE_H
#define BPFHOST_SDK_DWARF_PRIVATE_H

#include <dwarf.h>
#include <elfutils/libdw.h>

#include <bpfhost/dwarf.h>

#define DW_STEPS_MAX    16000000 /* entries that one call looks at */
#define DW_DEPTH_MAX    32       /* of entries in entries, types in types */
#define DW_UNITS_MAX    (1U << 20)
#define DW_RANGES_MAX   (1U << 24)
#define DW_ABBREV_MAX   256        /* attributes of one abbreviation */
#define DW_ABBREVS_MAX  (1U << 23) /* abbreviations that libdw may have to keep for all units */
#define DW_INFLATED_MAX (1ULL << 30)
#define DW_NAMES_MAX    1024 /* fields that a sentence chooses the nearest from */

#define DW_ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

struct dw_entry {
	uint64_t address;
	Dwarf_Off offset; /* of the function's entry */
};

/* One unit. Its functions are read when an address in it is asked for first. */
struct dw_unit {
	Dwarf_Off offset; /* of its first entry */
	struct dw_entry *functions;
	size_t function_count;
	bool is_indexed;
	bool is_types; /* of .debug_types */
};

struct dw_range {
	uint64_t low;
	uint64_t high;
	uint64_t reach; /* the highest end of this range and all in front of it */
	uint32_t unit;
};

/* One table of abbreviations: so many from this offset on. */
struct dw_abbrevs {
	uint64_t offset;
	uint64_t first_code;
	uint32_t count;
};

/* An opaque struct that was looked for, and whether and where it is complete. */
struct dw_complete {
	const void *declared;
	Dwarf_Die die;
	bool is_found;
};

struct bpfhost_dwarf {
	void *map;
	size_t size;
	Elf *elf;
	Dwarf *dwarf;
	bool is_x86;
	uint64_t steps; /* that this call has left */

	struct dw_abbrevs *abbrevs;
	size_t abbrevs_count;
	uint64_t abbrevs_left;
	void *units_entered; /* tsearch: units whose abbreviations are counted */
	const void *unit_last;

	struct dw_unit *units;
	size_t unit_count;
	struct dw_range *ranges;
	size_t range_count;
	bool has_ranges;
	struct dw_complete *completes;
	size_t complete_count;
};

/* ---- walk.c: the steps ----------------------------------------------------------------------- */

/* Whether a reference leads on: to nothing at all, or to what is not in this file. */
enum dw_reach { DW_REACHED, DW_ABSENT, DW_LOST };

bool dw_step(struct bpfhost_dwarf *dw);
bool dw_child(struct bpfhost_dwarf *dw, Dwarf_Die *die, Dwarf_Die *ret_child);
/* In place. */
bool dw_next(struct bpfhost_dwarf *dw, Dwarf_Die *die);
bool dw_at(struct bpfhost_dwarf *dw, Dwarf_Off offset, Dwarf_Die *ret_die);
/* A unit's first entry. */
bool dw_unit_at(struct bpfhost_dwarf *dw, const struct dw_unit *unit, Dwarf_Die *ret_die);
bool dw_follow(struct bpfhost_dwarf *dw, Dwarf_Attribute *attribute, Dwarf_Die *ret_die);
enum dw_reach dw_reference(struct bpfhost_dwarf *dw, Dwarf_Die *die, unsigned int name,
			   Dwarf_Die *ret_die);
/* An attribute of the entry, or of what it is an instance or the definition of. */
bool dw_attribute(struct bpfhost_dwarf *dw, Dwarf_Die *die, unsigned int name,
		  Dwarf_Attribute *ret_attribute);
/* NULL: it has none. */
const char *dw_text(struct bpfhost_dwarf *dw, Dwarf_Die *die, unsigned int name);
const char *dw_name(struct bpfhost_dwarf *dw, Dwarf_Die *die);
bool dw_flag(struct bpfhost_dwarf *dw, Dwarf_Die *die, unsigned int name);
/* Of the entry itself: a definition may refer to what declares it. */
bool dw_is_declaration(Dwarf_Die *die);
bool dw_number(struct bpfhost_dwarf *dw, Dwarf_Die *die, unsigned int name, uint64_t *ret_number);
/* DW_AT_const_value. Numbers of a fixed width have no sign: compilers write those below 0 in
 * another form. */
bool dw_constant(Dwarf_Die *die, int64_t *ret_number);
bool dw_is_record(Dwarf_Die *die);
unsigned int dw_language(Dwarf_Die *die);

/* ---- abbrev.c -------------------------------------------------------------------------------- */

struct dw_bytes {
	const uint8_t *at;
	const uint8_t *end;
	bool is_damaged;
};

/* What is in a section named "debug_...", compressed or not; NULL: there is none. */
Elf_Data *dw_section(const struct bpfhost_dwarf *dw, const char *name);
/* An unsigned number in LEB128. */
uint64_t dw_read_number(struct dw_bytes *bytes);
int dw_abbrevs_read(struct bpfhost_dwarf *dw, struct bpfhost_error *err);
/* NULL: no table begins there. */
const struct dw_abbrevs *dw_abbrevs_find(const struct bpfhost_dwarf *dw, uint64_t offset);

/* ---- unit.c ---------------------------------------------------------------------------------- */

int dw_units_read(struct bpfhost_dwarf *dw, struct bpfhost_error *err);
void dw_units_free(struct bpfhost_dwarf *dw);
/* Where a function begins. */
bool dw_entry_address(struct bpfhost_dwarf *dw, Dwarf_Die *die, uint64_t *ret_address);
int dw_function_find(struct bpfhost_dwarf *dw, const char *name, uint64_t address,
		     Dwarf_Die *ret_die, struct bpfhost_error *err);

/* ---- type.c ---------------------------------------------------------------------------------- */

/* The type of an entry, its typedefs and qualifiers taken off by dw_peel. ABSENT is void. */
enum dw_reach dw_type(struct bpfhost_dwarf *dw, Dwarf_Die *die, Dwarf_Die *ret_type);
enum dw_reach dw_peel(struct bpfhost_dwarf *dw, Dwarf_Die *type, Dwarf_Die *ret_type);
enum dw_reach dw_peeled_type(struct bpfhost_dwarf *dw, Dwarf_Die *die, Dwarf_Die *ret_type);
bool dw_is_pointer(Dwarf_Die *type);
/* All of a peeled type. False: unknown. */
bool dw_size(struct bpfhost_dwarf *dw, Dwarf_Die *type, uint64_t *ret_size);
/* The elements of an array, all dimensions of it; 0 for one without an end. */
bool dw_elements(struct bpfhost_dwarf *dw, Dwarf_Die *array, uint64_t *ret_count);
/* Of an entry that has a type: what a value of it is. NULL, or the reason why it is none. */
const char *dw_value_type(struct bpfhost_dwarf *dw, Dwarf_Die *die,
			  struct bpfhost_dwarf_value *value);
/* An array of letters or bytes inside of a struct, as str[N] or bytes[N]; others as ptr. */
struct bpfhost_probe_type dw_array_type(struct bpfhost_dwarf *dw, Dwarf_Die *array);

#define DW_TYPE_NAME_SIZE 256
void dw_type_name(struct bpfhost_dwarf *dw, Dwarf_Die *die, char name[DW_TYPE_NAME_SIZE]);

/* ---- abi.c ----------------------------------------------------------------------------------- */

enum dw_place_kind {
	DW_PLACE_NONE,      /* reason says why */
	DW_PLACE_REGISTERS, /* one or two of them */
	DW_PLACE_STACK,
	DW_PLACE_CONSTANT, /* always the number that is offset */
	DW_PLACE_NOTHING,  /* of no size: takes no place */
};

#define DW_NO_REGISTER 0xff
#define DW_VECTOR      0xfe

struct dw_place {
	enum dw_place_kind kind;
	uint8_t registers[2]; /* DWARF's numbers, of each 8 bytes; DW_VECTOR, DW_NO_REGISTER */
	bool is_address;      /* it is where the value lies */
	int64_t offset;       /* on the stack, from the stack pointer on entry */
	const char *reason;
};

/* How far the calling convention has given places away. */
struct dw_abi {
	unsigned int integers;
	unsigned int vectors;
	uint64_t stack;            /* bytes behind the return address */
	const char *unknown;       /* why no more places are known */
	const char *stack_unknown; /* the same of those on the stack */
	bool only_plain;           /* nobody promises how structs go */
};

void dw_abi_begin(struct bpfhost_dwarf *dw, Dwarf_Die *function, struct dw_abi *ret_abi);
/* The next parameter's place. */
void dw_abi_next(struct bpfhost_dwarf *dw, struct dw_abi *abi, Dwarf_Die *parameter,
		 struct dw_place *ret_place);
/* Which register for integers this is, by DWARF's number; BPFHOST_DWARF_NO_POSITION: none. */
uint8_t dw_abi_position(unsigned int number);

/* ---- indirect.c ------------------------------------------------------------------------------ */

/* Whether a record is passed as the address of a copy: a C++ object with a copy constructor or a
 * destructor of its own. */
bool dw_is_indirect(struct bpfhost_dwarf *dw, Dwarf_Die *record);

/* ---- place.c --------------------------------------------------------------------------------- */

/* Where a register lies in the kernel's struct pt_regs; BPFHOST_ARGUMENT_NOWHERE: not there. */
uint16_t dw_register_offset(unsigned int number);
/* What the debug information says of a parameter at a function's first instruction. False: nothing
 * that can be used. DW_PLACE_NONE with a reason: it is gone. */
bool dw_told_place(struct bpfhost_dwarf *dw, Dwarf_Die *function, Dwarf_Die *parameter,
		   uint64_t address, struct dw_place *ret_place);

/* ---- function.c ------------------------------------------------------------------------------ */

struct dw_kept {
	struct dw_kept *next;
	_Alignas(16) char bytes[];
};

struct dw_parameter {
	Dwarf_Die die;
	struct dw_place place; /* by the calling convention, then what is settled */
	struct dw_place told;  /* by the debug information */
	bool is_told;
	bool is_ignored; /* told, but not believed */
	bool is_missing; /* the instance does not have it any more */
};

/* What the caller sees is at its begin. */
struct dw_function {
	struct bpfhost_dwarf_function shown;
	struct dw_kept *kept;
	Dwarf_Die die;
	uint64_t address;
	bool is_changed; /* the compiler may have changed its parameters */
	struct bpfhost_dwarf_value values[BPFHOST_PROBE_PARAM_MAX];
	struct dw_parameter parameters[BPFHOST_PROBE_PARAM_MAX];
};

/* settle.c: the place of each parameter. */
void dw_settle_places(struct bpfhost_dwarf *dw, struct dw_function *function, const char *name);
void *dw_keep(struct dw_function *function, size_t size);
/* Copies a text, letters that do not print replaced. NULL: no memory. */
const char *dw_keep_text(struct dw_function *function, const char *text);
/* type, type_name, size and enumerators of an entry that has a type. */
int dw_describe(struct bpfhost_dwarf *dw, struct dw_function *function, Dwarf_Die *die,
		struct bpfhost_dwarf_value *value);
/* Size and sign of what is read at the end. */
void dw_shape(struct bpfhost_dwarf_value *value);
int dw_give_up(const struct bpfhost_dwarf *dw, struct bpfhost_error *err);
int dw_fail_memory(struct bpfhost_error *err);

/* ---- member.c -------------------------------------------------------------------------------- */

struct dw_field {
	Dwarf_Die die;
	uint64_t offset; /* in bytes from the struct's begin */
	bool is_bits;
	bool is_virtual; /* in a virtual base: its offset is known at run time only */
};

/* The place of a member or base in its record. False: known at run time only. */
bool dw_member_offset(struct bpfhost_dwarf *dw, Dwarf_Die *member, uint64_t *ret_offset);
bool dw_is_bits(struct bpfhost_dwarf *dw, Dwarf_Die *member);
bool dw_is_field(struct bpfhost_dwarf *dw, Dwarf_Die *member);
/* A field of a complete record by name, through its anonymous members and bases. */
bool dw_field_find(struct bpfhost_dwarf *dw, Dwarf_Die *record, const char *name,
		   struct dw_field *ret_field);
/* The names of its fields, up to DW_NAMES_MAX. How many. */
size_t dw_field_names(struct bpfhost_dwarf *dw, Dwarf_Die *record, const char **names);

/* ---- complete.c ------------------------------------------------------------------------------ */

/* A record that is declared only: where it is complete, in this unit or any other. */
bool dw_complete(struct bpfhost_dwarf *dw, Dwarf_Die *record, Dwarf_Die *ret_record);

#endif
