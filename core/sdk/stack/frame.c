/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The text of one place in a file. Stacks repeat, so each text is kept. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../elf/names_internal.h"
#include "../elf/symbols_internal.h"
#include "private.h"

/* ';' stands between frames, and Rust has names with arrays in them. */
static void frame_copy_name(char *to, size_t size, const char *name)
{
	size_t length = strnlen(name, size - 1);

	for (size_t i = 0; i < length; i++)
		to[i] = name[i] == ';' ? ':' : name[i];
	to[length] = '\0';
}

static void frame_read_symbols(struct bpfhost_stacks *stacks, struct stack_file *file)
{
	struct bpfhost_elf *debug = NULL;
	struct symbols_weight weight;

	file->was_read = true;
	if (file->debug_fd >= 0)
		(void)bpfhost_elf_open(file->debug_fd, &debug, NULL);
	weight = symbols_weigh(file->elf, debug);
	if (weight.count <= STACK_SYMBOLS_MAX &&
	    weight.bytes <= STACK_MEMORY_MAX - stacks->memory &&
	    !bpfhost_symbols_read(file->elf, debug, &file->symbols, NULL))
		stacks->memory += symbols_memory(file->symbols);
	if (stacks->memory > STACK_MEMORY_MAX)
		stacks->memory = STACK_MEMORY_MAX;
	bpfhost_elf_close(debug);
}

static const struct bpfhost_symbol *frame_symbol(struct bpfhost_stacks *stacks,
						 struct stack_file *file, uint64_t address)
{
	const struct bpfhost_symbol *symbol;

	if (!file->was_read)
		frame_read_symbols(stacks, file);
	symbol = file->symbols ? bpfhost_symbols_at(file->symbols, address) : NULL;
	return symbol && symbol->kind != BPFHOST_SYMBOL_OBJECT ? symbol : NULL;
}

/*
 * A call at a function's very end (of one that does not return) returns to what lies behind it, so of a
 * caller the function is looked up by the call's last byte.
 */
static void frame_describe(struct bpfhost_stacks *stacks, struct stack_file *file, uint64_t offset,
			   bool is_caller, char *text, size_t size)
{
	const struct bpfhost_symbol *symbol;
	char name[STACK_NAME_MAX - 24];
	uint64_t address, within;

	if (!stack_file_elf(file) || bpfhost_elf_address(file->elf, offset - is_caller, &address)) {
		snprintf(text, size, "%.*s+0x%" PRIx64, (int)sizeof(name), file->name, offset);
		return;
	}
	symbol = frame_symbol(stacks, file, address);
	within = address + is_caller - (symbol ? symbol->address : 0);
	frame_copy_name(name, sizeof(name), symbol ? symbol->name : file->name);
	if (symbol && names_demangle(symbol->name, NAMES_PLAIN, stacks->buffer))
		frame_copy_name(name, sizeof(name), stacks->buffer);
	if (symbol && !within)
		snprintf(text, size, "%s", name);
	else
		snprintf(text, size, "%s+0x%" PRIx64, name, within);
}

static uint32_t frame_hash(uint32_t file, uint64_t offset, bool is_caller)
{
	uint64_t hash = (offset << 1 | is_caller) ^ (uint64_t)file << 40;

	hash *= 0x9e3779b97f4a7c15ULL;
	return (uint32_t)(hash >> 32) & (STACK_CACHE_SIZE - 1);
}

const char *stack_frame_text(struct bpfhost_stacks *stacks, uint32_t file, uint64_t offset,
			     bool is_caller)
{
	struct stack_cached *cached = &stacks->cache[frame_hash(file, offset, is_caller)];
	char text[STACK_NAME_MAX];

	if (cached->text && cached->file == file && cached->offset == offset &&
	    cached->is_caller == is_caller)
		return cached->text;
	frame_describe(stacks, &stacks->files[file], offset, is_caller, text, sizeof(text));
	free(cached->text);
	cached->text = strdup(text);
	cached->file = file;
	cached->offset = offset;
	cached->is_caller = is_caller;
	return cached->text ? cached->text : "";
}
