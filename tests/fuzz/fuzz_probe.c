/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <bpfhost/probe.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What was accepted must be whole, and be accepted again. */
static void check(const struct bpfhost_probe *probe)
{
	struct bpfhost_probe *again = NULL;

	if (!probe->part_count || (probe->param_count && !probe->has_params))
		abort();
	for (uint32_t i = 0; i < probe->part_count; i++)
		if (!*probe->parts[i].text)
			abort();
	for (uint32_t i = 0; i < probe->param_count; i++)
		if (!*probe->params[i].name || probe->params[i].text_offset >= strlen(probe->text))
			abort();
	if (probe->expr && strcmp(probe->text + probe->expr_offset, probe->expr_text))
		abort();
	if (bpfhost_probe_parse(probe->text, &again, NULL))
		abort();
	bpfhost_probe_free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bpfhost_probe *probe = NULL;
	struct bpfhost_error err = { 0 };
	char *text = malloc(size + 1);

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	if (!bpfhost_probe_parse(text, &probe, &err))
		check(probe);
	else if (!*err.text || err.offset > strlen(text))
		abort();
	bpfhost_probe_free(probe);
	free(text);
	return 0;
}
