/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A log record of any bytes becomes one printable line that fits. */
#include "log/format.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const char *line, size_t length, size_t room)
{
	if (length >= room || line[length])
		abort();
	for (size_t i = 0; i < length; i++)
		if (line[i] < 0x20 || line[i] > 0x7e)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bpfhost_log_record *record = calloc(1, sizeof(*record));
	size_t skipped = offsetof(struct bpfhost_log_record, nargs);
	size_t room = size % 7 ? LOG_LINE_MAX : 1 + size % 64;
	char *line = malloc(room);

	if (record && line) {
		if (size > sizeof(*record) - skipped)
			size = sizeof(*record) - skipped;
		memcpy((char *)record + skipped, data, size);
		check(line, log_format(record, line, room), room);
		check(line, log_format_file(record, line, room), room);
	}
	free(record);
	free(line);
	return 0;
}
