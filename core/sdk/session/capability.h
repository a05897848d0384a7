/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which capabilities this process lacks to load an object. Internal to the SDK. */
#ifndef SDK_CAPABILITY_H
#define SDK_CAPABILITY_H

#include <stddef.h>

#include <bpf/libbpf.h>

#define CAPABILITY_TEXT_MAX 64

/*
 * "CAP_BPF", "CAP_PERFMON and CAP_NET_ADMIN": those of kernel/bpf/syscall.c, bpf_prog_load(), for the
 * programs of this object that are to be loaded, which this process has not. "" where it has them all.
 */
void capability_missing(const struct bpf_object *object, char out[CAPABILITY_TEXT_MAX]);

#endif
