/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The parser of the xdp plugin, compiled for this program, over a corpus of packets: whole, cut at each
 * byte, in two pieces, and with bits turned over. tests/live/test_xdp_parser.c runs it in the kernel.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "xdp_native.h"

#include "xdp_corpus.h"

#define HEADERS 300 /* behind so many bytes the parser looks at nothing */

static int setup(void **state)
{
	*state = corpus_load(TEST_DATA "/xdp");
	return 0;
}

static int teardown(void **state)
{
	corpus_free(*state);
	return 0;
}

/* Whatever an earlier packet left must make no difference: twice, over zeros and over ones. */
static const char *read_twice(const uint8_t *bytes, uint32_t size, uint32_t first, char *line)
{
	static struct xdp_scratch scratches[2];
	char again[CORPUS_LINE];

	for (int i = 0; i < 2; i++) {
		memset(&scratches[i], i ? 0xff : 0, sizeof(scratches[i]));
		assert_int_equal(xdp_native_parse(bytes, size, first, &scratches[i]), 0);
	}
	corpus_describe(&scratches[0].packet, line);
	corpus_describe(&scratches[1].packet, again);
	assert_string_equal(line, again);
	assert_string_equal(corpus_error(&scratches[0].packet), corpus_error(&scratches[1].packet));
	return corpus_error(&scratches[0].packet);
}

/* tshark tells the length behind TCP and UDP only, and of no fragment. */
static void without_payload(char *line)
{
	char *at = strstr(line, " payload=");
	size_t size;

	if (!at)
		return;
	size = 1 + strcspn(at + 1, " ");
	memmove(at, at + size, strlen(at + size) + 1);
}

/* Takes fields out of a comparison. */
static void without(char *line, const char *name)
{
	char key[64], *at;

	snprintf(key, sizeof(key), " %s=", name);
	at = strstr(line, key);
	if (at)
		memset(at + 1, '-', strlen(key) - 2);
}

static void test_reads_what_tshark_reads(void **state)
{
	const struct corpus *corpus = *state;
	char line[CORPUS_LINE];
	const char *error;

	for (uint32_t i = 0; i < corpus->count; i++) {
		const struct corpus_packet *packet = &corpus->packets[i];

		if (!strncmp(packet->name, "damaged", 7))
			continue;
		error = read_twice(packet->bytes, packet->size, packet->size, line);
		if (*error)
			fail_msg("%s: %s:%s", packet->name, error, line);
		if (!strstr(packet->expected, " payload="))
			without_payload(line);
		if (strcmp(line, packet->expected))
			fail_msg("%s:\ntshark%s\nbut   %s", packet->name, packet->expected, line);
	}
}

/* Fields that are there must agree; that a length is wrong is seen by both, what follows from it is not. */
static void test_names_what_is_damaged(void **state)
{
	const struct corpus *corpus = *state;
	char line[CORPUS_LINE], name[64];
	const char *error;

	for (uint32_t i = 0; i < corpus->count; i++) {
		const struct corpus_packet *packet = &corpus->packets[i];

		if (strncmp(packet->name, "damaged", 7))
			continue;
		error = read_twice(packet->bytes, packet->size, packet->size, line);
		if (strcmp(error, packet->error))
			fail_msg("%s: '%s' in place of '%s':%s", packet->name, error, packet->error,
				 line);
		without_payload(line);
		/* tshark does not always go on where the parser does, and the other way. */
		without(line, "proto");
		without(line, "inner_proto");
		if (corpus_disagree(line, packet->expected, name))
			fail_msg("%s: %s:\ntshark%s\nbut   %s", packet->name, name,
				 packet->expected, line);
	}
}

/* Of a packet that is cut, fewer fields are told, none of them otherwise, and that it is cut. */
static void check_prefix(const struct corpus_packet *packet, const char *whole, uint32_t size)
{
	char line[CORPUS_LINE], name[64], value[64];
	const char *error = read_twice(packet->bytes, size, size, line);

	without(line, "length");
	without(line, "payload");
	without(line, "proto");
	without(line, "inner_proto");
	without(line, "extensions");
	if (corpus_disagree(line, whole, name))
		fail_msg("%s, %u bytes: %s:\nwhole%s\nbut  %s", packet->name, size, name, whole,
			 line);
	if (corpus_value(whole, "saddr", value) && !corpus_value(line, "saddr", value) && !*error)
		fail_msg("%s, %u bytes: nothing is said to be wrong:%s", packet->name, size, line);
}

static void test_prefixes(void **state)
{
	const struct corpus *corpus = *state;
	char whole[CORPUS_LINE];

	for (uint32_t i = 0; i < corpus->count; i++) {
		const struct corpus_packet *packet = &corpus->packets[i];

		read_twice(packet->bytes, packet->size, packet->size, whole);
		for (uint32_t size = 1; size < packet->size && size < HEADERS; size++)
			check_prefix(packet, whole, size);
	}
}

/* A packet of which a driver shows the first piece only. */
static void test_pieces(void **state)
{
	const struct corpus *corpus = *state;
	char whole[CORPUS_LINE], line[CORPUS_LINE];
	const char *error;

	for (uint32_t i = 0; i < corpus->count; i++) {
		const struct corpus_packet *packet = &corpus->packets[i];

		error = read_twice(packet->bytes, packet->size, packet->size, whole);
		for (uint32_t first = 0; first < packet->size && first < HEADERS; first++) {
			assert_string_equal(read_twice(packet->bytes, packet->size, first, line),
					    error);
			assert_string_equal(line, whole);
		}
	}
}

/* xorshift32, George Marsaglia: the same numbers on every machine. */
static uint32_t next_random(uint32_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

static void test_turned_bits(void **state)
{
	const struct corpus *corpus = *state;
	char line[CORPUS_LINE];
	uint32_t seed = 4711;
	uint8_t bytes[2048];

	for (int i = 0; i < 20000; i++) {
		const struct corpus_packet *packet =
			&corpus->packets[next_random(&seed) % corpus->count];
		uint32_t size = packet->size < sizeof(bytes) ? packet->size : sizeof(bytes);
		uint32_t flips = 1 + next_random(&seed) % 8;

		memcpy(bytes, packet->bytes, size);
		while (flips--)
			bytes[next_random(&seed) % (size < HEADERS ? size : HEADERS)] ^=
				(uint8_t)(1 << next_random(&seed) % 8);
		read_twice(bytes, size, size, line);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reads_what_tshark_reads),
		cmocka_unit_test(test_names_what_is_damaged),
		cmocka_unit_test(test_prefixes),
		cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_turned_bits),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
