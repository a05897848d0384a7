/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Data files of a plugin: those that are built into it, and those that users and packages add. */
#ifndef BPFHOST_DATA_H
#define BPFHOST_DATA_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Builds the file at path (a string literal) into the plugin, as the text `symbol`, which ends with a NUL.
 * At file scope. A plugin does not know below which prefix it was installed, and has to work from a build
 * tree: so what it ships is inside, and folders of the system only add to it. The build does not see that
 * the file changes: let CMake know by the source's property OBJECT_DEPENDS.
 */
#define BPFHOST_DATA(symbol, path)                                                                 \
	__asm__(".pushsection .rodata\n" #symbol ":\n.incbin \"" path                              \
		"\"\n.byte 0\n.popsection\n");                                                     \
	__attribute__((visibility("hidden"))) extern const char symbol[]

/*
 * The text of a regular file, with a NUL behind it, which does not count; free() it. 0, or -EFBIG (more
 * than most bytes), -EINVAL (no regular file), -ENOMEM, or what open or read gave. Does not wait for a
 * FIFO.
 */
int bpfhost_data_read(const char *path, size_t most, char **ret_text, size_t *ret_length);

#ifdef __cplusplus
}
#endif

#endif
