/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Rounds of flows: that a flow of an earlier round is never taken for one of this round. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "flows_round.h"
#include "xdp_maps.h"

/* Whether a map may hold a flow that bears the stamp, for each stamp. */
struct map {
	bool holds[256];
};

static uint8_t stamp_of(uint32_t round)
{
	return (uint8_t)(xdp_flow_stamp(round) >> XDP_FLOW_STAMP);
}

/* One round: flows come into its map, which is read when the next one has begun. Whether nothing was told twice. */
static bool pass(struct map maps[2], uint32_t round, uint64_t flows, uint64_t most)
{
	struct map *map = &maps[round & 1];
	bool is_new = !map->holds[stamp_of(round)];

	map->holds[stamp_of(round)] = true;
	if (xdp_flows_go(round + 1, flows, most))
		memset(map, 0, sizeof(*map));
	return is_new;
}

static void told_once(void **state)
{
	/* The counter of rounds begins at 0, and comes to its end when a host runs long enough. */
	static const uint32_t begins[] = { 0, 1, 77, UINT32_MAX - 1000 };

	(void)state;
	for (size_t i = 0; i < sizeof(begins) / sizeof(*begins); i++) {
		struct map maps[2] = { 0 };

		for (uint32_t n = 0; n < 3000; n++)
			assert_true(pass(maps, begins[i] + n, 10, 100));
	}
}

static void kept_and_let_go(void **state)
{
	uint32_t gone = 0;

	(void)state;
	for (uint32_t round = 0; round < 640; round++)
		gone += xdp_flows_go(round, 100, 100);
	assert_int_equal(gone, 2 * 640 / XDP_FLOWS_KEPT_ROUNDS);
	for (uint32_t round = 0; round < 640; round++)
		assert_true(xdp_flows_go(round, 101, 100));
}

static void stamped(void **state)
{
	(void)state;
	for (uint32_t round = 0; round < 1000; round++) {
		assert_int_not_equal(stamp_of(round), 0);
		assert_int_not_equal(stamp_of(round), stamp_of(round + 1));
		assert_int_equal(xdp_flow_stamp(round) & ~XDP_FLOW_STAMP_MASK, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(told_once),
		cmocka_unit_test(kept_and_let_go),
		cmocka_unit_test(stamped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
