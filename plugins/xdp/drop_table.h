/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Makes the table of drop_maps.h. */
#ifndef XDP_DROP_TABLE_H
#define XDP_DROP_TABLE_H

#include "drop_maps.h"
#include "drop_rules.h"

struct xdp_drop_table {
	struct xdp_drop_cell *cells; /* head first */
	uint32_t count;
	uint32_t room;
};

/* Of prefixes that are settled. 0, -ENOMEM. */
int xdp_drop_table_build(const struct xdp_rules *rules, struct xdp_drop_table *ret_table);
void xdp_drop_table_free(struct xdp_drop_table *table);

#endif
