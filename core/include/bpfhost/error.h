/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef BPFHOST_ERROR_H
#define BPFHOST_ERROR_H

#include <stdarg.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * What a parser has to say about a text that it refuses: one sentence for a person, without a
 * newline and without control characters, and the byte offset into the text that was parsed.
 * Plain data, no ownership. The sentence names the column itself, which is offset + 1.
 */
struct bpfhost_error {
	char text[512];
	uint32_t offset;
};

/* Formats the sentence, cuts it to its field and replaces control characters by '?'. ERR may be
 * NULL, then nothing happens. */
void bpfhost_error_set(struct bpfhost_error *err, uint32_t offset, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void bpfhost_error_vset(struct bpfhost_error *err, uint32_t offset, const char *format,
			va_list args) __attribute__((format(printf, 3, 0)));

#ifdef __cplusplus
}
#endif

#endif
