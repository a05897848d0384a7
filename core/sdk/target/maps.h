/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef BPFHOST_TARGET_MAPS_H
#define BPFHOST_TARGET_MAPS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct target_map {
	uint64_t start;
	uint64_t end;
	uint64_t offset;
	dev_t device;
	ino_t inode;
	bool executable;
	char *path; /* into the text; "" where there is none */
};

/*
 * Reads the next mapping out of the text of a /proc/PID/maps (proc(5)) and moves *TEXT behind it.
 * Paths are cut out and unescaped in place. False at the end; lines of another form are skipped.
 */
bool target_maps_next(char **text, struct target_map *ret_map);

/* The length of a path without the " (deleted)" that the kernel puts behind it. */
size_t target_maps_alive(const char *path);

#endif
