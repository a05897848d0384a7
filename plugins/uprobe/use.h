/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the probes of a configuration come to: lots of places in a file that share a layout, each for all
 * processes or for one.
 */
#ifndef UPROBE_USE_H
#define UPROBE_USE_H

#include <bpfhost/arguments.h>
#include <bpfhost/stack.h>

#include "debug.h"
#include "guard.h"
#include "place.h"

/* Places [first, first + count) of one probe in one file. */
struct uprobe_use {
	struct bpfhost_file *file;
	const struct uprobe_places *places;
	uint32_t first;
	uint32_t count;
	uint32_t pid;    /* 0: all processes */
	uint32_t layout; /* index */
};

struct uprobe_uses {
	struct bpfhost_files files;
	struct uprobe_debugs debugs;
	struct uprobe_guard guard;
	struct uprobe_use *items;
	uint32_t count;
	struct bpfhost_argument_layout *layouts;
	uint32_t nlayouts;
	struct uprobe_places **places;
	uint32_t nplaces;
	struct bpfhost_stacks *stacks; /* NULL: none are asked for */
};

struct uprobe_settings {
	const uint32_t *pids; /* --pid */
	uint32_t npids;
	uint32_t string_size;
	struct bpfhost_stack_depth stack; /* frames to take */
	bool force;                       /* also where it may kill what is traced */
	bool is_vouched_for; /* no exception leaves the functions: a preset's author knows them */
};

/*
 * Adds what one probe means. event is what its events are called, NULL for target:function. 0 or -errno
 * with a sentence in err, and then nothing was added.
 */
int uprobe_uses_add(struct uprobe_uses *uses, const char *text, const char *event,
		    const struct uprobe_settings *settings, struct bpfhost_error *err);
/* After a failure: takes back what was added behind so many, but for the files that were read. */
void uprobe_uses_take_back(struct uprobe_uses *uses, uint32_t count, uint32_t nlayouts);
void uprobe_uses_free(struct uprobe_uses *uses);

#endif
