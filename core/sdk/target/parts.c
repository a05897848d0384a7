/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <stdio.h>
#include <string.h>

#include <bpfhost/target.h>

/* Quotes make it a name like any other: a program may be called "process". */
static bool names_process(const struct bpfhost_probe_part *part)
{
	return !part->quoted && (!strcmp(part->text, "pid") || !strcmp(part->text, "process"));
}

uint32_t bpfhost_target_parts(const struct bpfhost_probe *probe, char *text, size_t size)
{
	const struct bpfhost_probe_part *parts = probe->parts;
	uint32_t count = probe->part_count > 1 && names_process(parts) ? 2 : 1;
	int length = count == 2 ? snprintf(text, size, "%s:%s", parts[0].text, parts[1].text)
				: snprintf(text, size, "%s", parts[0].text);

	return length < 0 || (size_t)length >= size ? 0 : count;
}
