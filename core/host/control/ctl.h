/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef CONTROL_CTL_H
#define CONTROL_CTL_H

#include <stdio.h>

#include "config/config.h"

/*
 * bpfhost ctl: asks the host that listens at config->control, or the default place. The answer goes to out,
 * one line to log where there is none. The exit status: 0, 1 it could not be done, 2 it could not be meant.
 */
int control_ctl(const struct config *config, FILE *out, FILE *log);

#endif
