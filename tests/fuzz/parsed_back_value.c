/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "parsed_back.h"

#include <arpa/inet.h>
#include <math.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

static uint64_t number_at(const uint8_t *at, uint32_t size)
{
	uint64_t value = 0;

	memcpy(&value, at, size);
	return value;
}

static int64_t signed_at(const uint8_t *at, uint32_t size)
{
	uint64_t value = number_at(at, size), sign = 1ULL << (size * 8 - 1);

	return (int64_t)((value ^ sign) - sign);
}

static void check_unsigned(const json_t *value, uint64_t wanted)
{
	if (json_is_integer(value))
		parsed_back_require(wanted <= INT64_MAX &&
				    json_integer_value(value) == (int64_t)wanted);
	else
		parsed_back_require(json_is_real(value) &&
				    json_real_value(value) == (double)wanted);
}

static void check_signed(const json_t *value, int64_t wanted)
{
	if (json_is_integer(value))
		parsed_back_require(json_integer_value(value) == wanted);
	else
		parsed_back_require(json_is_real(value) &&
				    json_real_value(value) == (double)wanted);
}

/* Without a replacement byte by byte; with one there is a U+FFFD, and no fewer characters than had room. */
static void check_bytes(const json_t *value, const void *bytes, size_t size, bool is_replaced)
{
	const char *text = json_string_value(value);

	parsed_back_require(text != NULL);
	if (json_string_length(value) == size && !memcmp(text, bytes, size))
		return;
	parsed_back_require(is_replaced && strstr(text, "\xef\xbf\xbd"));
	parsed_back_require(json_string_length(value) <= 3 * size);
}

static void check_hex(const json_t *value, uint64_t wanted)
{
	char text[24];

	snprintf(text, sizeof(text), "0x%llx", (unsigned long long)wanted);
	parsed_back_require(json_is_string(value) && !strcmp(json_string_value(value), text));
}

static void check_hex_bytes(const json_t *value, const uint8_t *bytes, size_t size, const char *gap)
{
	const char *text = json_string_value(value);
	char two[8];

	parsed_back_require(text && json_string_length(value) ==
					    2 * size + (size ? (size - 1) * strlen(gap) : 0));
	for (size_t i = 0; i < size; i++) {
		snprintf(two, sizeof(two), "%s%02x", i ? gap : "", bytes[i]);
		parsed_back_require(!strncmp(text, two, strlen(two)));
		text += strlen(two);
	}
}

static void check_real(const json_t *value, const uint8_t *at, uint32_t size)
{
	double wanted;
	float single;

	memcpy(&single, at, sizeof(single));
	if (size == 4)
		wanted = (double)single;
	else
		memcpy(&wanted, at, sizeof(wanted));
	if (!isfinite(wanted))
		parsed_back_require(json_is_null(value));
	else if (size == 4)
		parsed_back_require(json_is_number(value) &&
				    (float)json_number_value(value) == single);
	else
		parsed_back_require(json_is_number(value) && json_number_value(value) == wanted);
}

static void check_address(const json_t *value, int family, const uint8_t *wanted)
{
	uint8_t found[16];

	parsed_back_require(json_is_string(value) &&
			    inet_pton(family, json_string_value(value), found) == 1);
	parsed_back_require(!memcmp(found, wanted, family == AF_INET ? 4 : 16));
}

static void check_either_address(const json_t *value, const uint8_t *at)
{
	struct in6_addr address;

	memcpy(&address, at, sizeof(address));
	if (IN6_IS_ADDR_V4MAPPED(&address))
		check_address(value, AF_INET, at + 12);
	else
		check_address(value, AF_INET6, at);
}

static void check_sockaddr(const json_t *value, const uint8_t *at, uint32_t size)
{
	const json_t *addr = json_object_get(value, "addr");
	uint16_t family, port;

	memcpy(&family, at, sizeof(family));
	if (!family) {
		parsed_back_require(json_is_null(value));
		return;
	}
	parsed_back_require(json_object_get(value, "family") != NULL);
	parsed_back_require(!addr || (size >= 8 && (family == AF_INET || family == AF_INET6)));
	if (!addr)
		return;
	memcpy(&port, at + 2, sizeof(port));
	check_unsigned(json_object_get(value, "port"), ntohs(port));
	check_address(addr, family, at + (family == AF_INET ? 4 : 8));
}

static void check_counted(const json_t *value, const uint8_t *at, uint32_t size)
{
	uint64_t count = number_at(at, 4);

	check_hex_bytes(value, at + 4, count < size - 4 ? count : size - 4, "");
}

/* A name, which nobody but the schema knows, or the number for which there is none. */
static void check_named(const json_t *value, const struct bpfhost_schema_field *field,
			const uint8_t *at)
{
	if (json_is_string(value))
		return;
	if (field->flags & BPFHOST_FIELD_SIGNED)
		check_signed(value, signed_at(at, field->size));
	else
		check_unsigned(value, number_at(at, field->size));
}

static void check_plain_number(const json_t *value, const struct bpfhost_schema_field *field,
			       const uint8_t *at)
{
	switch (field->kind) {
	case BPFHOST_UINT:
	case BPFHOST_NS:
		return check_unsigned(value, number_at(at, field->size));
	case BPFHOST_INT:
	case BPFHOST_ERRNO:
		return check_signed(value, signed_at(at, field->size));
	case BPFHOST_HEX:
	case BPFHOST_POINTER:
		return check_hex(value, number_at(at, field->size));
	case BPFHOST_BOOL:
		return parsed_back_require(json_is_boolean(value) &&
					   json_is_true(value) == !!number_at(at, field->size));
	case BPFHOST_PORT_BE:
		return check_unsigned(value, (uint64_t)at[0] << 8 | at[1]);
	default: /* BPFHOST_ENUM, BPFHOST_FLAGS */
		return check_named(value, field, at);
	}
}

void parsed_back_value(const json_t *value, const struct bpfhost_schema_field *field,
		       const uint8_t *at, bool is_replaced)
{
	switch (field->kind) {
	case BPFHOST_STRING:
		return check_bytes(value, at, strnlen((const char *)at, field->size), is_replaced);
	case BPFHOST_CHAR:
		return check_bytes(value, at, *at ? 1 : 0, is_replaced);
	case BPFHOST_FLOAT:
		return check_real(value, at, field->size);
	case BPFHOST_BYTES:
		return check_hex_bytes(value, at, field->size, "");
	case BPFHOST_MAC:
		return check_hex_bytes(value, at, field->size, ":");
	case BPFHOST_COUNTED:
		return check_counted(value, at, field->size);
	case BPFHOST_IPV4:
		return check_address(value, AF_INET, at);
	case BPFHOST_IPV6:
		return check_address(value, AF_INET6, at);
	case BPFHOST_ADDRESS:
		return check_either_address(value, at);
	case BPFHOST_SOCKADDR:
		return check_sockaddr(value, at, field->size);
	default:
		return check_plain_number(value, field, at);
	}
}
