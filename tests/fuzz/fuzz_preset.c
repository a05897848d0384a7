/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <bpfhost/probe.h>

#include "preset_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is given on can be used as it is. */
static int check(void *ctx, const char *event, const char *text)
{
	struct bpfhost_probe *probe = NULL;
	unsigned int *count = ctx;

	if (!*event || strlen(event) >= UPROBE_PRESET_NAME_SIZE || strpbrk(event, " =\n"))
		abort();
	if (strchr(text, '\n') || bpfhost_probe_parse(text, &probe, NULL))
		abort();
	bpfhost_probe_free(probe);
	return ++*count == 1000 ? 1 : 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bpfhost_error why = { 0 };
	char *text =
		malloc(size); /* no byte more, which would hide that it is read beyond the end */
	unsigned int count = 0;
	int ret;

	if (!text)
		return 0;
	memcpy(text, data, size);
	ret = uprobe_preset_text("input", text, size, check, &count, &why);
	if (ret < 0 && !why.text[0])
		abort();
	if (!ret && !count)
		abort();
	free(text);
	return 0;
}
