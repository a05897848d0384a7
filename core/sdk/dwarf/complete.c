/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A unit that only passes pointers to a struct around knows no more than its name. Another unit of
 * the file may know all of it: one with a struct of the same name in the same scope. Scopes without
 * a name are private to their unit, so nothing in them is looked for.
 */
#include "private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define COMPLETES_MAX 1024

/* Namespaces and classes around a struct, and it itself as the last. */
struct path {
	const char *names[DW_DEPTH_MAX];
	int length;
};

static bool is_scope(Dwarf_Die *die)
{
	int tag = dwarf_tag(die);

	return tag == DW_TAG_namespace || tag == DW_TAG_module || dw_is_record(die);
}

static bool holds(Dwarf_Die *die, Dwarf_Die *next, bool has_next, Dwarf_Die *target)
{
	return (char *)die->addr <= (char *)target->addr &&
	       (!has_next || (char *)target->addr < (char *)next->addr);
}

/* The entry among a parent's children that is the target, or around it. */
static bool find_holder(struct bpfhost_dwarf *dw, Dwarf_Die *parent, Dwarf_Die *target,
			Dwarf_Die *ret_child)
{
	Dwarf_Die child, next;

	if (!dw_child(dw, parent, &child))
		return false;
	for (;;) {
		bool has_next;

		next = child;
		has_next = dw_next(dw, &next);
		if (holds(&child, &next, has_next, target)) {
			*ret_child = child;
			return true;
		}
		if (!has_next)
			return false;
		child = next;
	}
}

/* False: it is in no scope that has a name in other units, too. */
static bool read_path(struct bpfhost_dwarf *dw, Dwarf_Die *target, struct path *path)
{
	Dwarf_Die at;

	path->length = 0;
	if (!dwarf_cu_die(target->cu, &at, NULL, NULL, NULL, NULL, NULL, NULL))
		return false;
	while (path->length < DW_DEPTH_MAX && find_holder(dw, &at, target, &at)) {
		const char *name = dw_name(dw, &at);

		if (!is_scope(&at) || !name)
			return false;
		path->names[path->length++] = name;
		if (at.addr == target->addr)
			return true;
	}
	return false;
}

/* A definition that stands outside of the class that declares it. */
static bool defines_elsewhere(struct bpfhost_dwarf *dw, Dwarf_Die *die, const struct path *path)
{
	struct path declared;
	Dwarf_Die at;

	if (dw_reference(dw, die, DW_AT_specification, &at) != DW_REACHED ||
	    !read_path(dw, &at, &declared) || declared.length != path->length)
		return false;
	for (int i = 0; i < path->length; i++)
		if (strcmp(declared.names[i], path->names[i]))
			return false;
	return true;
}

static bool is_complete(Dwarf_Die *die)
{
	Dwarf_Attribute attribute;

	return dw_is_record(die) && !dwarf_attr(die, DW_AT_declaration, &attribute) &&
	       dwarf_attr(die, DW_AT_byte_size, &attribute);
}

static bool find_inside(struct bpfhost_dwarf *dw, Dwarf_Die *parent, const struct path *path,
			int depth, Dwarf_Die *ret_record)
{
	Dwarf_Die child;

	if (!dw_child(dw, parent, &child))
		return false;
	do {
		bool is_last = depth == path->length - 1;
		const char *name;

		if (!is_scope(&child) || !(name = dw_name(dw, &child)))
			continue;
		if (!strcmp(name, path->names[depth]) &&
		    (is_last ? is_complete(&child)
			     : find_inside(dw, &child, path, depth + 1, &child))) {
			*ret_record = child;
			return true;
		}
		if (!depth && !is_last && is_complete(&child) &&
		    !strcmp(name, path->names[path->length - 1]) &&
		    defines_elsewhere(dw, &child, path)) {
			*ret_record = child;
			return true;
		}
	} while (dw_next(dw, &child));
	return false;
}

static bool find_anywhere(struct bpfhost_dwarf *dw, const struct path *path, Dwarf_Die *ret_record)
{
	Dwarf_Die unit;

	for (size_t i = 0; i < dw->unit_count && dw->steps; i++)
		if (dw_unit_at(dw, &dw->units[i], &unit) &&
		    find_inside(dw, &unit, path, 0, ret_record))
			return true;
	return false;
}

/* What was looked for once is not looked for again, found or not. No memory for that is no harm. */
static void remember(struct bpfhost_dwarf *dw, const struct dw_complete *complete)
{
	if (!dw->completes)
		dw->completes = calloc(COMPLETES_MAX, sizeof(*dw->completes));
	if (dw->completes && dw->complete_count < COMPLETES_MAX)
		dw->completes[dw->complete_count++] = *complete;
}

bool dw_complete(struct bpfhost_dwarf *dw, Dwarf_Die *record, Dwarf_Die *ret_record)
{
	struct dw_complete complete = { .declared = record->addr };
	struct path path;

	for (size_t i = 0; i < dw->complete_count; i++) {
		if (dw->completes[i].declared != record->addr)
			continue;
		if (dw->completes[i].is_found)
			*ret_record = dw->completes[i].die;
		return dw->completes[i].is_found;
	}
	complete.is_found = read_path(dw, record, &path) && find_anywhere(dw, &path, &complete.die);
	if (dw->steps)
		remember(dw, &complete);
	if (complete.is_found)
		*ret_record = complete.die;
	return complete.is_found;
}
