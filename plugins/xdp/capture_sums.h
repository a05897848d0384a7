/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the programs counted of a capture, interface by interface. */
#ifndef XDP_CAPTURE_SUMS_H
#define XDP_CAPTURE_SUMS_H

#include <bpfhost/sdk.h>

#include "capture_record.h"

/* Of one interface, on all CPUs; zeros where there is nothing of it. */
struct xdp_capture_sums capture_sums_read(struct bpfhost_instance *self, uint32_t ncpus,
					  uint32_t ifindex);
/* Makes room for another interface, when this one is no more. How many packets of it were lost. */
uint64_t capture_sums_forget(struct bpfhost_instance *self, uint32_t ncpus, uint32_t ifindex);
/* How many packets were lost of all interfaces that are not forgotten. */
uint64_t capture_sums_lost(struct bpfhost_instance *self, uint32_t ncpus);

#endif
