/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "target/maps.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	struct target_map map;
	char *at = text, *before = text;

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	while (target_maps_next(&at, &map)) {
		if (at <= before || at > text + size || map.start >= map.end)
			abort();
		if (map.path < before || map.path + strlen(map.path) > at)
			abort();
		if (target_maps_alive(map.path) > strlen(map.path))
			abort();
		before = at;
	}
	free(text);
	return 0;
}
