/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "info.h"

void reader_pack_info(struct bpfhost_pack *pack, const struct bpfhost_elf_info *info)
{
	bpfhost_pack_number(pack, info->machine);
	bpfhost_pack_number(pack, info->type);
	bpfhost_pack_number(pack, info->bits);
	bpfhost_pack_number(pack, info->is_go);
	bpfhost_pack_number(pack, info->build_id_size);
	bpfhost_pack_bytes(pack, info->build_id, sizeof(info->build_id));
}

void reader_unpack_info(struct bpfhost_unpack *unpack, struct bpfhost_elf_info *ret_info)
{
	ret_info->machine = (uint16_t)bpfhost_unpack_number(unpack, UINT16_MAX);
	ret_info->type = (uint16_t)bpfhost_unpack_number(unpack, UINT16_MAX);
	ret_info->bits = (uint8_t)bpfhost_unpack_number(unpack, 64);
	ret_info->is_go = bpfhost_unpack_number(unpack, 1);
	ret_info->build_id_size = (uint8_t)bpfhost_unpack_number(unpack, BPFHOST_BUILD_ID_MAX);
	bpfhost_unpack_bytes(unpack, ret_info->build_id, sizeof(ret_info->build_id));
	unpack->is_bad |= ret_info->bits != 32 && ret_info->bits != 64;
}
