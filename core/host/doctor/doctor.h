/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef DOCTOR_DOCTOR_H
#define DOCTOR_DOCTOR_H

#include <stdio.h>

#include "config/config.h"

/*
 * bpfhost doctor: what this kernel and these privileges allow, and whether each installed plugin will work.
 * Runs no code of a plugin, attaches to nothing that others use, and leaves nothing behind. Prints to out and
 * returns the exit status: 0 when every installed plugin will work, 1 when one will not, when that cannot
 * be told, or when there is none.
 */
int command_doctor(const struct config *config, FILE *out, FILE *log);

#endif
