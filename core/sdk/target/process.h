/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef BPFHOST_TARGET_PROCESS_H
#define BPFHOST_TARGET_PROCESS_H

#include <stdint.h>

#include <bpfhost/error.h>

#define TARGET_COMM_SIZE 64

/* The process' name, "?" where it has ended. Returns COMM. */
const char *target_process_comm(uint32_t pid, char comm[TARGET_COMM_SIZE]);

/* The one process that NAME stands for, without ourselves. 0, -ENOENT, -ENOTUNIQ. */
int target_process_find(const char *name, uint32_t *ret_pid, struct bpfhost_error *err);

/* Decimal digits alone, of a number that a process can have. 0 or -EINVAL. */
int target_process_number(const char *text, uint32_t *ret_pid);

#endif
