/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the encoders wrote, read again by others who know nothing of them: JSON by jansson, addresses by
 * inet_pton, text by a look at each character. What is not as the record has it ends the program.
 */
#ifndef FUZZ_PARSED_BACK_H
#define FUZZ_PARSED_BACK_H

#include <bpfhost/schema.h>
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One line of JSON that says what the record does; the schema is a checked one. */
void parsed_back_json(const char *line, size_t size, const struct bpfhost_schema *schema,
		      const uint8_t *record);
/* One line of JSON that is a notice with this count. */
void parsed_back_notice(const char *line, size_t size, uint64_t count);
/* One line that a terminal shows as it is; with is_color there may be changes of colour in it. */
void parsed_back_text(const char *line, size_t size, bool is_color);

/* The value of one element of a field; is_replaced: bytes that are not UTF-8 may have been replaced. */
void parsed_back_value(const json_t *value, const struct bpfhost_schema_field *field,
		       const uint8_t *at, bool is_replaced);

/* Ends the program where it does not hold. */
void parsed_back_require(bool holds);

#endif
