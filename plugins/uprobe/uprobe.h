/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef UPROBE_UPROBE_H
#define UPROBE_UPROBE_H

#include <bpfhost/plugin.h>

extern const struct bpfhost_ext_probes uprobe_ext_probes;

#endif
