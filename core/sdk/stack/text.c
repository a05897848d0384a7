/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Frames joined to one text, and the caller put among them where the kernel has passed over it. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "private.h"

#define TEXT_PAGE_MASK 0xfffULL

struct stack_text {
	struct bpfhost_stacks *stacks;
	uint32_t pid;
	char *to;
	size_t size;
	size_t used;
	bool is_cut;
};

/* A place in a file that is known. */
struct text_place {
	uint32_t file;
	uint64_t offset;
};

static void text_append(struct stack_text *text, const char *part)
{
	size_t length = strlen(part), room = text->size - text->used;

	if (length > room) {
		length = room;
		text->is_cut = true;
	}
	memcpy(text->to + text->used, part, length);
	text->used += length;
}

static void text_add(struct stack_text *text, const char *frame)
{
	if (text->used)
		text_append(text, ";");
	text_append(text, frame);
}

static void text_add_place(struct stack_text *text, const struct text_place *place, bool is_caller)
{
	text_add(text, stack_frame_text(text->stacks, place->file, place->offset, is_caller));
}

/*
 * The kernel's own page in a process, to which a function returns while that is watched: before Linux 6.11
 * stacks show it in place of who called. It is the last page that a process can have (xol_add_vma() in
 * kernel/events/uprobes.c), with page tables of four levels or five; /proc/PID/maps has that name for it.
 */
static bool text_is_trampoline(uint64_t address)
{
	return address == 0x7fffffffe000 || address == 0xffffffffffe000;
}

static void text_add_address(struct stack_text *text, uint64_t address)
{
	char number[24];

	if (text_is_trampoline(address)) {
		text_add(text, "[uprobes]");
		return;
	}
	snprintf(number, sizeof(number), "0x%" PRIx64, address);
	text_add(text, number);
}

/* ---- frames of the program ------------------------------------------------------------------------- */

static bool text_locate(const struct stack_text *text, const struct bpfhost_stack_frame *frame,
			struct text_place *ret_place)
{
	int file;

	if (frame->status != BPFHOST_STACK_FRAME_VALID)
		return stack_maps_find(text->stacks, text->pid, frame->offset, &ret_place->file,
				       &ret_place->offset);
	file = stack_files_by_id(text->stacks, frame->build_id);
	if (file < 0)
		return false;
	*ret_place = (struct text_place){ (uint32_t)file, frame->offset };
	return true;
}

static void text_add_frame(struct stack_text *text, const struct bpfhost_stack_frame *frame,
			   bool is_caller)
{
	const uint8_t *id = frame->build_id;
	struct text_place place;
	char unknown[48];

	if (text_locate(text, frame, &place)) {
		text_add_place(text, &place, is_caller);
	} else if (frame->status == BPFHOST_STACK_FRAME_VALID) {
		snprintf(unknown, sizeof(unknown), "[%02x%02x%02x%02x]+0x%" PRIx64, id[0], id[1],
			 id[2], id[3], (uint64_t)frame->offset);
		text_add(text, unknown);
	} else {
		text_add_address(text, frame->offset);
	}
}

/* ---- the caller -------------------------------------------------------------------------------------- */

/* Files are mapped by pages, so the offset in one tells that much of the address. */
static bool text_may_be(const struct bpfhost_stack_frame *frame, uint64_t address)
{
	if (frame->status != BPFHOST_STACK_FRAME_VALID)
		return frame->offset == address;
	return !((frame->offset ^ address) & TEXT_PAGE_MASK);
}

/* Whether the frame behind the first is the caller, and not the caller's caller. */
static bool text_has_caller(const struct bpfhost_stack *stack, uint32_t count)
{
	if (count < 2 || !text_may_be(&stack->frames[1], stack->caller))
		return false;
	return stack->caller != stack->next || count < 3 ||
	       text_may_be(&stack->frames[2], stack->next);
}

/* Where an address lies, going by a frame of the same file of which the address is known. */
static bool text_locate_beside(const struct stack_text *text,
			       const struct bpfhost_stack_frame *frame, uint64_t frame_address,
			       uint64_t address, struct text_place *ret_place)
{
	const struct bpfhost_elf *elf;
	struct text_place place;

	if (frame->status != BPFHOST_STACK_FRAME_VALID || !text_locate(text, frame, &place))
		return false;
	place.offset += address - frame_address;
	elf = stack_file_elf(&text->stacks->files[place.file]);
	if (!elf || !bpfhost_elf_is_code(elf, place.offset - 1))
		return false;
	*ret_place = place;
	return true;
}

static void text_add_caller(struct stack_text *text, const struct bpfhost_stack *stack,
			    uint32_t count)
{
	const struct bpfhost_stack_frame *frames = stack->frames;
	uint64_t caller = stack->caller;
	struct text_place place;

	if (text_locate_beside(text, &frames[0], stack->address, caller, &place) ||
	    (count > 1 && text_may_be(&frames[1], stack->next) &&
	     text_locate_beside(text, &frames[1], stack->next, caller, &place)) ||
	    stack_maps_find(text->stacks, text->pid, caller, &place.file, &place.offset))
		text_add_place(text, &place, true);
	else
		text_add_address(text, caller);
}

/* ---- the whole ----------------------------------------------------------------------------------------- */

/* How many frames of this size there are: bytes comes from the kernel and may be an error. */
static uint32_t text_count(int32_t bytes, size_t size, uint32_t most)
{
	size_t count = bytes > 0 ? (size_t)bytes / size : 0;

	return count < most ? (uint32_t)count : most;
}

static void text_add_user(struct stack_text *text, const struct bpfhost_stack *stack,
			  const struct bpfhost_stack_shape *shape)
{
	uint32_t count = text_count(stack->user, sizeof(stack->frames[0]), shape->depth.user);
	bool is_lacking = count && shape->depth.user > 1 && shape->at_entry && stack->caller &&
			  !text_has_caller(stack, count);

	if (count + is_lacking > shape->depth.user)
		count--;
	for (uint32_t i = 0; i < count && !text->is_cut; i++) {
		if (stack->frames[i].status != BPFHOST_STACK_FRAME_EMPTY)
			text_add_frame(text, &stack->frames[i], i > 0);
		if (!i && is_lacking)
			text_add_caller(text, stack, count);
	}
}

static void text_add_kernel(struct stack_text *text, const struct bpfhost_stack *stack,
			    const struct bpfhost_stack_shape *shape)
{
	const uint64_t *addresses = (const void *)&stack->frames[shape->depth.user];
	uint32_t count = text_count(stack->kernel, sizeof(*addresses), shape->depth.kernel);
	char name[STACK_NAME_MAX + 64];

	for (uint32_t i = 0; i < count && addresses[i] && !text->is_cut; i++) {
		stack_kernel_text(&text->stacks->kernel, addresses[i], name, sizeof(name));
		text_add(text, name);
	}
}

bool bpfhost_stacks_text(struct bpfhost_stacks *stacks, uint32_t pid,
			 const struct bpfhost_stack *stack, const struct bpfhost_stack_shape *shape,
			 char *to, size_t size)
{
	struct stack_text text = { .stacks = stacks, .pid = pid, .to = to, .size = size };

	text_add_kernel(&text, stack, shape);
	text_add_user(&text, stack, shape);
	if (text.used < size)
		to[text.used] = '\0';
	return text.is_cut;
}
