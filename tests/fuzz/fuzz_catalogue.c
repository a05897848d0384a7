/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "catalogue.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Whatever is found has that name, also when it is asked for by a part of the text itself. */
static void ask(const struct usdt_catalogue *catalogue, const char *provider, const char *name)
{
	const struct bpfhost_probe *line = usdt_catalogue_find(catalogue, provider, name);

	if (line && (strcmp(line->parts[0].text, provider) != 0 ||
		     strcmp(line->parts[1].text, name) != 0 || line->parts[0].has_glob))
		abort();
	usdt_catalogue_is_noisy(catalogue, provider, name);
}

static void ask_all(const struct usdt_catalogue *catalogue, char *text, size_t size)
{
	char *colon = memchr(text, ':', size), *end;

	ask(catalogue, "", "");
	ask(catalogue, "python", "gc__start");
	if (!colon)
		return;
	end = memchr(colon, '(', size - (size_t)(colon - text));
	*colon = '\0';
	if (end)
		*end = '\0';
	else
		text[size - 1] = '\0';
	ask(catalogue, text, colon + 1 < text + size ? colon + 1 : "");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct usdt_catalogue *catalogue;
	struct bpfhost_error why = { 0 };
	char *text = malloc(size);

	if (!text || usdt_catalogue_new(&catalogue)) {
		free(text);
		return 0;
	}
	memcpy(text, data, size);
	if (usdt_catalogue_text(catalogue, "input", text, size, &why) && !why.text[0])
		abort();
	usdt_catalogue_sort(catalogue);
	ask_all(catalogue, text, size);
	usdt_catalogue_free(catalogue);
	free(text);
	return 0;
}
