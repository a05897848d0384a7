/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Global variables of the object by name. A constant lies in a read-only section, which is a copy in
 * our memory until the object is loaded and frozen from then on. Any other variable lies in .bss or
 * .data, whose map both sides can have in their memory once it is loaded.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "session.h"

static const char *variable_name(const struct btf *btf, const struct btf_var_secinfo *var)
{
	const struct btf_type *type = btf__type_by_id(btf, var->type);

	return type ? btf__name_by_offset(btf, type->name_off) : NULL;
}

/* A variable's row in a section; NULL when there is none of this name. */
static const struct btf_var_secinfo *variable_find(const struct btf *btf, const char *section,
						   const char *name)
{
	int id = btf__find_by_name_kind(btf, section, BTF_KIND_DATASEC);
	const struct btf_type *datasec = id > 0 ? btf__type_by_id(btf, (uint32_t)id) : NULL;
	const struct btf_var_secinfo *vars = datasec ? btf_var_secinfos(datasec) : NULL;

	for (uint32_t i = 0; datasec && i < btf_vlen(datasec); i++) {
		const char *found = variable_name(btf, &vars[i]);

		if (found && !strcmp(found, name))
			return &vars[i];
	}
	return NULL;
}

/* The map that holds the variable, and its place in there; NULL. */
static struct bpf_map *variable_map(struct bpf_object *object, const char *name, size_t size,
				    uint32_t *ret_offset)
{
	struct bpf_map *map;

	if (!object || !bpf_object__btf(object))
		return NULL;
	bpf_object__for_each_map(map, object) {
		/* libbpf puts the object's name before the standard sections' ("hello.rodata"). */
		const char *section = strchr(bpf_map__name(map), '.');
		const struct btf_var_secinfo *var = NULL;

		if (bpf_map__is_internal(map) && section)
			var = variable_find(bpf_object__btf(object), section, name);
		if (!var || var->size != size || var->offset + size > bpf_map__value_size(map))
			continue;
		*ret_offset = var->offset;
		return map;
	}
	return NULL;
}

static bool variable_is_constant(const struct bpf_map *map)
{
	return bpf_map__map_flags(map) & BPF_F_RDONLY_PROG;
}

void *bpfhost_constant(struct bpfhost_instance *self, const char *name, size_t size)
{
	struct bpf_map *map;
	uint32_t offset;
	size_t have;
	char *bytes;

	map = variable_map(bpfhost_object(self), name, size, &offset);
	if (!map)
		return NULL;
	/* Read-only for the program, not before it is loaded: skeletons write it the same way. */
	bytes = (char *)bpf_map__initial_value(map, &have);
	return bytes && offset + size <= have ? bytes + offset : NULL;
}

int bpfhost_set_constant(struct bpfhost_instance *self, const char *name, const void *value,
			 size_t size)
{
	void *place = bpfhost_constant(self, name, size);

	if (!place)
		return bpfhost_fail(self, -EINVAL,
				    "failed to set %s: the BPF object has no such constant of "
				    "%zu bytes",
				    name, size);
	memcpy(place, value, size);
	return 0;
}

/* Keeps the mapping in the session, which unmaps it. */
static int variable_keep(struct session *session, void *address, size_t size)
{
	struct session_mapping *mappings =
		reallocarray(session->mappings, session->nmappings + 1, sizeof(*mappings));

	if (!mappings)
		return -ENOMEM;
	session->mappings = mappings;
	mappings[session->nmappings++] = (struct session_mapping){ address, size };
	return 0;
}

void *bpfhost_variable(struct bpfhost_instance *self, const char *name, size_t size)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	struct session *session = session_get(self);
	struct bpf_map *map;
	uint32_t offset;
	size_t length;
	char *bytes;

	map = session ? variable_map(session->object, name, size, &offset) : NULL;
	if (!map || variable_is_constant(map) || bpf_map__fd(map) < 0)
		return NULL;
	length = (bpf_map__value_size(map) + page - 1) & ~(page - 1);
	bytes = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED, bpf_map__fd(map), 0);
	if (bytes == MAP_FAILED)
		return NULL;
	if (!variable_keep(session, bytes, length))
		return bytes + offset;
	munmap(bytes, length);
	return NULL;
}
