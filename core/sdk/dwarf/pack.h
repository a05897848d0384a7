/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef SDK_DWARF_PACK_H
#define SDK_DWARF_PACK_H

#include <bpfhost/reader.h>

/* 0 or -ENOMEM; nothing is given where from is bad. */
int dw_unpack_function(struct bpfhost_unpack *from, struct bpfhost_dwarf_function **ret_function);
/* What the value points to belongs to function. */
int dw_unpack_value(struct bpfhost_unpack *from, struct bpfhost_dwarf_function *function,
		    struct bpfhost_dwarf_value *ret_value);

#endif
