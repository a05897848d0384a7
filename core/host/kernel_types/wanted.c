/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "kernel_types/wanted.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel_types/source.h"

#define WANTED_BLANKS " \t\n"

/* All of it in one text, and how many words that has at most. */
static char *wanted_join(const char *const *texts, size_t count, size_t *ret_most)
{
	char *text = NULL;
	size_t size;
	FILE *memory = open_memstream(&text, &size);

	if (!memory)
		return NULL;
	for (size_t i = 0; i < count; i++)
		fprintf(memory, "%s ", texts[i]);
	if (fclose(memory)) {
		free(text);
		return NULL;
	}
	*ret_most = size / 2 + 1;
	return text;
}

static void wanted_add(struct ktypes_wanted *wanted, const char *name, uint32_t kind)
{
	wanted->each[wanted->count++] = (struct ktypes_wanted_one){ .name = name, .kind = kind };
	wanted->patterns = wanted->patterns || strpbrk(name, "*?[");
}

int ktypes_wanted_read(const char *const *texts, size_t count, struct ktypes_wanted *ret_wanted,
		       struct bpfhost_error *why)
{
	const char *last = "";
	uint32_t kind = BTF_KIND_UNKN;
	size_t most = 0;
	char *save;

	*ret_wanted = (struct ktypes_wanted){ .text = wanted_join(texts, count, &most) };
	ret_wanted->each = calloc(most + 1, sizeof(*ret_wanted->each));
	if (!ret_wanted->text || !ret_wanted->each) {
		bpfhost_error_set(why, 0, "out of memory");
		return -ENOMEM;
	}
	for (const char *word = strtok_r(ret_wanted->text, WANTED_BLANKS, &save); word;
	     word = strtok_r(NULL, WANTED_BLANKS, &save)) {
		bool is_kind = kind == BTF_KIND_UNKN && ktypes_kind_of(word) != BTF_KIND_UNKN;

		if (!is_kind)
			wanted_add(ret_wanted, word, kind);
		kind = is_kind ? ktypes_kind_of(word) : BTF_KIND_UNKN;
		last = word;
	}
	if (kind == BTF_KIND_UNKN && ret_wanted->count)
		return 0;
	if (!*last)
		bpfhost_error_set(why, 0, "the name of a type is empty");
	else
		bpfhost_error_set(why, 0, "behind \"%s\" stands the name of a type", last);
	return -EINVAL;
}

void ktypes_wanted_free(struct ktypes_wanted *wanted)
{
	free(wanted->each);
	free(wanted->text);
	*wanted = (struct ktypes_wanted){ 0 };
}
