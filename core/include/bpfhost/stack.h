/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * From the frames that <bpfhost/argument.bpf.h> takes to a text. Files are found and opened while the
 * plugin is loaded, with all privileges; what is read of them later needs none, and no process has to
 * be asked. The text has the innermost frame first, with ';' between frames:
 *
 *	function+0x12        demangled, without parameters; no offset at the function's very begin
 *	module+0x1234        where there is no name: the address that addr2line and nm know; also of a file
 *	                     with more than 2.5 million symbols, or once all symbols take 512 MiB
 *	[1f0a2b3c]+0x1234    a file that was not known when the plugin was loaded: begin of its
 *	                     build-id, offset in it
 *	0x7f0012345678       no file at all, or one without a build-id
 *	function+0x12_[k]    a frame of the kernel; tools for flame graphs know this mark
 */
#ifndef BPFHOST_STACK_H
#define BPFHOST_STACK_H

#include <stdbool.h>

#include <bpfhost/arguments.h>
#include <bpfhost/target.h>

#ifdef __cplusplus
extern "C" {
#endif

struct bpfhost_stacks;

int bpfhost_stacks_new(struct bpfhost_stacks **ret_stacks);
void bpfhost_stacks_free(struct bpfhost_stacks *stacks);

/*
 * While loading. These add what they can and are quiet about the rest, up to BPFHOST_STACKS_FILES: a
 * file, and the libraries that it will be started with as far as the loader's cache knows them;
 */
#define BPFHOST_STACKS_FILES 256
void bpfhost_stacks_add_target(struct bpfhost_stacks *stacks, const struct bpfhost_target *target);
/* all that a process has mapped; */
void bpfhost_stacks_add_process(struct bpfhost_stacks *stacks, uint32_t pid);
/* all that the processes have mapped that have this file mapped. */
void bpfhost_stacks_add_users(struct bpfhost_stacks *stacks, const struct bpfhost_target *target);
/* The kernel's functions. 0, -EPERM (it hides their addresses), -ENOMEM or what reading gave. */
int bpfhost_stacks_add_kernel(struct bpfhost_stacks *stacks);
uint32_t bpfhost_stacks_count(const struct bpfhost_stacks *stacks);

/* How a stack was taken. */
struct bpfhost_stack_shape {
	struct bpfhost_stack_depth depth; /* there is room for so many frames */
	bool at_entry;                    /* of a function, so that the caller's address is one */
};

/*
 * The text of a stack of process pid into size bytes. True: it was cut and fills them, without a NUL.
 */
bool bpfhost_stacks_text(struct bpfhost_stacks *stacks, uint32_t pid,
			 const struct bpfhost_stack *stack, const struct bpfhost_stack_shape *shape,
			 char *text, size_t size);

/*
 * For a handler: forwards a record of the layouts with the text in the place of its frames. As
 * bpfhost_forward, or -EBADMSG and told.
 */
int bpfhost_arguments_forward(struct bpfhost_instance *self,
			      const struct bpfhost_argument_layout *layouts, uint32_t count,
			      struct bpfhost_stacks *stacks, const struct bpfhost_event *record,
			      uint32_t size);

#ifdef __cplusplus
}
#endif

#endif
