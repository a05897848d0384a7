/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "words.h"

#include <stdlib.h>
#include <string.h>

#include <bpfhost/nearest.h>

#define WORDS_MAX 65536

static int make_room(struct target_words *words)
{
	size_t capacity = words->capacity ? words->capacity * 2 : 256;
	char **grown;

	if (words->count < words->capacity)
		return 0;
	if (words->count >= WORDS_MAX)
		return -1;
	grown = reallocarray(words->words, capacity, sizeof(*grown));
	if (!grown)
		return -1;
	words->words = grown;
	words->capacity = capacity;
	return 0;
}

/* What a word stands for lies behind its NUL, so that bpfhost_nearest() need not know of it. */
void target_words_add(struct target_words *words, const char *word, size_t length,
		      const char *shown)
{
	size_t size = length + 1 + strlen(shown) + 1;
	char *both;

	if (make_room(words))
		return;
	both = malloc(size);
	if (!both)
		return;
	memcpy(both, word, length);
	both[length] = '\0';
	strcpy(both + length + 1, shown);
	words->words[words->count++] = both;
}

const char *target_words_nearest(const struct target_words *words, const char *word)
{
	const char *nearest =
		bpfhost_nearest(word, (const char *const *)words->words, words->count);

	return nearest ? nearest + strlen(nearest) + 1 : NULL;
}

void target_words_free(struct target_words *words)
{
	for (size_t i = 0; i < words->count; i++)
		free(words->words[i]);
	free(words->words);
	*words = (struct target_words){ 0 };
}
