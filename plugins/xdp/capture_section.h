/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A file of a capture, which is one section of pcapng: its begin and its end. */
#ifndef XDP_CAPTURE_SECTION_H
#define XDP_CAPTURE_SECTION_H

#include "capture.h"

/* Makes the next file, and removes those that are too many. 0 or -errno and told, and all is as it was. */
int capture_next_section(struct bpfhost_instance *self, struct xdp_capture *capture,
			 struct capture_out *ret_out);
/* Takes over `out`: what is written from now on goes there. */
void capture_begin_section(struct xdp_capture *capture, const struct capture_out *out);
/* What was counted of an interface that is described in this file. */
void capture_put_statistics(struct bpfhost_instance *self, struct xdp_capture *capture,
			    const struct capture_interface *interface);
/* Packets that find no room to the end move from the written ones to the others. */
void capture_end_section(struct bpfhost_instance *self, struct xdp_capture *capture);

#endif
