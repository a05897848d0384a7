/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The functions that debug information told of. */
#ifndef UPROBE_DEBUG_H
#define UPROBE_DEBUG_H

#include <bpfhost/file.h>
#include <bpfhost/reader.h>

struct uprobe_debugs {
	struct bpfhost_dwarf_function **functions;
	uint32_t count;
};

/*
 * The function of this symbol that begins at this virtual address; it belongs to debugs. 0, -ENOENT (no
 * debug information, or none of this function), -ENOMEM, or the file cannot be read, with a sentence.
 */
int uprobe_debugs_function(struct uprobe_debugs *debugs, struct bpfhost_file *file,
			   const char *name, uint64_t address,
			   struct bpfhost_dwarf_function **ret_function, struct bpfhost_error *err);
void uprobe_debugs_free(struct uprobe_debugs *debugs);

#endif
