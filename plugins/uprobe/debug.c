/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "debug.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void debug_free(struct uprobe_debug *debug)
{
	if (!debug)
		return;
	for (uint32_t i = 0; i < debug->nfunctions; i++)
		bpfhost_dwarf_function_free(debug->functions[i]);
	free(debug->functions);
	bpfhost_dwarf_close(debug->dwarf);
	free(debug);
}

void uprobe_debugs_free(struct uprobe_debugs *debugs)
{
	for (uint32_t i = 0; i < debugs->count; i++)
		debug_free(debugs->items[i]);
	free(debugs->items);
	memset(debugs, 0, sizeof(*debugs));
}

/* A stripped file has it in its debug file; that it has none at all is no error. */
struct bpfhost_dwarf *uprobe_debug_read(const struct bpfhost_file *file)
{
	struct bpfhost_dwarf *dwarf = NULL;

	if (bpfhost_dwarf_open(file->target.fd, &dwarf, NULL) && file->debug_fd >= 0)
		(void)bpfhost_dwarf_open(file->debug_fd, &dwarf, NULL);
	return dwarf;
}

static int debugs_get(struct uprobe_debugs *debugs, const struct bpfhost_file *file,
		      struct uprobe_debug **ret_debug)
{
	struct uprobe_debug **items;

	for (uint32_t i = 0; i < debugs->count; i++) {
		*ret_debug = debugs->items[i];
		if (debugs->items[i]->file == file)
			return 0;
	}
	items = reallocarray(debugs->items, debugs->count + 1, sizeof(struct uprobe_debug *));
	if (!items)
		return -ENOMEM;
	debugs->items = items;
	items[debugs->count] = calloc(1, sizeof(struct uprobe_debug));
	if (!items[debugs->count])
		return -ENOMEM;
	*ret_debug = items[debugs->count++];
	(*ret_debug)->file = file;
	(*ret_debug)->dwarf = uprobe_debug_read(file);
	return 0;
}

static int debug_keep(struct uprobe_debug *debug, struct bpfhost_dwarf_function *function)
{
	struct bpfhost_dwarf_function **functions =
		reallocarray(debug->functions, debug->nfunctions + 1,
			     sizeof(struct bpfhost_dwarf_function *));

	if (!functions) {
		bpfhost_dwarf_function_free(function);
		return -ENOMEM;
	}
	debug->functions = functions;
	functions[debug->nfunctions++] = function;
	return 0;
}

int uprobe_debugs_function(struct uprobe_debugs *debugs, const struct bpfhost_file *file,
			   const char *name, uint64_t address, struct bpfhost_dwarf **ret_dwarf,
			   struct bpfhost_dwarf_function **ret_function)
{
	struct bpfhost_dwarf_function *function;
	struct uprobe_debug *debug;
	int ret = debugs_get(debugs, file, &debug);

	if (ret || !debug->dwarf)
		return ret ? ret : -ENOENT;
	if (bpfhost_dwarf_function(debug->dwarf, name, address, &function, NULL))
		return -ENOENT;
	ret = debug_keep(debug, function);
	if (ret)
		return ret;
	*ret_dwarf = debug->dwarf;
	*ret_function = function;
	return 0;
}
