/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "place.h"

#include <fcntl.h>
#include <gelf.h>
#include <linux/bpf.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PLACE_RETURN 1U /* BPF_F_UPROBE_MULTI_RETURN */

static int offset_in(Elf *elf, uint64_t address, uint64_t *ret_offset)
{
	size_t count;

	if (!elf || elf_getphdrnum(elf, &count))
		return -1;
	for (size_t i = 0; i < count; i++) {
		GElf_Phdr segment;

		if (!gelf_getphdr(elf, (int)i, &segment) || segment.p_type != PT_LOAD ||
		    address < segment.p_vaddr || address - segment.p_vaddr >= segment.p_filesz)
			continue;
		*ret_offset = address - segment.p_vaddr + segment.p_offset;
		return 0;
	}
	return -1;
}

int place_offset(const char *file, uint64_t address, uint64_t *ret_offset)
{
	int ret, fd = open(file, O_RDONLY | O_CLOEXEC);
	Elf *elf;

	if (fd < 0)
		return -1;
	elf_version(EV_CURRENT);
	elf = elf_begin(fd, ELF_C_READ, NULL);
	ret = offset_in(elf, address, ret_offset);
	elf_end(elf);
	close(fd);
	return ret;
}

int place_attach(int program, const char *file, uint64_t offset, uint32_t pid, bool returning)
{
	/* As in union bpf_attr of Linux 6.6, include/uapi/linux/bpf.h. */
	struct {
		uint32_t program;
		uint32_t target;
		uint32_t type;
		uint32_t flags;
		uint64_t path;
		uint64_t offsets;
		uint64_t semaphores;
		uint64_t cookies;
		uint32_t count;
		uint32_t multi_flags;
		uint32_t pid;
		uint32_t reserved;
	} attr = {
		.program = (uint32_t)program,
		.type = PLACE_ATTACH_TYPE,
		.path = (uint64_t)(uintptr_t)file,
		.offsets = (uint64_t)(uintptr_t)&offset,
		.count = 1,
		.multi_flags = returning ? PLACE_RETURN : 0,
		.pid = pid,
	};

	return (int)syscall(SYS_bpf, BPF_LINK_CREATE, &attr, sizeof(attr));
}
