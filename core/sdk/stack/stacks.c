/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../elf/names_internal.h"
#include "private.h"

int bpfhost_stacks_new(struct bpfhost_stacks **ret_stacks)
{
	struct bpfhost_stacks *stacks = calloc(1, sizeof(*stacks));

	if (!stacks)
		return -ENOMEM;
	stacks->files = calloc(BPFHOST_STACKS_FILES, sizeof(*stacks->files));
	stacks->by_id = calloc(BPFHOST_STACKS_FILES, sizeof(*stacks->by_id));
	stacks->maps = calloc(STACK_MAPS_MAX, sizeof(*stacks->maps));
	stacks->cache = calloc(STACK_CACHE_SIZE, sizeof(*stacks->cache));
	stacks->buffer = malloc(NAMES_DEMANGLED_MAX);
	stacks->record = calloc(1, BPFHOST_RECORD_MAX);
	if (!stacks->files || !stacks->by_id || !stacks->maps || !stacks->cache ||
	    !stacks->buffer || !stacks->record) {
		bpfhost_stacks_free(stacks);
		return -ENOMEM;
	}
	*ret_stacks = stacks;
	return 0;
}

void bpfhost_stacks_free(struct bpfhost_stacks *stacks)
{
	if (!stacks)
		return;
	for (uint32_t i = 0; stacks->cache && i < STACK_CACHE_SIZE; i++)
		free(stacks->cache[i].text);
	stack_files_free(stacks);
	stack_kernel_free(&stacks->kernel);
	free(stacks->by_id);
	free(stacks->maps);
	free(stacks->cache);
	free(stacks->buffer);
	free(stacks->record);
	free(stacks);
}

uint32_t bpfhost_stacks_count(const struct bpfhost_stacks *stacks)
{
	return stacks->nfiles;
}

/* ---- joining ------------------------------------------------------------------------------------- */

struct stack_text {
	char *to;
	size_t size;
	size_t used;
	bool is_cut;
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

static void text_add_frame(struct stack_text *text, const char *frame)
{
	if (text->used)
		text_append(text, ";");
	text_append(text, frame);
}

static void text_add_user(struct stack_text *text, struct bpfhost_stacks *stacks, uint32_t pid,
			  const struct bpfhost_stack_frame *frame, bool is_caller)
{
	const uint8_t *id = frame->build_id;
	uint64_t offset = frame->offset;
	char number[64];
	uint32_t file;
	int found = -ENOENT;

	if (frame->status == BPFHOST_STACK_FRAME_VALID)
		found = stack_files_by_id(stacks, id);
	else if (stack_maps_find(stacks, pid, frame->offset, &file, &offset))
		found = (int)file;
	if (found >= 0) {
		text_add_frame(text, stack_frame_text(stacks, (uint32_t)found, offset, is_caller));
		return;
	}
	if (frame->status == BPFHOST_STACK_FRAME_VALID)
		snprintf(number, sizeof(number), "[%02x%02x%02x%02x]+0x%" PRIx64, id[0], id[1],
			 id[2], id[3], (uint64_t)frame->offset);
	else
		snprintf(number, sizeof(number), "0x%" PRIx64, (uint64_t)frame->offset);
	text_add_frame(text, number);
}

static void text_add_kernel(struct stack_text *text, const struct bpfhost_stacks *stacks,
			    uint64_t address)
{
	char name[STACK_NAME_MAX + 64];

	stack_kernel_text(&stacks->kernel, address, name, sizeof(name));
	text_add_frame(text, name);
}

/* How many frames of this size there are: bytes comes from the kernel and may be an error. */
static uint32_t text_frames(int32_t bytes, size_t size, uint32_t most)
{
	size_t frames = bytes > 0 ? (size_t)bytes / size : 0;

	return frames < most ? (uint32_t)frames : most;
}

bool bpfhost_stacks_text(struct bpfhost_stacks *stacks, uint32_t pid,
			 const struct bpfhost_stack *stack, struct bpfhost_stack_depth depth,
			 char *text, size_t size)
{
	uint32_t users = text_frames(stack->user, sizeof(stack->frames[0]), depth.user);
	uint32_t kernels = text_frames(stack->kernel, sizeof(uint64_t), depth.kernel);
	const uint64_t *kernel = (const void *)&stack->frames[depth.user];
	struct stack_text joined = { .to = text, .size = size };

	for (uint32_t i = 0; i < kernels && kernel[i] && !joined.is_cut; i++)
		text_add_kernel(&joined, stacks, kernel[i]);
	for (uint32_t i = 0; i < users && !joined.is_cut; i++)
		if (stack->frames[i].status != BPFHOST_STACK_FRAME_EMPTY)
			text_add_user(&joined, stacks, pid, &stack->frames[i], i > 0);
	if (joined.used < size)
		text[joined.used] = '\0';
	return joined.is_cut;
}

/* ---- records --------------------------------------------------------------------------------------- */

static size_t stacks_frames_size(struct bpfhost_stack_depth depth)
{
	return sizeof(struct bpfhost_stack) + depth.user * sizeof(struct bpfhost_stack_frame) +
	       depth.kernel * sizeof(uint64_t);
}

int bpfhost_arguments_forward(struct bpfhost_instance *self,
			      const struct bpfhost_argument_layout *layouts, uint32_t count,
			      struct bpfhost_stacks *stacks, const struct bpfhost_event *record,
			      uint32_t size)
{
	uint32_t index = record->type - BPFHOST_TYPE_RUNTIME;
	const struct bpfhost_argument_layout *layout = &layouts[index];
	struct bpfhost_event *out = (void *)stacks->record;

	if (record->type < BPFHOST_TYPE_RUNTIME || index >= count || !layout->stack_place)
		return bpfhost_forward(self, record, size);
	if (size < layout->frames_place + stacks_frames_size(layout->stack) ||
	    size < layout->record_size)
		return bpfhost_fail(self, -EBADMSG, "failed to read the ring: a record of %u bytes",
				    size);
	memcpy(out, record, layout->record_size);
	if (bpfhost_stacks_text(stacks, record->pid,
				(const void *)((const char *)record + layout->frames_place),
				layout->stack, (char *)out + layout->stack_place,
				BPFHOST_STACK_TEXT_SIZE))
		out->flags |= BPFHOST_EVENT_TRUNCATED;
	return bpfhost_forward(self, out, layout->stack_place + BPFHOST_STACK_TEXT_SIZE);
}
