/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef BPFHOST_HOST_VALIDATE_LIFE_H
#define BPFHOST_HOST_VALIDATE_LIFE_H

#include "validate/process.h"
#include "validate/suite.h"

/* Fails the check where the process is another than it was before. */
void life_unchanged(const struct suite *suite, const struct process *before);

#endif
