/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef SDK_ELF_IFUNC_INTERNAL_H
#define SDK_ELF_IFUNC_INTERNAL_H

#include <bpfhost/elf.h>

/*
 * The two halves of bpfhost_ifunc_resolve. The first looks at paths and not into the file: the object of this
 * process that is mapped from it, NULL: none. The second looks at this process's own memory, and may be done
 * in one that was forked since.
 */
const void *ifunc_find_object(int fd);
int ifunc_resolve(const struct bpfhost_elf_info *info, const void *loaded,
		  const struct bpfhost_symbol *symbol, uint64_t *ret_offset,
		  struct bpfhost_error *err);

#endif
