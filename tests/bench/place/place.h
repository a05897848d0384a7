/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A place in a program's file, and a BPF program attached there by the fastest way that there is: a link
 * of the type BPF_TRACE_UPROBE_MULTI (Linux 6.6), which libbpf 1.1 does not know yet.
 */
#ifndef PLACE_H
#define PLACE_H

#include <stdbool.h>
#include <stdint.h>

#define PLACE_ATTACH_TYPE 48 /* BPF_TRACE_UPROBE_MULTI: the program's expected attach type */

/* From a virtual address of the file to an offset in it. 0 or -1. */
int place_offset(const char *file, uint64_t address, uint64_t *ret_offset);
/* For one process. The link's descriptor, or -1 with errno. */
int place_attach(int program, const char *file, uint64_t offset, uint32_t pid, bool returning);

#endif
