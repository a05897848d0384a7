/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "loader/descriptor_text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

const char *descriptor_text_add(struct descriptor_text **list, const char *text)
{
	size_t size = strlen(text) + 1;
	struct descriptor_text *item = malloc(sizeof(*item) + size);

	if (!item)
		return NULL;
	memcpy(item->text, text, size);
	item->next = *list;
	*list = item;
	return item->text;
}

void descriptor_text_free(struct descriptor_text *list)
{
	while (list) {
		struct descriptor_text *next = list->next;

		free(list);
		list = next;
	}
}

/* The code point at *text, which moves behind it; UINT32_MAX for what is no UTF-8 (RFC 3629). */
static uint32_t descriptor_code_point(const unsigned char **text)
{
	static const uint32_t least[] = { 0, 0x80, 0x800, 0x10000 };
	unsigned char first = *(*text)++;
	unsigned int more = first < 0x80 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
	uint32_t code = more ? first & (0x3f >> more) : first;

	if ((first >= 0x80 && first < 0xc2) || first > 0xf4)
		return UINT32_MAX;
	for (unsigned int i = 0; i < more; i++) {
		if ((**text & 0xc0) != 0x80)
			return UINT32_MAX;
		code = code << 6 | (*(*text)++ & 0x3f);
	}
	if (code < least[more] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
		return UINT32_MAX;
	return code;
}

bool descriptor_text_printable(const char *text)
{
	const unsigned char *at = (const unsigned char *)text;

	while (*at) {
		uint32_t code = descriptor_code_point(&at);

		if (code == UINT32_MAX || code < 0x20 || (code >= 0x7f && code < 0xa0))
			return false;
		/* line and paragraph separators, and what turns the direction of writing */
		if ((code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069))
			return false;
	}
	return true;
}
