/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Putting the program on interfaces. */
#ifndef XDP_ATTACH_H
#define XDP_ATTACH_H

#include "state.h"

/* As the choices of the option `mode`. */
enum xdp_mode {
	XDP_MODE_AUTO,
	XDP_MODE_NATIVE,
	XDP_MODE_GENERIC,
	XDP_MODE_OFFLOAD,
};

/* All of the instance's; what cannot be attached is told. 0 where at least one was. */
int xdp_attach_all(struct bpfhost_instance *self, struct xdp *xdp);
/* Those that nobody tried to attach to yet. What cannot be attached is told. */
void xdp_attach_new(struct bpfhost_instance *self, struct xdp *xdp);
/* Makes the name known to the programs. 0 or -errno. */
int xdp_attach_name(struct bpfhost_instance *self, const struct xdp_target *target);
void xdp_attach_unname(struct bpfhost_instance *self, const struct xdp_target *target);
/* The kernel's id of our program; 0 where it cannot be had. */
uint32_t xdp_attach_program_id(struct bpfhost_instance *self);

#endif
