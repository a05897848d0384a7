/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef BPFHOST_UTF8_H
#define BPFHOST_UTF8_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The length of the UTF-8 sequence that s begins with, 1 to 4; 0 when it is none (overlong forms and
 * surrogates are none). left > 0 bytes may be looked at.
 */
unsigned int bpfhost_utf8_length(const uint8_t *s, size_t left);

#ifdef __cplusplus
}
#endif

#endif
