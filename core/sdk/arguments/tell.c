/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <string.h>

#include <bpfhost/arguments.h>
#include <bpfhost/file.h>

void bpfhost_files_tell(const struct bpfhost_instance *self, const struct bpfhost_files *files)
{
	for (uint32_t i = 0; i < files->count; i++) {
		const struct bpfhost_file *file = files->items[i];
		const struct bpfhost_target *target = &file->target;

		if (strcmp(target->text, target->path) != 0)
			bpfhost_info(self, "%s is %s%s", target->text, target->root, target->path);
		if (file->symbols_note)
			bpfhost_warn(self, "%s: %s", target->path, file->symbols_note);
	}
}
