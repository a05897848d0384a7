/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef BPFHOST_HOST_VALIDATE_NETWORK_H
#define BPFHOST_HOST_VALIDATE_NETWORK_H

#include <bpfhost/error.h>

/*
 * Puts this process and its children into a network of their own, which has a loopback interface with a default route:
 * a plugin that is not told which interface it is to use finds none of the machine's. 0, or -errno with a sentence in
 * err.
 */
int network_leave(struct bpfhost_error *err);

#endif
