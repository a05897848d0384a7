/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A probe is a breakpoint in the first byte of an instruction. In another of its bytes it makes another instruction
 * of it: the program comes to something else, or is killed.
 */
#ifndef UPROBE_INSIDE_H
#define UPROBE_INSIDE_H

#include <bpfhost/reader.h>

/* A place that need not be the begin of its function. */
struct uprobe_inside {
	const char *text; /* as it was written: name+0x10, @0x1234, &0x401234 */
	uint64_t number;  /* that in it */
	uint64_t offset;  /* in the file */
	const struct bpfhost_symbol *function; /* that holds it; NULL: whichever does */
};

/*
 * In the process that reads the file. 0; -EINVAL: it lies inside of an instruction; -ENODATA: that is not known.
 * Both with a sentence in why, which does not name the file.
 */
int uprobe_inside_check(struct bpfhost_read *read, const struct uprobe_inside *inside,
			struct bpfhost_error *why);

#endif
