/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef SESSION_PATIENCE_H
#define SESSION_PATIENCE_H

#include <stdint.h>

struct bpfhost_instance;

/* For a step of many in a call of the host's: the time counts anew. How long it may take, in ns; 0: any time, which
 * is also said where self is NULL. */
uint64_t session_renew_patience(const struct bpfhost_instance *self);

#endif
