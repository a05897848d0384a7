/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* How a type is written, near enough to C for a person to know it. */
#include "private.h"

#include <stdio.h>
#include <string.h>

#define NAME_DEPTH_MAX 16

static void append(char name[DW_TYPE_NAME_SIZE], const char *text)
{
	size_t length = strlen(name);

	snprintf(name + length, DW_TYPE_NAME_SIZE - length, "%s", text);
}

/* Only in C a struct's name needs the word. */
static bool is_c(Dwarf_Die *type)
{
	switch (dw_language(type)) {
	case DW_LANG_C:
	case DW_LANG_C89:
	case DW_LANG_C99:
	case DW_LANG_C11:
		return true;
	default:
		return false;
	}
}

static void put_tagged(struct bpfhost_dwarf *dw, Dwarf_Die *type, const char *word,
		       char name[DW_TYPE_NAME_SIZE])
{
	const char *tag = dw_name(dw, type);

	if (!tag || is_c(type))
		append(name, word);
	append(name, tag ? tag : "{...}");
}

static void put_type(struct bpfhost_dwarf *dw, Dwarf_Die *type, int depth,
		     char name[DW_TYPE_NAME_SIZE]);

static void put_inner(struct bpfhost_dwarf *dw, Dwarf_Die *die, int depth,
		      char name[DW_TYPE_NAME_SIZE])
{
	Dwarf_Die inner;

	switch (dw_type(dw, die, &inner)) {
	case DW_ABSENT:
		append(name, "void");
		break;
	case DW_LOST:
		append(name, "?");
		break;
	default:
		put_type(dw, &inner, depth + 1, name);
	}
}

/* "const char", but "char *const". */
static void put_qualified(struct bpfhost_dwarf *dw, Dwarf_Die *type, const char *word, int depth,
			  char name[DW_TYPE_NAME_SIZE])
{
	Dwarf_Die inner;

	if (dw_type(dw, type, &inner) == DW_REACHED && dw_is_pointer(&inner)) {
		put_type(dw, &inner, depth + 1, name);
		append(name, word);
		return;
	}
	append(name, word);
	append(name, " ");
	put_inner(dw, type, depth, name);
}

static void put_pointer(struct bpfhost_dwarf *dw, Dwarf_Die *type, const char *sign, int depth,
			char name[DW_TYPE_NAME_SIZE])
{
	Dwarf_Die inner;
	size_t length;

	if (dw_type(dw, type, &inner) == DW_REACHED &&
	    dwarf_tag(&inner) == DW_TAG_subroutine_type) {
		put_inner(dw, &inner, depth, name);
		append(name, " (*)()");
		return;
	}
	put_inner(dw, type, depth, name);
	length = strlen(name);
	if (length && name[length - 1] != '*' && name[length - 1] != '&')
		append(name, " ");
	append(name, sign);
}

static void put_array(struct bpfhost_dwarf *dw, Dwarf_Die *type, int depth,
		      char name[DW_TYPE_NAME_SIZE])
{
	uint64_t count = 0;
	char size[32] = "[]";

	put_inner(dw, type, depth, name);
	if (dw_elements(dw, type, &count) && count)
		snprintf(size, sizeof(size), "[%llu]", (unsigned long long)count);
	append(name, size);
}

static void put_type(struct bpfhost_dwarf *dw, Dwarf_Die *type, int depth,
		     char name[DW_TYPE_NAME_SIZE])
{
	const char *plain;

	if (depth == NAME_DEPTH_MAX) {
		append(name, "...");
		return;
	}
	switch (dwarf_tag(type)) {
	case DW_TAG_pointer_type:
		return put_pointer(dw, type, "*", depth, name);
	case DW_TAG_reference_type:
		return put_pointer(dw, type, "&", depth, name);
	case DW_TAG_rvalue_reference_type:
		return put_pointer(dw, type, "&&", depth, name);
	case DW_TAG_const_type:
		return put_qualified(dw, type, "const", depth, name);
	case DW_TAG_volatile_type:
		return put_qualified(dw, type, "volatile", depth, name);
	case DW_TAG_restrict_type:
		return put_qualified(dw, type, "restrict", depth, name);
	case DW_TAG_structure_type:
	case DW_TAG_class_type:
		return put_tagged(dw, type, "struct ", name);
	case DW_TAG_union_type:
		return put_tagged(dw, type, "union ", name);
	case DW_TAG_enumeration_type:
		return put_tagged(dw, type, "enum ", name);
	case DW_TAG_array_type:
		return put_array(dw, type, depth, name);
	default:
		plain = dw_name(dw, type);
		append(name, plain ? plain : "?");
	}
}

void dw_type_name(struct bpfhost_dwarf *dw, Dwarf_Die *die, char name[DW_TYPE_NAME_SIZE])
{
	name[0] = '\0';
	put_inner(dw, die, 0, name);
}
