/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef XDP_NETNS_H
#define XDP_NETNS_H

#include <bpfhost/sdk.h>

/*
 * Moves this process, a worker, into the network namespace that the option `netns` names, to stay there.
 * 0, also where it names none, or -errno and told; -EINVAL for a name that is wrong.
 */
int xdp_netns_enter(struct bpfhost_instance *self);

#endif
