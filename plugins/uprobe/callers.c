/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "callers.h"

#include <errno.h>
#include <string.h>

/* As the choices of the option are ordered. */
enum callers_which { CALLERS_NONE, CALLERS_USER, CALLERS_KERNEL, CALLERS_BOTH };

struct bpfhost_stack_depth uprobe_callers_depth(const struct bpfhost_instance *self)
{
	uint64_t which = bpfhost_option_number(self, "stack");
	uint32_t depth = (uint32_t)bpfhost_option_number(self, "stack_depth");

	return (struct bpfhost_stack_depth){
		.user = which == CALLERS_USER || which == CALLERS_BOTH ? depth : 0,
		.kernel = which == CALLERS_KERNEL || which == CALLERS_BOTH ? depth : 0,
	};
}

static int callers_handle(struct bpfhost_instance *self, const struct bpfhost_event *record,
			  uint32_t size)
{
	const struct uprobe_uses *uses = self->state;

	return bpfhost_arguments_forward(self, uses->layouts, uses->nlayouts, uses->stacks, record,
					 size);
}

static void callers_of_file(struct bpfhost_instance *self, struct bpfhost_stacks *stacks,
			    const struct bpfhost_file *file)
{
	const struct bpfhost_filter_values *filter = self->host->filter;

	bpfhost_stacks_add_target(stacks, &file->target);
	if (!file->target.pid && !filter->npids)
		bpfhost_stacks_add_users(stacks, &file->target);
	else if (file->target.pid)
		bpfhost_stacks_add_process(stacks, file->target.pid);
}

static void callers_of_user(struct bpfhost_instance *self, const struct uprobe_uses *uses)
{
	const struct bpfhost_filter_values *filter = self->host->filter;

	for (uint32_t i = 0; i < filter->npids; i++)
		bpfhost_stacks_add_process(uses->stacks, filter->pids[i]);
	for (uint32_t i = 0; i < uses->files.count; i++)
		callers_of_file(self, uses->stacks, uses->files.items[i]);
	bpfhost_debug(self, "%u files are known that frames of a stack may lie in",
		      bpfhost_stacks_count(uses->stacks));
	if (bpfhost_stacks_count(uses->stacks) == BPFHOST_STACKS_FILES)
		bpfhost_info(self,
			     "frames of a stack may lie in more than %d files; those of the others "
			     "are shown by build-id",
			     BPFHOST_STACKS_FILES);
}

static void callers_of_kernel(struct bpfhost_instance *self, const struct uprobe_uses *uses)
{
	int err = bpfhost_stacks_add_kernel(uses->stacks);

	if (err == -EPERM)
		bpfhost_warn(self, "the kernel hides its addresses (kernel.kptr_restrict), so its "
				   "frames are shown without names");
	else if (err)
		bpfhost_warn(self,
			     "failed to read /proc/kallsyms: %s; frames of the kernel are "
			     "shown without names",
			     strerror(-err));
}

int uprobe_callers_prepare(struct bpfhost_instance *self, struct uprobe_uses *uses)
{
	struct bpfhost_stack_depth depth = uprobe_callers_depth(self);

	if ((!depth.user && !depth.kernel) || self->host->flags & BPFHOST_RUN_DRY)
		return 0;
	if (bpfhost_stacks_new(&uses->stacks))
		return bpfhost_fail(self, -ENOMEM, "failed to prepare for stacks: %s",
				    strerror(ENOMEM));
	if (depth.user)
		callers_of_user(self, uses);
	if (depth.kernel)
		callers_of_kernel(self, uses);
	bpfhost_set_handler(self, callers_handle);
	return 0;
}
