/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a program has from <linux/bpf.h> already, which <bpfhost/bpf.h> includes. No definition of ours may stand
 * beside it, also where it differs: what the kernel tells programs it only ever adds to, and places are CO-RE's.
 * Internal to this folder.
 */
#ifndef KERNEL_TYPES_UAPI_H
#define KERNEL_TYPES_UAPI_H

#include <stdbool.h>

/* For the preprocessor: there is the header, and what it needs, which is elsewhere on some systems. */
#define KTYPES_UAPI_FOUND   "__has_include(<linux/bpf.h>) && __has_include(<asm/types.h>)"
#define KTYPES_UAPI_INCLUDE "#include <linux/bpf.h>"

/* Whether this is one of these, as libbpf writes them. */
bool ktypes_uapi_has(const char *definition);

/* "struct NAME", "union NAME", "enum NAME", "typedef NAME", by the header that bpfhost was built with; NULL ends it. */
extern const char *const ktypes_uapi_names[];

#endif
