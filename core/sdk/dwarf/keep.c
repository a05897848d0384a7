/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a function's description is made of, and dies with it. */
#include "private.h"

#include <stdlib.h>
#include <string.h>

#define TEXT_MAX 255

void *dw_keep(struct dw_function *function, size_t size)
{
	struct dw_kept *kept = calloc(1, sizeof(*kept) + size);

	if (!kept)
		return NULL;
	kept->next = function->kept;
	function->kept = kept;
	return kept->bytes;
}

static bool is_control(char c)
{
	return (unsigned char)c < 0x20 || c == 0x7f;
}

const char *dw_keep_text(struct dw_function *function, const char *text)
{
	size_t length = strnlen(text, TEXT_MAX);
	char *copy = dw_keep(function, length + 1);

	if (!copy)
		return NULL;
	for (size_t i = 0; i < length; i++)
		copy[i] = is_control(text[i]) ? '?' : text[i];
	return copy;
}

void bpfhost_dwarf_function_free(struct bpfhost_dwarf_function *shown)
{
	struct dw_function *function = (struct dw_function *)shown;

	if (!function)
		return;
	while (function->kept) {
		struct dw_kept *kept = function->kept;

		function->kept = kept->next;
		free(kept);
	}
	free(function);
}
