/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The rules of an instance, in the kernel. */
#ifndef XDP_DROP_H
#define XDP_DROP_H

#include <bpfhost/sdk.h>

#include "drop_set.h"
#include "drop_watch.h"

struct xdp_drop {
	bool is_used; /* any option of it was given */
	bool is_running;
	struct xdp_drop_source source;
	struct bpfhost_schema *schema;
	struct xdp_drop_set set; /* only until it is in the kernel */
	struct xdp_drop_watch watch;
	uint32_t half;    /* in use */
	uint64_t packets; /* that sets before the one in use dropped */
	uint64_t bytes;
};

/* Between opening and loading the object: reads the rules, so that a mistake is found before anything runs. */
int xdp_drop_prepare(struct bpfhost_instance *self, struct xdp_drop *drop);
/* After loading: the rules hold from the first packet on. */
int xdp_drop_start(struct bpfhost_instance *self, struct xdp_drop *drop);
/* Reads the file again where it changed. */
void xdp_drop_poll(struct bpfhost_instance *self, struct xdp_drop *drop);
/* At the end: tells how much was dropped. */
void xdp_drop_tell(struct bpfhost_instance *self, struct xdp_drop *drop);
/* BPFHOST_NEED_... that this instance has. */
uint64_t xdp_drop_needs(const struct xdp_drop *drop);
void xdp_drop_free(struct xdp_drop *drop);

#endif
