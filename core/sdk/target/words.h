/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef BPFHOST_TARGET_WORDS_H
#define BPFHOST_TARGET_WORDS_H

#include <stddef.h>

/* Names that there are, for "did you mean". Begins as zeros. */
struct target_words {
	char **words;
	size_t count;
	size_t capacity;
};

/* Adds a word, of LENGTH bytes, that stands for SHOWN. Words beyond a limit are left out. */
void target_words_add(struct target_words *words, const char *word, size_t length,
		      const char *shown);

/* What the nearest word stands for, or NULL. Lives as long as the words. */
const char *target_words_nearest(const struct target_words *words, const char *word);

void target_words_free(struct target_words *words);

#endif
