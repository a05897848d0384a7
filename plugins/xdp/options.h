/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a user can set, a row each; the choices are numbered as the enumerations that go with them. */
#ifndef XDP_OPTIONS_H
#define XDP_OPTIONS_H

#include <bpfhost/plugin.h>

extern const struct bpfhost_option xdp_options[];

#endif
