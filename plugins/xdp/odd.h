/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Packets with errors that the program wrote no line of; see odd.bpf.h. */
#ifndef XDP_ODD_H
#define XDP_ODD_H

#include <bpfhost/sdk.h>

/* Tells how many there were since the last line, if any; when no program runs any more. */
void xdp_odd_tell_rest(struct bpfhost_instance *self);

#endif
