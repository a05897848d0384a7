/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <elf.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <bpfhost/usdt.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_register(uint16_t reg)
{
	if (reg != BPFHOST_ARGUMENT_NOWHERE && (reg % 8 || reg > 256))
		abort();
}

/* Whatever stood there, the programs in the kernel can follow what came out. */
static void check(const struct bpfhost_usdt_argument *argument)
{
	const struct bpfhost_argument *where = &argument->argument;

	if (where->size != 1 && where->size != 2 && where->size != 4 && where->size != 8)
		abort();
	if (where->place > BPFHOST_ARGUMENT_MEMORY || where->hops || where->shift > 8)
		abort();
	if (where->flags & ~BPFHOST_ARGUMENT_SIGNED)
		abort();
	check_register(where->base);
	check_register(where->index);
	if (where->place == BPFHOST_ARGUMENT_REGISTER && where->base == BPFHOST_ARGUMENT_NOWHERE)
		abort();
	if (*argument->symbol && where->place != BPFHOST_ARGUMENT_MEMORY)
		abort();
	if (!memchr(argument->text, '\0', sizeof(argument->text)) || !*argument->text ||
	    !memchr(argument->symbol, '\0', sizeof(argument->symbol)))
		abort();
}

/* An argument on its own means the same as among others, if its text is whole. */
static void check_again(const struct bpfhost_usdt_argument *argument, uint16_t machine)
{
	struct bpfhost_usdt_argument again[BPFHOST_ARGUMENTS_MAX];

	if (strlen(argument->text) == BPFHOST_USDT_TEXT_MAX - 1 || strchr(argument->text, '?'))
		return;
	if (bpfhost_usdt_arguments(argument->text, machine, again) != 1)
		abort();
	if (memcmp(&again[0].argument, &argument->argument, sizeof(argument->argument)) != 0 ||
	    strcmp(again[0].symbol, argument->symbol) != 0 ||
	    again[0].is_float != argument->is_float)
		abort();
}

static void check_machine(const char *text, uint16_t machine)
{
	struct bpfhost_usdt_argument arguments[BPFHOST_ARGUMENTS_MAX];
	uint32_t count = bpfhost_usdt_arguments(text, machine, arguments);

	if (count > BPFHOST_ARGUMENTS_MAX)
		abort();
	for (uint32_t i = 0; i < count; i++) {
		check(&arguments[i]);
		check_again(&arguments[i], machine);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	check_machine(text, EM_X86_64);
	check_machine(text, EM_AARCH64);
	check_machine(text, EM_386);
	free(text);
	return 0;
}
