/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef READER_INFO_H
#define READER_INFO_H

#include <bpfhost/elf.h>
#include <bpfhost/pack.h>

void reader_pack_info(struct bpfhost_pack *pack, const struct bpfhost_elf_info *info);
void reader_unpack_info(struct bpfhost_unpack *unpack, struct bpfhost_elf_info *ret_info);

#endif
