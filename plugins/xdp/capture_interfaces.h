/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Of which interfaces a capture has packets. */
#ifndef XDP_CAPTURE_INTERFACES_H
#define XDP_CAPTURE_INTERFACES_H

#include "capture.h"

/* The one of this index, new where it was not known; NULL where there is no memory. */
struct capture_interface *capture_interface_of(struct xdp_capture *capture,
					       const struct xdp_interfaces *names,
					       uint32_t ifindex);
/* Before its first packet in this file. False: there was no room. */
bool capture_describe(struct xdp_capture *capture, struct capture_interface *interface);
/* Once a second: those that have been gone for long enough are forgotten. */
void capture_retire_gone(struct bpfhost_instance *self, struct xdp_capture *capture);
void capture_interfaces_free(struct xdp_capture *capture);

#endif
