/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef TRACEPOINT_TRACEPOINT_H
#define TRACEPOINT_TRACEPOINT_H

#include <bpfhost/plugin.h>

extern const struct bpfhost_ext_probes tracepoint_ext_probes;

/* Finds tracefs; 0, or -errno after telling the host why not. root has TRACEPOINT_ROOT_SIZE bytes. */
int tracepoint_find_root(struct bpfhost_instance *self, char *root);

#endif
