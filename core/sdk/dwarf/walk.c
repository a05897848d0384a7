/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "private.h"

#include <search.h>

/* How far an instance leads to its declaration; three are usual in C++. */
#define ORIGINS_MAX 8

bool dw_step(struct bpfhost_dwarf *dw)
{
	if (!dw->steps)
		return false;
	dw->steps--;
	return true;
}

static int compare_units(const void *a, const void *b)
{
	return a < b ? -1 : a > b;
}

/* Counts a unit's abbreviations when its entries are looked at for the first time: libdw keeps them
 * for each unit, even where a million units share one table. */
static bool enter_unit(struct bpfhost_dwarf *dw, Dwarf_Die *die)
{
	const struct dw_abbrevs *abbrevs;
	Dwarf_Off offset = 0;
	Dwarf_Die unit;

	if (die->cu == dw->unit_last || tfind(die->cu, &dw->units_entered, compare_units)) {
		dw->unit_last = die->cu;
		return true;
	}
	if (!dwarf_cu_die(die->cu, &unit, NULL, &offset, NULL, NULL, NULL, NULL))
		return false;
	abbrevs = dw_abbrevs_find(dw, offset);
	if (!abbrevs || abbrevs->count > dw->abbrevs_left ||
	    !tsearch(die->cu, &dw->units_entered, compare_units)) {
		dw->steps = 0;
		return false;
	}
	dw->abbrevs_left -= abbrevs->count;
	dw->unit_last = die->cu;
	return true;
}

bool dw_child(struct bpfhost_dwarf *dw, Dwarf_Die *die, Dwarf_Die *ret_child)
{
	return dw_step(dw) && enter_unit(dw, die) && dwarf_child(die, ret_child) == 0;
}

bool dw_next(struct bpfhost_dwarf *dw, Dwarf_Die *die)
{
	Dwarf_Die next;

	/* Only ever forwards: DW_AT_sibling may say anything. */
	if (!dw_step(dw) || dwarf_siblingof(die, &next) || next.cu != die->cu ||
	    (char *)next.addr <= (char *)die->addr)
		return false;
	*die = next;
	return true;
}

bool dw_at(struct bpfhost_dwarf *dw, Dwarf_Off offset, Dwarf_Die *ret_die)
{
	return dw_step(dw) && dwarf_offdie(dw->dwarf, offset, ret_die) && enter_unit(dw, ret_die);
}

bool dw_follow(struct bpfhost_dwarf *dw, Dwarf_Attribute *attribute, Dwarf_Die *ret_die)
{
	Dwarf_Die found;

	if (!dw_step(dw) || !dwarf_formref_die(attribute, &found) || !enter_unit(dw, &found))
		return false;
	*ret_die = found;
	return true;
}

bool dw_unit_at(struct bpfhost_dwarf *dw, const struct dw_unit *unit, Dwarf_Die *ret_die)
{
	if (!unit->is_types)
		return dw_at(dw, unit->offset, ret_die);
	return dw_step(dw) && dwarf_offdie_types(dw->dwarf, unit->offset, ret_die) &&
	       enter_unit(dw, ret_die);
}

enum dw_reach dw_reference(struct bpfhost_dwarf *dw, Dwarf_Die *die, unsigned int name,
			   Dwarf_Die *ret_die)
{
	Dwarf_Attribute attribute;

	if (!dwarf_attr(die, name, &attribute))
		return DW_ABSENT;
	return dw_follow(dw, &attribute, ret_die) ? DW_REACHED : DW_LOST;
}

bool dw_attribute(struct bpfhost_dwarf *dw, Dwarf_Die *die, unsigned int name,
		  Dwarf_Attribute *ret_attribute)
{
	Dwarf_Die at = *die;

	for (int i = 0; i < ORIGINS_MAX; i++) {
		if (dwarf_attr(&at, name, ret_attribute))
			return true;
		if (dw_reference(dw, &at, DW_AT_abstract_origin, &at) != DW_REACHED &&
		    dw_reference(dw, &at, DW_AT_specification, &at) != DW_REACHED)
			return false;
	}
	return false;
}

const char *dw_text(struct bpfhost_dwarf *dw, Dwarf_Die *die, unsigned int name)
{
	Dwarf_Attribute attribute;
	const char *text;

	if (!dw_attribute(dw, die, name, &attribute))
		return NULL;
	text = dwarf_formstring(&attribute);
	return text && *text ? text : NULL;
}

const char *dw_name(struct bpfhost_dwarf *dw, Dwarf_Die *die)
{
	return dw_text(dw, die, DW_AT_name);
}

bool dw_flag(struct bpfhost_dwarf *dw, Dwarf_Die *die, unsigned int name)
{
	Dwarf_Attribute attribute;
	bool flag = false;

	return dw_attribute(dw, die, name, &attribute) && !dwarf_formflag(&attribute, &flag) &&
	       flag;
}

bool dw_is_declaration(Dwarf_Die *die)
{
	Dwarf_Attribute attribute;
	bool flag = false;

	return dwarf_attr(die, DW_AT_declaration, &attribute) &&
	       !dwarf_formflag(&attribute, &flag) && flag;
}

bool dw_number(struct bpfhost_dwarf *dw, Dwarf_Die *die, unsigned int name, uint64_t *ret_number)
{
	Dwarf_Attribute attribute;
	Dwarf_Word number;

	if (!dw_attribute(dw, die, name, &attribute) || dwarf_formudata(&attribute, &number))
		return false;
	*ret_number = number;
	return true;
}

bool dw_constant(Dwarf_Die *die, int64_t *ret_number)
{
	Dwarf_Attribute attribute;
	Dwarf_Sword number;
	Dwarf_Word word;

	if (!dwarf_attr(die, DW_AT_const_value, &attribute))
		return false;
	switch (dwarf_whatform(&attribute)) {
	case DW_FORM_sdata:
	case DW_FORM_implicit_const:
		if (dwarf_formsdata(&attribute, &number))
			return false;
		*ret_number = number;
		return true;
	default:
		if (dwarf_formudata(&attribute, &word))
			return false;
		*ret_number = (int64_t)word;
		return true;
	}
}

bool dw_is_record(Dwarf_Die *die)
{
	int tag = dwarf_tag(die);

	return tag == DW_TAG_structure_type || tag == DW_TAG_class_type || tag == DW_TAG_union_type;
}

unsigned int dw_language(Dwarf_Die *die)
{
	Dwarf_Die unit;
	int language = -1;

	if (dwarf_cu_die(die->cu, &unit, NULL, NULL, NULL, NULL, NULL, NULL))
		language = dwarf_srclang(&unit);
	return language < 0 ? 0 : (unsigned int)language;
}
