/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef LOADER_CHANGES_H
#define LOADER_CHANGES_H

#include <stddef.h>
#include <stdint.h>

#include <bpfhost/error.h>
#include <bpfhost/plugin.h>

/* The needs of which this is about. */
#define CHANGES_ALL (BPFHOST_NEED_WRITE_USER | BPFHOST_NEED_OVERRIDE | BPFHOST_NEED_SIGNAL)

/*
 * What the programs of a BPF object call that changes the traced side, as BPFHOST_NEED_WRITE_USER,
 * _OVERRIDE, _SIGNAL. Reads the object's sections and instructions itself, within its bounds, and runs and
 * loads nothing. 0, or -ENOEXEC with a sentence for what is no such object, or hides a name.
 */
int changes_read(const void *object, size_t size, uint64_t *ret_used, struct bpfhost_error *why);

/*
 * Whether a plugin may: what its programs use it must declare, and what it declares the configuration must
 * grant, all as bits of CHANGES_ALL. 0, or -EPERM with a sentence in err.
 */
int changes_check(uint64_t used, uint64_t declared, uint64_t granted, struct bpfhost_error *err);

#endif
