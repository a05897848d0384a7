/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef KERNEL_TYPES_H
#define KERNEL_TYPES_H

#include <stddef.h>
#include <stdio.h>

#include "config/config.h"

/* Where the kernel shows its types, and those of its modules, a file each. */
#define KTYPES_FOLDER "/sys/kernel/btf"

/*
 * bpfhost types NAME|GLOB...: config->words. Prints C definitions of these types of the running kernel with all
 * that they need, marked for CO-RE, to out; or, where there is a pattern, which types there are. Returns the exit
 * status: 0, 1 when the kernel tells no types, 2 for a name that there is not; then out got nothing, and a line went
 * to log for each.
 */
int command_types(const struct config *config, FILE *out, FILE *log);

/*
 * The same from the BTF files of a folder. names are type names; "struct", "union", "enum" or "typedef" before
 * one, as a text of its own or in the same, asks for that kind only. One with * ? [ is a pattern, as in fnmatch(3):
 * then a line "struct sock" is printed for each type that any of them matches. 0; -ENODATA: there are no types;
 * -EINVAL: there is a name that no file has, or none behind such a word; -EEXIST: two modules have different types
 * of one name; or another -errno. Each mistake is a line to log, and then nothing went to out.
 */
int ktypes_print(const char *folder, const char *const *names, size_t count, FILE *out, FILE *log);

#endif
