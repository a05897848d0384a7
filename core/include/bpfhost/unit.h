/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef BPFHOST_UNIT_H
#define BPFHOST_UNIT_H

#include <stddef.h>
#include <stdint.h>

#include <bpfhost/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Sizes and times as people write them: digits, perhaps a fraction, and a unit without a space
 * between. Exact: a fraction that does not end on a whole byte or nanosecond is an error, as is
 * what does not fit 64 bits. No sign, no exponent. Errors are -EINVAL or -ERANGE, with text.
 */

/* Units B, K, KiB, M, MiB, G, GiB, all binary; plain digits are bytes. */
int bpfhost_parse_size(const char *text, uint64_t *ret_bytes, struct bpfhost_error *err);

/* Units ns, us, ms, s, m, h; only 0 may be without. */
int bpfhost_parse_time(const char *text, uint64_t *ret_ns, struct bpfhost_error *err);

/* The other way round, in the largest unit without a fraction: "1h", "100ms", "64KiB", "0". */
void bpfhost_size_text(uint64_t bytes, char *buf, size_t size);
void bpfhost_time_text(uint64_t ns, char *buf, size_t size);

/* Decimal digits alone, min to max. */
int bpfhost_parse_number(const char *text, uint64_t min, uint64_t max, uint64_t *ret_number,
			 struct bpfhost_error *err);

#ifdef __cplusplus
}
#endif

#endif
