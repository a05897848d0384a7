/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "debug.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void uprobe_debugs_free(struct uprobe_debugs *debugs)
{
	for (uint32_t i = 0; i < debugs->count; i++)
		bpfhost_dwarf_function_free(debugs->functions[i]);
	free(debugs->functions);
	memset(debugs, 0, sizeof(*debugs));
}

static int debugs_keep(struct uprobe_debugs *debugs, struct bpfhost_dwarf_function *function)
{
	struct bpfhost_dwarf_function **functions =
		reallocarray(debugs->functions, debugs->count + 1,
			     sizeof(struct bpfhost_dwarf_function *));

	if (!functions) {
		bpfhost_dwarf_function_free(function);
		return -ENOMEM;
	}
	debugs->functions = functions;
	functions[debugs->count++] = function;
	return 0;
}

int uprobe_debugs_function(struct uprobe_debugs *debugs, struct bpfhost_file *file,
			   const char *name, uint64_t address,
			   struct bpfhost_dwarf_function **ret_function, struct bpfhost_error *err)
{
	struct bpfhost_dwarf_function *function;
	struct bpfhost_error why = { 0 };
	int ret = bpfhost_file_function(file, name, address, &function, &why);

	if (ret && file->refused)
		bpfhost_error_set(err, 0, "%s", why.text);
	if (ret)
		return file->refused || ret == -ENOMEM ? ret : -ENOENT;
	ret = debugs_keep(debugs, function);
	if (!ret)
		*ret_function = function;
	return ret;
}
