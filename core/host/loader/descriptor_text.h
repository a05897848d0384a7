/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef BPFHOST_HOST_DESCRIPTOR_TEXT_H
#define BPFHOST_HOST_DESCRIPTOR_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Strings that live as long as a descriptor. */
struct descriptor_text {
	struct descriptor_text *next;
	char text[];
};

/* A copy of text in the list, NULL when there is no memory. */
const char *descriptor_text_add(struct descriptor_text **list, const char *text);
void descriptor_text_free(struct descriptor_text *list);

/* Whether a text is UTF-8 that a terminal shows as one line and in the order it is written. */
bool descriptor_text_printable(const char *text);

#endif
