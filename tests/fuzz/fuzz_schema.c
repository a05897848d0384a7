/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A schema block of any bytes, and behind it the bytes of a record: what the check lets through must
 * compile and encode, both ways, within the room that was promised, into what says the same.
 */
#include "parsed_back.h"
#include "sink/json.h"
#include "sink/text.h"

#include <bpfhost/host.h>

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *encode(const struct sink_encoder *encoder, const struct sink_type *type,
		    const void *record, uint32_t record_size, size_t *ret_size)
{
	size_t bound = encoder->bound(type);
	char *out = malloc(bound);
	struct sink_clock clock;

	if (!out)
		return NULL;
	sink_clock_init(&clock, 0, false);
	*ret_size = encoder->event(&clock, type, record, record_size, out);
	parsed_back_require(*ret_size <= bound);
	return out;
}

static void encode_all(const struct bpfhost_schema *schema, const struct sink_type *type,
		       const uint8_t *record)
{
	size_t size = 0;
	char *line;

	line = encode(&json_encoder, type, record, schema->record_size, &size);
	if (line)
		parsed_back_json(line, size, schema, record);
	free(line);
	line = encode(&text_encoder, type, record, schema->record_size, &size);
	if (line)
		parsed_back_text(line, size, false);
	free(line);
	line = encode(&text_color_encoder, type, record, schema->record_size, &size);
	if (line)
		parsed_back_text(line, size, true);
	free(line);
}

static void use(const struct bpfhost_schema *schema, const uint8_t *data, size_t size)
{
	uint8_t *record = calloc(1, schema->record_size);
	struct sink_type *type;

	if (record && !sink_type_new(schema, "instance", "plugin", &type)) {
		memcpy(record, data, size < schema->record_size ? size : schema->record_size);
		encode_all(schema, type, record);
		sink_type_free(type);
	}
	free(record);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint32_t block_size = 0;
	void *block;

	if (size >= sizeof(block_size))
		memcpy(&block_size, data, sizeof(block_size));
	if (block_size > size)
		block_size = (uint32_t)size;
	block = malloc(block_size ? block_size : 1);
	if (!block)
		return 0;
	memcpy(block, data, block_size);
	if (!bpfhost_schema_check(block, block_size))
		use(block, data + block_size, size - block_size);
	free(block);
	return 0;
}
