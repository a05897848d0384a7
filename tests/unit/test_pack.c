/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Plain data as bytes, and bytes that are none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <bpfhost/pack.h>

#define LABELS 3

static const struct bpfhost_argument argument = {
	.offset = -8,
	.base = 152,
	.index = BPFHOST_ARGUMENT_NOWHERE,
	.place = BPFHOST_ARGUMENT_MEMORY,
	.size = 4,
	.flags = BPFHOST_ARGUMENT_SIGNED,
	.hops = 1,
	.hop = { 16 },
};

static void fill(struct bpfhost_pack *pack)
{
	bpfhost_pack_number(pack, UINT64_MAX);
	bpfhost_pack_text(pack, "text");
	bpfhost_pack_text(pack, "");
	bpfhost_pack_text(pack, NULL);
	bpfhost_pack_argument(pack, &argument);
	bpfhost_pack_number(pack, LABELS);
	for (uint64_t i = 0; i < LABELS; i++)
		bpfhost_pack_number(pack, i);
}

static struct bpfhost_unpack unpack_of(const struct bpfhost_pack *pack)
{
	return (struct bpfhost_unpack){ pack->bytes, pack->bytes + pack->size, false };
}

/* Whether it was all there and as it was put in. */
static bool take(struct bpfhost_unpack *unpack)
{
	struct bpfhost_argument found;
	bool same = bpfhost_unpack_number(unpack, UINT64_MAX) == UINT64_MAX;
	const char *text = bpfhost_unpack_some_text(unpack, 4);
	const char *empty = bpfhost_unpack_some_text(unpack, 0);
	const char *none = bpfhost_unpack_text(unpack, 4);
	size_t count;

	bpfhost_unpack_argument(unpack, &found);
	count = bpfhost_unpack_count(unpack, LABELS, sizeof(uint64_t));
	same &= count == LABELS && text && !strcmp(text, "text") && empty && !*empty && !none;
	same &= !memcmp(&found, &argument, sizeof(found));
	for (size_t i = 0; i < count; i++)
		same &= bpfhost_unpack_number(unpack, LABELS) == i;
	return same && !unpack->is_bad;
}

static void comes_back(void **state)
{
	struct bpfhost_pack pack = { 0 };
	struct bpfhost_unpack unpack;

	(void)state;
	fill(&pack);
	assert_false(pack.failed);
	unpack = unpack_of(&pack);
	assert_true(take(&unpack));
	assert_ptr_equal(unpack.at, unpack.end);
	bpfhost_pack_free(&pack);
}

/* Wherever it ends, of a block of its own so that a sanitizer sees what lies behind. */
static void is_bad_when_cut(void **state)
{
	struct bpfhost_pack pack = { 0 };

	(void)state;
	fill(&pack);
	for (size_t size = 0; size < pack.size; size++) {
		char *cut = malloc(size + !size);
		struct bpfhost_unpack unpack = { cut, cut + size, false };

		assert_non_null(cut);
		memcpy(cut, pack.bytes, size);
		assert_false(take(&unpack));
		assert_true(unpack.is_bad);
		free(cut);
	}
	bpfhost_pack_free(&pack);
}

static void is_bad_beyond_bounds(void **state)
{
	struct bpfhost_pack pack = { 0 };
	struct bpfhost_unpack unpack;

	(void)state;
	bpfhost_pack_number(&pack, 5);
	bpfhost_pack_bytes(&pack, "ab\0cd\0", 6);
	unpack = unpack_of(&pack);
	assert_int_equal(bpfhost_unpack_number(&unpack, 4), 0);
	assert_true(unpack.is_bad);
	assert_int_equal(bpfhost_unpack_number(&unpack, 4), 0);
	unpack = unpack_of(&pack);
	assert_null(bpfhost_unpack_text(&unpack, 4)); /* too long */
	assert_true(unpack.is_bad);
	unpack = unpack_of(&pack);
	assert_null(bpfhost_unpack_text(&unpack, 5)); /* with a NUL inside */
	assert_true(unpack.is_bad);
	unpack = unpack_of(&pack);
	assert_int_equal(bpfhost_unpack_count(&unpack, 10, 2), 0); /* more than there is room for */
	assert_true(unpack.is_bad);
	bpfhost_pack_free(&pack);
}

static void knows_arguments(void **state)
{
	struct bpfhost_argument bad[4] = { argument, argument, argument, argument }, found;

	(void)state;
	bad[0].place = BPFHOST_ARGUMENT_COOKIE + 1;
	bad[1].size = 9;
	bad[2].hops = BPFHOST_ARGUMENT_HOPS + 1;
	bad[3].flags = 0x80;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const char *at = (const char *)&bad[i];
		struct bpfhost_unpack unpack = { at, at + sizeof(bad[i]), false };

		bpfhost_unpack_argument(&unpack, &found);
		assert_true(unpack.is_bad);
		assert_int_equal(found.hops, 0);
	}
}

/* Texts stay when the part that they came in is gone. */
static void keeps_blocks(void **state)
{
	struct bpfhost_blocks blocks = { 0 };
	const char *texts[2];

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct bpfhost_pack pack = { 0 };
		struct bpfhost_unpack unpack;

		bpfhost_pack_text(&pack, i ? "two" : "one");
		unpack = unpack_of(&pack);
		assert_int_equal(bpfhost_blocks_keep(&blocks, &unpack), 0);
		bpfhost_pack_free(&pack);
		texts[i] = bpfhost_unpack_text(&unpack, 3);
	}
	assert_string_equal(texts[0], "one");
	assert_string_equal(texts[1], "two");
	bpfhost_blocks_free(&blocks);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comes_back),           cmocka_unit_test(is_bad_when_cut),
		cmocka_unit_test(is_bad_beyond_bounds), cmocka_unit_test(knows_arguments),
		cmocka_unit_test(keeps_blocks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
