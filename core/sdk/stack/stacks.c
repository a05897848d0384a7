/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../elf/names_internal.h"
#include "private.h"

int bpfhost_stacks_new(struct bpfhost_stacks **ret_stacks)
{
	struct bpfhost_stacks *stacks = calloc(1, sizeof(*stacks));
	struct timespec now;

	if (!stacks)
		return -ENOMEM;
	stacks->files = calloc(BPFHOST_STACKS_FILES, sizeof(*stacks->files));
	stacks->by_id = calloc(BPFHOST_STACKS_FILES, sizeof(*stacks->by_id));
	stacks->maps = calloc(STACK_MAPS_MAX, sizeof(*stacks->maps));
	stacks->cache = calloc(STACK_CACHE_SIZE, sizeof(*stacks->cache));
	stacks->buffer = malloc(NAMES_DEMANGLED_MAX);
	stacks->record = calloc(1, BPFHOST_RECORD_MAX);
	if (bpfhost_reader_new(NULL, &stacks->reader) || !stacks->files || !stacks->by_id ||
	    !stacks->maps || !stacks->cache || !stacks->buffer || !stacks->record) {
		bpfhost_stacks_free(stacks);
		return -ENOMEM;
	}
	clock_gettime(CLOCK_MONOTONIC, &now);
	stacks->begin = now.tv_sec;
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
	bpfhost_reader_free(stacks->reader);
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

/* ---- records --------------------------------------------------------------------------------------- */

static size_t stacks_frames_size(struct bpfhost_stack_depth depth)
{
	return sizeof(struct bpfhost_stack) + depth.user * sizeof(struct bpfhost_stack_frame) +
	       depth.kernel * sizeof(uint64_t);
}

static const struct bpfhost_event *stacks_convert(struct bpfhost_stacks *stacks,
						  const struct bpfhost_argument_layout *layout,
						  const struct bpfhost_event *record)
{
	const struct bpfhost_stack_shape shape = { layout->stack, layout->at_entry };
	const void *frames = (const char *)record + layout->frames_place;
	struct bpfhost_event *out = (void *)stacks->record;

	memcpy(out, record, layout->record_size);
	if (bpfhost_stacks_text(stacks, record->pid, frames, &shape,
				stacks->record + layout->stack_place, BPFHOST_STACK_TEXT_SIZE))
		out->flags |= BPFHOST_EVENT_TRUNCATED;
	return out;
}

/* Mostly the type's number is the layout's. All places of one event are laid out alike. */
static const struct bpfhost_argument_layout *stacks_layout(
	const struct bpfhost_argument_layout *layouts, uint32_t count, uint32_t type)
{
	uint32_t index = type - BPFHOST_TYPE_RUNTIME;

	if (index < count && layouts[index].config.type == type)
		return &layouts[index];
	for (uint32_t i = 0; i < count; i++)
		if (layouts[i].config.type == type)
			return &layouts[i];
	return NULL;
}

int bpfhost_arguments_forward(struct bpfhost_instance *self,
			      const struct bpfhost_argument_layout *layouts, uint32_t count,
			      struct bpfhost_stacks *stacks, const struct bpfhost_event *record,
			      uint32_t size)
{
	const struct bpfhost_argument_layout *layout = stacks_layout(layouts, count, record->type);

	if (!layout || !layout->stack_place)
		return bpfhost_forward(self, record, size);
	if (size < layout->record_size ||
	    size < layout->frames_place + stacks_frames_size(layout->stack))
		return bpfhost_fail(self, -EBADMSG, "failed to read the ring: a record of %u bytes",
				    size);
	return bpfhost_forward(self, stacks_convert(stacks, layout, record),
			       layout->stack_place + BPFHOST_STACK_TEXT_SIZE);
}
