/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a process holds in the kernel by its descriptors, as proc_pid_fdinfo(5) tells it. */
#ifndef CONTROL_HOLDINGS_H
#define CONTROL_HOLDINGS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* One BPF object; a program's bytes are 0. */
struct holding {
	uint32_t id;
	uint64_t bytes;
};

struct holding_list {
	struct holding *items; /* by id, each once */
	size_t count;
};

struct holdings {
	struct holding_list programs; /* those that only a link holds too */
	struct holding_list maps;
};

/* Reads them. What cannot be read is left away. 0 or -errno; to be freed in any case. */
int holdings_read(pid_t pid, struct holdings *ret_holdings);
/* The bytes of memory of all maps. */
uint64_t holdings_map_bytes(const struct holdings *holdings);
void holdings_free(struct holdings *holdings);

#endif
