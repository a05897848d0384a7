/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef SDK_OPTION_PROBE_H
#define SDK_OPTION_PROBE_H

#include <bpfhost/error.h>

/* Whether a text is in the probe grammar: 0, -ENOMEM, or -EINVAL with a sentence. */
int option_check_probe(const char *text, struct bpfhost_error *err);

#endif
