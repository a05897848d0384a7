/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* How long flows may stay in their map. */
#ifndef XDP_FLOWS_ROUND_H
#define XDP_FLOWS_ROUND_H

#include <stdbool.h>
#include <stdint.h>

/* Once in so many rounds those go, too, that are idle, and long before the stamps of rounds begin again. */
#define XDP_FLOWS_KEPT_ROUNDS 64U

/*
 * Whether all flows go that are in the map of the round before this one: where they would not leave room for
 * as many new ones as a round may have, and when it is their time. Two rounds that follow each other are those
 * of both maps.
 */
static inline bool xdp_flows_go(uint32_t round, uint64_t flows, uint64_t most)
{
	return flows > most || round % XDP_FLOWS_KEPT_ROUNDS < 2;
}

#endif
