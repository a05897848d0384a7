/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What all processes of one session use, as /proc tells it (proc(5)). */
#ifndef TREE_H
#define TREE_H

#include <stdint.h>
#include <sys/types.h>

#define TREE_MAX 16

struct tree {
	unsigned int n;
	pid_t pids[TREE_MAX];
};

/*
 * Peak of resident memory, what is resident now with shared pages shared out, and what of it is anonymous
 * (heaps and stacks: it depends on nobody else), all without the mapped rings: ring buffers of BPF,
 * buffers of perf, and the memfd between bpfhost's processes.
 */
struct tree_memory {
	uint64_t peak_kb;
	uint64_t shared_out_kb;
	uint64_t anonymous_kb;
};

/* The processes whose session this is. */
void tree_find(pid_t session, struct tree *ret_tree);
/* ns of CPU that they have used in user space and in the kernel, all threads that live. */
uint64_t tree_cpu(const struct tree *tree);
void tree_memory(const struct tree *tree, struct tree_memory *ret_memory);

#endif
