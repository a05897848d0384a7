/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef BPFHOST_TARGET_NAME_H
#define BPFHOST_TARGET_NAME_H

#include <stddef.h>

/* How well a file's name fits the name of a library that was asked for; the higher the better. */
enum target_fit {
	TARGET_FIT_NONE,
	TARGET_FIT_LOOSE,   /* libc: libc-2.31.so, or musl's own name for it */
	TARGET_FIT_VERSION, /* libssl: libssl.so, libssl.so.3; libssl.so.3: libssl.so.3.0.1 */
	TARGET_FIT_EXACT,
};

enum target_fit target_name_fit(const char *want, const char *name);

/* The length of a library's name without ".so" and what follows it. */
size_t target_name_stem(const char *name);

/* The name behind the last '/' of a path. */
const char *target_name_base(const char *path);

#endif
