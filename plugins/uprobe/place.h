/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* From what a probe says about a function to places in its file. */
#ifndef UPROBE_PLACE_H
#define UPROBE_PLACE_H

#include <bpfhost/file.h>
#include <bpfhost/probe.h>
#include <bpfhost/reader.h>

/* There may be very many. */
struct uprobe_place {
	const char *name;     /* the function's; NULL: an address by hand */
	const char *readable; /* as people read it; NULL: the same, or nobody asked */
	uint64_t address;     /* virtual, of the function */
	uint64_t offset;      /* in the file, behind an instruction that only marks the entry */
	bool single_step;     /* the instruction there is dear */
	bool inside;          /* not at the function's entry: arguments may be gone */
};

struct uprobe_places {
	struct uprobe_place *items;
	uint32_t count;
	struct bpfhost_elf_returns returns; /* of the file, where that was asked for */
	uint32_t refused;    /* places of a glob at which the kernel takes no probe */
	uint32_t unfollowed; /* functions of a glob that cannot be followed to their return */
	/* What the compiler made of the function and may call in its place; NULL. */
	const char *copy;
	/* Why one of them may not be where an instruction begins; NULL. To be freed. */
	char *doubt;
	struct bpfhost_blocks blocks; /* what the texts lie in */
};

/*
 * In the process that reads, where the texts belong to it. The places that a part means: name, name@VERSION, name+0x10, @0x1234 (offset in the file), &0x401234
 * (virtual address), a demangled name, a glob. 0; -ENOENT; -ENOTSUP (an IFUNC of which nobody knows what
 * it calls, an instruction that takes no probe); -EINVAL; -ENOMEM, with a sentence in err. force: also one that
 * lies inside of an instruction.
 */
int uprobe_places_find(struct bpfhost_read *read, const struct bpfhost_probe_part *part, bool force,
		       struct uprobe_places *places, struct bpfhost_error *err);
/* What lies at an offset of the file. 0 or -errno. */
int uprobe_place_look(const struct bpfhost_elf *elf, uint64_t offset,
		      struct bpfhost_instruction *ret_instruction);
/*
 * Whether a probe may as well stand behind the instruction at offset, as it does nothing: arguments, stack
 * and return address are still as on entry there, and the next instruction may be one that the kernel
 * emulates, which is ten times cheaper than a single step. Not where the function may come by again: begin
 * and size are the function's.
 */
bool uprobe_place_may_move(const struct bpfhost_elf *elf, uint64_t begin, uint64_t size,
			   uint64_t offset, const struct bpfhost_instruction *instruction);

struct uprobe_places_wanted {
	bool force;
	bool returns; /* places->returns, too, for which all symbols are looked through */
};

/* place_ask.c: has that done by the reader of the file. places are freed also when it fails. */
int uprobe_places_ask(struct bpfhost_file *file, const struct bpfhost_probe_part *part,
		      const struct uprobe_places_wanted *wanted, struct uprobe_places *places,
		      struct bpfhost_error *err);
/* As bpfhost_part_fn: ctx is a struct uprobe_places, of a file of size bytes. */
struct uprobe_places_take {
	struct uprobe_places *places;
	uint64_t size;
};
int uprobe_places_take(void *ctx, struct bpfhost_unpack *part);

/* 0 or -ENOMEM. */
int uprobe_places_add(struct uprobe_places *places, const struct uprobe_place *place);
void uprobe_places_free(struct uprobe_places *places);

#endif
