/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "doctor/machine.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpfhost/sdk.h>

#include "loader/descriptor.h"
#include "sdk/kernel/kernel.h"

void machine_name_capabilities(uint64_t capabilities, char *out, size_t size)
{
	size_t used = 0;

	out[0] = '\0';
	for (unsigned int bit = 0; bit < 64 && used < size; bit++) {
		char name[32];

		if (!(capabilities >> bit & 1))
			continue;
		snprintf(name, sizeof(name), "%s", descriptor_capability_name(bit) ?: "?");
		for (char *letter = name; *letter; letter++)
			*letter = (char)toupper((unsigned char)*letter);
		used += (size_t)snprintf(out + used, size - used, "%sCAP_%s",
					 !used                      ? ""
					 : capabilities >> bit >> 1 ? ", "
								    : " and ",
					 name);
	}
}

int machine_examine(uint64_t ring_size, struct machine **ret_machine)
{
	struct machine *machine = mmap(NULL, sizeof(*machine), PROT_READ | PROT_WRITE,
				       MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (machine == MAP_FAILED)
		return -errno;
	machine->ring_size = ring_size;
	machine->uid = geteuid();
	machine->held = kernel_capabilities_held();
	machine->worker = confine_user_find();
	machine->version = bpfhost_kernel_version();
	uname(&machine->system);
	machine_read_files(machine);
	machine_read_memory(machine);
	machine_read_settings(machine);
	machine_try(machine);
	*ret_machine = machine;
	return 0;
}

void machine_free(struct machine *machine)
{
	if (machine)
		munmap(machine, sizeof(*machine));
}
