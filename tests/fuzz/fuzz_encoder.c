/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Any fields, named anyhow, and any records of them: what each encoder makes of a record is a line of its
 * kind that says the same. The input is read as a row of choices; where it ends, all further are 0.
 */
#include "parsed_back.h"
#include "sink/json.h"
#include "sink/text.h"

#include <bpfhost/event.h>
#include <stdlib.h>
#include <string.h>

#define FIELDS 8
#define ROOM   1024

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct choices {
	const uint8_t *at;
	size_t left;
};

static uint8_t choose(struct choices *choices)
{
	if (!choices->left)
		return 0;
	choices->left--;
	return *choices->at++;
}

static void take(struct choices *choices, void *to, size_t size)
{
	size_t here = size < choices->left ? size : choices->left;

	memset(to, 0, size);
	memcpy(to, choices->at, here);
	choices->at += here;
	choices->left -= here;
}

/* Up to seven bytes, never none: "n" then. */
static const char *choose_name(struct choices *choices, char name[8])
{
	size_t length = choose(choices) % 8;

	memset(name, 0, 8);
	take(choices, name, length);
	if (!name[0])
		name[0] = 'n';
	return name;
}

static uint32_t size_of(enum bpfhost_kind kind, uint8_t choice)
{
	switch (kind) {
	case BPFHOST_CHAR:
		return 1;
	case BPFHOST_PORT_BE:
		return 2;
	case BPFHOST_IPV4:
		return 4;
	case BPFHOST_MAC:
		return 6;
	case BPFHOST_NS:
		return 8;
	case BPFHOST_IPV6:
	case BPFHOST_ADDRESS:
		return 16;
	case BPFHOST_FLOAT:
	case BPFHOST_POINTER:
	case BPFHOST_ERRNO:
		return choice & 1 ? 4 : 8;
	case BPFHOST_STRING:
	case BPFHOST_BYTES:
	case BPFHOST_COUNTED:
	case BPFHOST_SOCKADDR:
		return 4 + choice % 29;
	default:
		return 1U << choice % 4;
	}
}

static void add_field(struct bpfhost_schema_builder *builder, struct choices *choices,
		      uint32_t *offset)
{
	enum bpfhost_kind kind = 1 + choose(choices) % BPFHOST_ADDRESS;
	uint32_t size = size_of(kind, choose(choices));
	uint8_t how = choose(choices);
	uint32_t count = 1 + (how & 3);
	uint64_t value;
	char name[8];

	bpfhost_schema_field(builder, choose_name(choices, name), kind, *offset, size, count);
	*offset += size * count;
	if (how & 4)
		bpfhost_schema_optional(builder, how >> 3);
	if (kind != BPFHOST_ENUM && kind != BPFHOST_FLAGS)
		return;
	if (how & 0x80)
		bpfhost_schema_flags(builder, BPFHOST_FIELD_SIGNED);
	for (int i = choose(choices) % 4; i > 0; i--) {
		value = 0;
		take(choices, &value, 1 + (choose(choices) & 7));
		bpfhost_schema_value(builder, choose_name(choices, name), value);
	}
}

static struct bpfhost_schema *choose_schema(struct choices *choices)
{
	uint32_t offset = sizeof(struct bpfhost_event) + sizeof(uint32_t);
	struct bpfhost_schema_builder *builder;
	struct bpfhost_schema *schema = NULL;
	char name[8];

	builder = bpfhost_schema_new(7, choose_name(choices, name), ROOM);
	if (!builder)
		return NULL;
	bpfhost_schema_present(builder, sizeof(struct bpfhost_event));
	for (int i = choose(choices) % FIELDS; i > 0; i--)
		add_field(builder, choices, &offset);
	if (bpfhost_schema_finish(builder, &schema))
		schema = NULL; /* one of the names is not one */
	bpfhost_schema_free(builder);
	return schema;
}

/* Written where there is just so much room as was promised. */
static char *encode(const struct sink_encoder *encoder, struct sink_clock *clock,
		    const struct sink_type *type, const uint8_t *record, size_t *ret_size)
{
	size_t bound = encoder->bound(type);
	char *out = malloc(bound);

	if (!out)
		return NULL;
	*ret_size = encoder->event(clock, type, record, ROOM, out);
	parsed_back_require(*ret_size > 0 && *ret_size <= bound);
	return out;
}

static void check_record(struct sink_clock *clock, const struct sink_type *type,
			 const struct bpfhost_schema *schema, const uint8_t *record)
{
	size_t size = 0;
	char *line;

	line = encode(&json_encoder, clock, type, record, &size);
	if (line)
		parsed_back_json(line, size, schema, record);
	free(line);
	line = encode(&text_encoder, clock, type, record, &size);
	if (line)
		parsed_back_text(line, size, false);
	free(line);
	line = encode(&text_color_encoder, clock, type, record, &size);
	if (line)
		parsed_back_text(line, size, true);
	free(line);
}

static void check_notice(struct sink_clock *clock, struct choices *choices, const char *instance)
{
	char reason[64], line[SINK_NOTICE_MAX];
	struct sink_notice notice = {
		.kind = SINK_LOST,
		.cpu = choose(choices),
		.instance = instance,
		.plugin = "plugin",
		.reason = reason,
	};

	take(choices, &notice.count, 7);
	take(choices, reason, sizeof(reason) - 1);
	reason[sizeof(reason) - 1] = '\0';
	parsed_back_notice(line, json_encoder.notice(clock, &notice, line), notice.count);
	parsed_back_text(line, text_encoder.notice(clock, &notice, line), false);
	parsed_back_text(line, text_color_encoder.notice(clock, &notice, line), true);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct choices choices = { data, size };
	struct bpfhost_schema *schema;
	struct sink_type *type = NULL;
	struct sink_clock clock;
	uint8_t record[ROOM];
	char instance[8];

	choose_name(&choices, instance);
	schema = choose_schema(&choices);
	sink_clock_init(&clock, 0, false);
	/* Two, because a line may take over what the line before had in common with it. */
	if (schema && !sink_type_new(schema, instance, "plugin", &type)) {
		for (int i = 0; i < 2; i++) {
			take(&choices, record, sizeof(record));
			check_record(&clock, type, schema, record);
		}
	}
	check_notice(&clock, &choices, instance);
	sink_type_free(type);
	free(schema);
	return 0;
}
