/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Debug information of a program that somebody else made. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpfhost/dwarf.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const chains[] = {
	"r->a", "r->next->next->name", "v->a", "r->hidden->x", "r->b->a", "c", ""
};

static void check_value(const struct bpfhost_dwarf_value *value)
{
	const struct bpfhost_argument *argument = &value->argument;

	if (!value->type_name || argument->hops > BPFHOST_ARGUMENT_HOPS)
		abort();
	if (argument->place && (value->reason || !argument->size || argument->size > 8))
		abort();
	for (uint32_t i = 0; i < value->enumerator_count; i++)
		if (!value->enumerators[i].name)
			abort();
}

static void check_function(struct bpfhost_dwarf *dwarf, uint64_t address)
{
	struct bpfhost_dwarf_function *function = NULL;
	struct bpfhost_error err = { 0 };
	struct bpfhost_dwarf_value value;

	if (bpfhost_dwarf_function(dwarf, "f", address, &function, &err)) {
		if (!*err.text)
			abort();
		return;
	}
	for (uint32_t i = 0; i < function->parameter_count; i++) {
		check_value(&function->parameters[i]);
		if (!*function->parameters[i].name)
			abort();
	}
	check_value(&function->returns);
	for (size_t i = 0; i < sizeof(chains) / sizeof(chains[0]); i++) {
		err.text[0] = '\0';
		if (!bpfhost_dwarf_chain(dwarf, function, chains[i], &value, &err))
			check_value(&value);
		else if (!*err.text)
			abort();
	}
	bpfhost_dwarf_function_free(function);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bpfhost_dwarf *dwarf = NULL;
	struct bpfhost_error err = { 0 };
	int fd = memfd_create("fuzz", MFD_CLOEXEC);
	uint64_t address = 0;

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	if (!bpfhost_dwarf_open(fd, &dwarf, &err)) {
		/* The corpus' functions begin there, and where e_entry says. */
		for (address = 0x1000; address < 0x1040; address += 0x10)
			check_function(dwarf, address);
		if (size >= 32)
			memcpy(&address, data + 24, sizeof(address));
		check_function(dwarf, address);
	} else if (!*err.text) {
		abort();
	}
	bpfhost_dwarf_close(dwarf);
	close(fd);
	return 0;
}
