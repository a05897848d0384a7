/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A file that claims to be a traced program, its needed libraries, and frames all over it. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "stack/private.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FRAMES 4

static void ask(struct bpfhost_stacks *stacks, uint64_t size)
{
	static const struct bpfhost_stack_shape shape = { { FRAMES, 0 }, true };
	uint64_t
		words[(sizeof(struct bpfhost_stack) + FRAMES * sizeof(struct bpfhost_stack_frame)) /
		      sizeof(uint64_t)] = { 0 };
	struct bpfhost_stack *stack = (struct bpfhost_stack *)words;
	char text[300];

	stack->user = FRAMES * sizeof(struct bpfhost_stack_frame);
	stack->address = 0x10000;
	for (uint64_t i = 0; i < 64; i++) {
		for (uint64_t j = 0; j < FRAMES; j++) {
			stack->frames[j].status = BPFHOST_STACK_FRAME_VALID;
			memcpy(stack->frames[j].build_id, stacks->files[0].build_id,
			       BPFHOST_STACK_BUILD_ID);
			stack->frames[j].offset = i * (size / 64 + 1) + j;
		}
		stack->caller = 0x10000 + i * 33;
		text[sizeof(text) - 1] = '#';
		bpfhost_stacks_text(stacks, 1, stack, &shape, text, sizeof(text) - 1);
		if (text[sizeof(text) - 1] != '#')
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[] = "/nowhere/made";
	char root[] = "";
	struct bpfhost_target target = { .path = path, .root = root };
	struct bpfhost_stacks *stacks;
	int fd = memfd_create("stack", MFD_CLOEXEC);

	if (fd < 0 || bpfhost_stacks_new(&stacks))
		return 0;
	if (write(fd, data, size) == (ssize_t)size) {
		target.fd = fd;
		bpfhost_stacks_add_target(stacks, &target);
		if (bpfhost_stacks_count(stacks))
			ask(stacks, size);
	}
	bpfhost_stacks_free(stacks);
	close(fd);
	return 0;
}
