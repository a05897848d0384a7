/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef BPFHOST_HOST_OBJECT_H
#define BPFHOST_HOST_OBJECT_H

#include <stddef.h>
#include <stdint.h>

#include <bpfhost/error.h>
#include <bpfhost/schema.h>

/* What is in a BPF object. Texts end with a NUL and may hold any byte before it. */
struct object_program {
	char name[64];
	char section[192]; /* says where it attaches */
	char type[32];
	uint32_t type_number; /* enum bpf_prog_type */
	uint32_t optional;    /* loaded only if the plugin says so while it runs */
	uint64_t instructions;
};

struct object_map {
	char name[64];
	char type[32];
	uint32_t type_number; /* enum bpf_map_type */
	uint32_t key_size;
	uint32_t value_size;
	uint32_t max_entries;
	uint32_t flags;
	uint64_t memory; /* bytes, about: as the file has it, the SDK sizes its own */
};

struct object_report {
	struct object_program *programs;
	size_t program_count;
	struct object_map *maps;
	size_t map_count;
	struct bpfhost_schema **schemas; /* each has passed bpfhost_schema_check */
	size_t schema_count;
	char failure[256]; /* what could not be read, or "" */
};

/*
 * Reads an object with libbpf, in a sandbox, under the plugin's name. 0, also for an object that is broken (then failure says
 * so and the rest may be incomplete); -ENOMEM and the like, with a sentence in err.
 */
int object_read(const char *name, const void *bytes, size_t size, struct object_report *ret_report,
		struct bpfhost_error *err);
/* Frees what the report owns. */
void object_free(struct object_report *report);

#endif
