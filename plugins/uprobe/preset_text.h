/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The text of a preset: lines "EVENT = PROBE", remarks and empty lines. */
#ifndef UPROBE_PRESET_TEXT_H
#define UPROBE_PRESET_TEXT_H

#include <stddef.h>

#include <bpfhost/error.h>

#define UPROBE_PRESET_NAME_SIZE 64 /* bytes of a preset's or an event's name, with its NUL */

/*
 * Calls found for each line in turn, whose probe is one by the grammar; found ends it by returning other
 * than 0, which is then returned. 0; -EINVAL, -E2BIG or another of bpfhost_probe_parse with the line's
 * number in the sentence, behind origin; -ENOENT: there is no line.
 */
typedef int (*uprobe_preset_fn)(void *ctx, const char *event, const char *probe);
int uprobe_preset_text(const char *origin, const char *text, size_t length, uprobe_preset_fn found,
		       void *ctx, struct bpfhost_error *err);

#endif
