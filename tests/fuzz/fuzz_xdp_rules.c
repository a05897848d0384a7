/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A file of the xdp plugin's drop rules, from its text to the table. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "drop_prefix.h"
#include "drop_rules.h"
#include "drop_table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Written out, a prefix is itself again. */
static void check_prefix(const struct xdp_prefix *prefix)
{
	struct xdp_prefix again = { .rule = prefix->rule, .is_exception = prefix->is_exception };
	char text[XDP_PREFIX_TEXT];

	if (prefix->bits > (prefix->is_ipv4 ? 32 : 128) || !prefix->rule)
		abort();
	xdp_prefix_text(prefix, text, sizeof(text));
	if (xdp_prefix_parse(text + prefix->is_exception, &again, NULL) ||
	    again.high != prefix->high || again.low != prefix->low || again.bits != prefix->bits ||
	    again.is_ipv4 != prefix->is_ipv4)
		abort();
}

static uint32_t look_up(const struct xdp_drop_table *table, uint64_t high, uint64_t low,
			bool is_ipv4)
{
	const struct xdp_drop_head *head = &table->cells[0].head;
	uint32_t root = (uint32_t)(high >> (64 - head->root_bits[is_ipv4])), depth = 0;
	uint32_t at = head->root_cell[is_ipv4] + root / XDP_DROP_ROOTS_A_CELL, next;

	if (at >= table->count)
		abort();
	next = table->cells[at].roots[root % XDP_DROP_ROOTS_A_CELL];
	for (; XDP_DROP_KIND(next) >= XDP_DROP_NODE; depth++) {
		if (depth == XDP_DROP_DEPTH_MAX || XDP_DROP_NUMBER(next) >= table->count)
			abort();
		if (XDP_DROP_KIND(next) == XDP_DROP_LOW)
			high = low;
		next = table->cells[XDP_DROP_NUMBER(next)]
			       .node
			       .next[xdp_drop_way(&table->cells[XDP_DROP_NUMBER(next)].node, high)];
	}
	return next;
}

/* Each prefix's first address is found to lie in one, and a single address is that rule's own. */
static void check_table(const struct xdp_rules *rules)
{
	struct xdp_drop_table table = { 0 };

	if (xdp_drop_table_build(rules, &table))
		return;
	for (uint32_t i = 0; i < rules->prefix_count; i++) {
		const struct xdp_prefix *prefix = &rules->prefixes[i];
		uint32_t next = look_up(&table, prefix->high, prefix->low, prefix->is_ipv4);

		if (!XDP_DROP_NUMBER(next))
			abort();
		if (prefix->bits == (prefix->is_ipv4 ? 32 : 128) &&
		    (XDP_DROP_NUMBER(next) != prefix->rule ||
		     (XDP_DROP_KIND(next) == XDP_DROP_EXCEPTION) != prefix->is_exception))
			abort();
	}
	xdp_drop_table_free(&table);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct xdp_rules rules = { 0 };
	struct xdp_duplicates duplicates;
	struct bpfhost_error err = { 0 };
	int ret = xdp_rules_add_lines(&rules, (const char *)data, size, &err);

	if (ret && !*err.text)
		abort();
	for (uint32_t i = 0; i < rules.prefix_count; i++)
		check_prefix(&rules.prefixes[i]);
	ret = xdp_rules_settle(&rules, &duplicates, &err);
	if (ret && !*err.text)
		abort();
	if (!ret)
		check_table(&rules);
	xdp_rules_free(&rules);
	return 0;
}
