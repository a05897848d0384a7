/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * From prefixes to ranges: sorted as they are, a prefix comes before those inside of it, so one walk with a
 * stack of those that are open tells where each range begins and what it leads to. From ranges to trees:
 * eleven in a row make a leaf, eleven leaves in a row the node above, and so on.
 */
#include "drop_table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A range begins here; it ends where the next one does. */
struct range {
	uint64_t high;
	uint64_t low;
	uint32_t next;
};

struct ranges {
	struct range *items;
	uint32_t count;
};

/* What a tree is made of, and each of its levels: from this key on. */
struct way {
	uint64_t key;
	uint32_t next;
};

/* ---- ranges ------------------------------------------------------------------------------------------ */

/* The first address behind a prefix; false where there is none. */
static bool range_behind(const struct xdp_prefix *prefix, struct range *ret_range)
{
	unsigned int bits = prefix->bits;
	struct range range = { .high = prefix->high };

	if (!bits)
		return false;
	if (bits > 64) {
		range.low = prefix->low + (1ULL << (128 - bits));
		range.high += !range.low;
	} else {
		range.high += 1ULL << (64 - bits);
	}
	*ret_range = range;
	return range.high || range.low;
}

/* Of two that begin together the later holds; one that leads where the last does is no new one. */
static void ranges_add(struct ranges *ranges, uint64_t high, uint64_t low, uint32_t next)
{
	struct range *last = &ranges->items[ranges->count - 1];

	if (last->high == high && last->low == low) {
		last->next = next;
		if (ranges->count > 1 && last[-1].next == next)
			ranges->count--;
	} else if (last->next != next) {
		ranges->items[ranges->count++] = (struct range){ high, low, next };
	}
}

static uint32_t prefix_next(const struct xdp_prefix *prefix)
{
	return XDP_DROP_NEXT(prefix->is_exception ? XDP_DROP_EXCEPTION : XDP_DROP_RULE,
			     prefix->rule);
}

/* The prefixes that hold the current one, outermost first. */
struct nesting {
	const struct xdp_prefix *open[130];
	uint32_t depth;
};

static bool nesting_holds(const struct xdp_prefix *outer, const struct xdp_prefix *inner)
{
	struct range behind;

	if (!range_behind(outer, &behind))
		return true;
	return inner->high < behind.high || (inner->high == behind.high && inner->low < behind.low);
}

static void nesting_leave(struct nesting *nesting, struct ranges *ranges)
{
	const struct xdp_prefix *prefix = nesting->open[--nesting->depth];
	struct range behind;

	if (range_behind(prefix, &behind))
		ranges_add(ranges, behind.high, behind.low,
			   nesting->depth ? prefix_next(nesting->open[nesting->depth - 1]) : 0);
}

/* Room is there for two a prefix, and one. */
static void ranges_find(const struct xdp_prefix *prefixes, uint32_t count, struct ranges *ranges)
{
	struct nesting nesting = { .depth = 0 };

	ranges->items[0] = (struct range){ 0 };
	ranges->count = 1;
	for (uint32_t i = 0; i < count; i++) {
		while (nesting.depth &&
		       !nesting_holds(nesting.open[nesting.depth - 1], &prefixes[i]))
			nesting_leave(&nesting, ranges);
		ranges_add(ranges, prefixes[i].high, prefixes[i].low, prefix_next(&prefixes[i]));
		nesting.open[nesting.depth++] = &prefixes[i];
	}
	while (nesting.depth)
		nesting_leave(&nesting, ranges);
}

/* ---- trees ------------------------------------------------------------------------------------------- */

static int table_take(struct xdp_drop_table *table, uint32_t count, uint32_t *ret_first)
{
	if (count > table->room - table->count) {
		uint32_t room = table->room + table->room / 2 + count + 64;
		struct xdp_drop_cell *cells =
			reallocarray(table->cells, room, sizeof(*table->cells));

		if (!cells)
			return -ENOMEM;
		table->cells = cells;
		table->room = room;
	}
	memset(&table->cells[table->count], 0, count * sizeof(*table->cells));
	*ret_first = table->count;
	table->count += count;
	return 0;
}

static int tree_node(struct xdp_drop_table *table, const struct way *ways, uint32_t count,
		     uint32_t *ret_cell)
{
	int err = table_take(table, 1, ret_cell);
	struct xdp_drop_node *node;

	if (err)
		return err;
	node = &table->cells[*ret_cell].node;
	for (uint32_t i = 0; i < XDP_DROP_KEYS; i++)
		node->keys[i] = i + 1 < count ? ways[i + 1].key : UINT64_MAX;
	/* The unused keys are equal to the last address. */
	for (uint32_t i = 0; i <= XDP_DROP_KEYS; i++)
		node->next[i] = ways[i < count ? i : count - 1].next;
	return 0;
}

/* Where to go for these ways, which are overwritten: of one that is itself. */
static int tree_build(struct xdp_drop_table *table, struct way *ways, uint32_t count,
		      uint32_t *ret_next)
{
	while (count > 1) {
		uint32_t above = 0, cell = 0;

		for (uint32_t i = 0; i < count; i += XDP_DROP_KEYS + 1) {
			uint32_t taken =
				count - i < XDP_DROP_KEYS + 1 ? count - i : XDP_DROP_KEYS + 1;
			int err = tree_node(table, &ways[i], taken, &cell);

			if (err)
				return err;
			ways[above++] =
				(struct way){ ways[i].key, XDP_DROP_NEXT(XDP_DROP_NODE, cell) };
		}
		count = above;
	}
	*ret_next = ways->next;
	return 0;
}

/* ---- families -------------------------------------------------------------------------------------- */

/* A tree for the ranges that begin in one first half; `before` holds where none of them does. */
static int family_low(struct xdp_drop_table *table, const struct range *ranges, uint32_t count,
		      uint32_t before, struct way *ways, uint32_t *ret_next)
{
	uint32_t taken = 0;
	int err;

	if (ranges->low)
		ways[taken++] = (struct way){ 0, before };
	for (uint32_t i = 0; i < count; i++)
		ways[taken++] = (struct way){ ranges[i].low, ranges[i].next };
	err = tree_build(table, ways, taken, ret_next);
	if (!err && XDP_DROP_KIND(*ret_next) == XDP_DROP_NODE)
		*ret_next = XDP_DROP_NEXT(XDP_DROP_LOW, XDP_DROP_NUMBER(*ret_next));
	return err;
}

/* Two in the place of one where a first half is cut: what holds at its end goes on behind it. */
static uint32_t ways_add(struct way *ways, uint32_t count, uint64_t key, uint32_t next)
{
	if (count && ways[count - 1].key == key)
		count--;
	ways[count] = (struct way){ key, next };
	return count + 1;
}

/* Ways by the first half of addresses. */
static int family_halves(struct xdp_drop_table *table, const struct ranges *ranges,
			 struct way *ways, struct way *scratch, uint32_t *ret_count)
{
	uint32_t count = 0, before = 0, next, end;

	for (uint32_t i = 0; i < ranges->count; i = end) {
		const struct range *first = &ranges->items[i];
		int err;

		for (end = i + 1; end < ranges->count && ranges->items[end].high == first->high;)
			end++;
		err = family_low(table, first, end - i, before, scratch, &next);
		if (err)
			return err;
		count = ways_add(ways, count, first->high, next);
		before = ranges->items[end - 1].next;
		if (XDP_DROP_KIND(next) == XDP_DROP_LOW && first->high != UINT64_MAX)
			count = ways_add(ways, count, first->high + 1, before);
	}
	*ret_count = count;
	return 0;
}

/* As many roots as leave some eight ranges to each. */
static uint32_t family_root_bits(uint32_t ways)
{
	uint32_t bits = 1;

	while (bits < XDP_DROP_ROOT_BITS_MAX && ways >> bits > 8)
		bits++;
	return bits;
}

static void family_set_root(struct xdp_drop_table *table, uint32_t first, uint32_t root,
			    uint32_t next)
{
	table->cells[first + root / XDP_DROP_ROOTS_A_CELL].roots[root % XDP_DROP_ROOTS_A_CELL] =
		next;
}

/* A tree for each value of the leading bits. */
static int family_roots(struct xdp_drop_table *table, const struct way *ways, uint32_t count,
			struct way *scratch, bool is_ipv4)
{
	uint32_t bits = family_root_bits(count), at = 0, cells, first, next;
	int err;

	cells = ((1U << bits) + XDP_DROP_ROOTS_A_CELL - 1) / XDP_DROP_ROOTS_A_CELL;
	err = table_take(table, cells, &first);
	for (uint32_t root = 0; root < 1U << bits && !err; root++) {
		uint32_t taken = 1;

		/* The way that holds where this root begins, and those that begin inside. */
		while (at + 1 < count && ways[at + 1].key <= (uint64_t)root << (64 - bits))
			at++;
		scratch[0] = (struct way){ 0, ways[at].next };
		while (at + 1 < count && ways[at + 1].key >> (64 - bits) == root)
			scratch[taken++] = ways[++at];
		err = tree_build(table, scratch, taken, &next);
		if (!err)
			family_set_root(table, first, root, next);
	}
	if (err)
		return err;
	table->cells[0].head.root_cell[is_ipv4] = first;
	table->cells[0].head.root_bits[is_ipv4] = bits;
	return 0;
}

static int family_build(struct xdp_drop_table *table, const struct xdp_prefix *prefixes,
			uint32_t count, bool is_ipv4)
{
	size_t most = (size_t)count * 2 + 2;
	struct ranges ranges = { .items = calloc(most, sizeof(*ranges.items)) };
	/* A half with a tree of its own takes one way more than ranges began in it. */
	struct way *ways = calloc(most * 2, sizeof(*ways));
	struct way *scratch = calloc(most * 2, sizeof(*ways));
	uint32_t nways = 0;
	int err = ranges.items && ways && scratch ? 0 : -ENOMEM;

	if (!err) {
		ranges_find(prefixes, count, &ranges);
		err = family_halves(table, &ranges, ways, scratch, &nways);
	}
	if (!err)
		err = family_roots(table, ways, nways, scratch, is_ipv4);
	free(ranges.items);
	free(ways);
	free(scratch);
	return err;
}

int xdp_drop_table_build(const struct xdp_rules *rules, struct xdp_drop_table *ret_table)
{
	struct xdp_drop_table table = { 0 };
	uint32_t ipv6 = 0, head;
	int err = table_take(&table, 1, &head);

	while (ipv6 < rules->prefix_count && !rules->prefixes[ipv6].is_ipv4)
		ipv6++;
	if (!err)
		err = family_build(&table, rules->prefixes, ipv6, false);
	if (!err)
		err = family_build(&table, rules->prefixes + ipv6, rules->prefix_count - ipv6,
				   true);
	if (err) {
		xdp_drop_table_free(&table);
		return err;
	}
	*ret_table = table;
	return 0;
}

void xdp_drop_table_free(struct xdp_drop_table *table)
{
	free(table->cells);
	*table = (struct xdp_drop_table){ 0 };
}
