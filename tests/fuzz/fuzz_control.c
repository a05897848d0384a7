/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A line that comes over the control socket. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "control/request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What was read and is written reads the same. */
static void check_words(const struct control_words *words)
{
	struct control_words again;
	size_t size = 0;
	char *line = control_words_write((const char *const *)words->items, words->count, &size);

	if (!line || control_words_read(line, size - 1, &again, NULL) ||
	    again.count != words->count)
		abort();
	for (size_t i = 0; i < words->count; i++)
		if (strcmp(words->items[i], again.items[i]))
			abort();
	control_words_free(&again);
	free(line);
}

static void check_request(const struct control_words *words)
{
	struct bpfhost_error why = { 0 };
	const struct ctl_word *command = NULL;
	struct config config;
	int failed;

	config_setup(&config);
	failed = control_request_read(words, &config, &command, &why);
	if (failed ? !*why.text : !command || config.instance_count != command->takes_plugin)
		abort();
	config_free(&config);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *exact = malloc(size ? size : 1); /* no byte more */
	struct bpfhost_error why = { 0 };
	struct control_words words;

	if (!exact)
		return 0;
	memcpy(exact, data, size);
	if (!control_words_read(exact, size, &words, &why)) {
		check_words(&words);
		check_request(&words);
		control_words_free(&words);
	} else if (!*why.text || why.offset > size) {
		abort();
	}
	free(exact);
	return 0;
}
