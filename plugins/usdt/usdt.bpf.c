/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <bpfhost/bpf.h>
#include <bpfhost/argument.bpf.h>

BPFHOST_ARGUMENT_PROGRAMS
