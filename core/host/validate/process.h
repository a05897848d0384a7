/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a plugin must leave as it found it: the state of the process that it runs in. */
#ifndef BPFHOST_HOST_VALIDATE_PROCESS_H
#define BPFHOST_HOST_VALIDATE_PROCESS_H

#include <stddef.h>
#include <stdint.h>

struct process {
	uint32_t fds;
	uint32_t threads;
	uint32_t children;
	uint32_t bpf_mappings; /* memory shared with the kernel through a BPF map */
	uint32_t umask;
	char folder[4096];
	uint64_t signals[3]; /* blocked, ignored and caught ones, a bit each */
};

void process_look(struct process *ret_process);
/* What of both differs, as a sentence in text; text is empty when nothing does. */
void process_compare(const struct process *before, const struct process *after, char *text,
		     size_t size);
/* Bytes that malloc gave out and did not get back; 0 where that cannot be told. */
size_t process_memory(void);

#endif
