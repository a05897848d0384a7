/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef BPFHOST_NEAREST_H
#define BPFHOST_NEAREST_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Words longer than this, in bytes, are near to nothing. */
#define BPFHOST_NEAREST_MAX 128

/* The number of single-letter insertions, deletions, replacements and swaps of neighbours that
 * lead from A to B, case ignored but for a tie-breaking half step; a value above LIMIT means "more
 * than LIMIT". In half steps: two a letter, one a letter whose case alone differs. */
unsigned int bpfhost_distance(const char *a, const char *b, unsigned int limit);

/*
 * The candidate that WORD was probably meant to be, or NULL when none is near: at most a third of
 * the letters may differ, and at most three. Of equally near ones the first wins. NULL entries of
 * CANDIDATES are skipped. The result points into CANDIDATES. Makes no allocation.
 */
const char *bpfhost_nearest(const char *word, const char *const *candidates, size_t count);

#ifdef __cplusplus
}
#endif

#ifdef __cplusplus
}
#endif

#endif
