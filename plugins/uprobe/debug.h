/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The debug information of probed files, each opened once, and the functions read from it. */
#ifndef UPROBE_DEBUG_H
#define UPROBE_DEBUG_H

#include <bpfhost/dwarf.h>
#include <bpfhost/file.h>

struct uprobe_debug {
	const struct bpfhost_file *file;
	struct bpfhost_dwarf *dwarf; /* NULL: there is none */
	struct bpfhost_dwarf_function **functions;
	uint32_t nfunctions;
};

struct uprobe_debugs {
	struct uprobe_debug **items;
	uint32_t count;
};

/* A file's, or its debug file's, for bpfhost_dwarf_close(); NULL: there is none. */
struct bpfhost_dwarf *uprobe_debug_read(const struct bpfhost_file *file);

/*
 * The function of this symbol that begins at this virtual address; both belong to debugs. 0, -ENOENT
 * (no debug information, or none of this function), -ENOMEM.
 */
int uprobe_debugs_function(struct uprobe_debugs *debugs, const struct bpfhost_file *file,
			   const char *name, uint64_t address, struct bpfhost_dwarf **ret_dwarf,
			   struct bpfhost_dwarf_function **ret_function);
void uprobe_debugs_free(struct uprobe_debugs *debugs);

#endif
