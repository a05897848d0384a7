/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "flows.h"
#include "flows_round.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

/*
 * How long a program that began before the round turned may still be running: at least, for what a CPU has written
 * shows by then, and at most, where it does not say that it is done.
 */
#define FLOWS_GRACE_NS 10000000ULL
#define FLOWS_LATE_NS  100000000ULL
#define FLOWS_PAUSE_NS 500000L

/* For all that is left at the end, in which the host gives 750 ms for everything. */
#define FLOWS_END_NS 400000000ULL

/*
 * An LRU map keeps so many free places apart for each CPU (LOCAL_FREE_TARGET of the kernel's
 * bpf_lru_list.c), and throws flows out before it takes so many the last time.
 */
#define FLOWS_SPARE 128U

static const char *const flow_maps[] = { "xdp_flows_0", "xdp_flows_1" };

int xdp_flows_size(struct bpfhost_instance *self, struct xdp_flows *flows, uint32_t most)
{
	int ncpus = libbpf_num_possible_cpus();
	uint32_t spare = FLOWS_SPARE * ((ncpus > 0 ? (uint32_t)ncpus : 0) + 1);

	flows->kept_max = most;
	for (int i = 0; i < 2; i++) {
		struct bpf_map *map =
			bpf_object__find_map_by_name(bpfhost_object(self), flow_maps[i]);
		uint32_t room = most > 1 ? most + flows->kept_max + spare : 1;
		int err = map ? bpf_map__set_max_entries(map, room) : -ENOENT;

		if (err)
			return bpfhost_fail(self, err, "failed to make room for %u flows: %s", most,
					    strerror(-err));
	}
	return 0;
}

int xdp_flows_start(struct bpfhost_instance *self, struct xdp_flows *flows)
{
	flows->round = bpfhost_variable(self, "xdp_flow_round", sizeof(*flows->round));
	if (!flows->round)
		return bpfhost_fail(self, -EINVAL, "failed to map xdp_flow_round");
	return 0;
}

static void flows_pause(long ns)
{
	nanosleep(&(struct timespec){ .tv_nsec = ns }, NULL);
}

/* ---- one flow ---------------------------------------------------------------------------------- */

static uint64_t flows_packets(const struct xdp_flow *flow)
{
	return flow->packets & ((1ULL << XDP_FLOW_STAMP) - 1);
}

static void flows_emit(struct bpfhost_instance *self, const char *iface,
		       const struct xdp_flow_key *key, const struct xdp_flow *flow)
{
	struct flow_event event = {
		.header.flags = BPFHOST_EVENT_NO_TASK,
		.proto = key->tuple.proto,
		.vlan = key->tuple.vlan,
		.present = (enum xdp_has)key->present,
		.sport = key->tuple.sport,
		.dport = key->tuple.dport,
		.tcp_flags = (uint32_t)(flow->packets >> XDP_FLOW_FLAGS),
		.packets = flows_packets(flow),
		.bytes = flow->bytes,
		.dropped = flow->dropped,
		.duration_ns = (uint64_t)flow->lasted << XDP_FLOW_TIME,
	};

	snprintf(event.iface, sizeof(event.iface), "%s", iface);
	memcpy(event.saddr, key->tuple.saddr, sizeof(event.saddr));
	memcpy(event.daddr, key->tuple.daddr, sizeof(event.daddr));
	bpfhost_emit_struct(self, "flow_event", &event.header, sizeof(event));
}

/* ---- a round ----------------------------------------------------------------------------------- */

static struct xdp_flow_sums flows_counted(struct bpfhost_instance *self, uint32_t round)
{
	int map = bpf_object__find_map_fd_by_name(bpfhost_object(self), "xdp_flow_sums");
	int ncpus = libbpf_num_possible_cpus();
	struct xdp_flow_sums sum = { 0 }, *values = calloc((size_t)ncpus, sizeof(*values));

	if (values && !bpf_map_lookup_elem(map, &round, values)) {
		for (int i = 0; i < ncpus; i++) {
			sum.packets += values[i].packets;
			sum.done += values[i].done;
			sum.bytes += values[i].bytes;
			sum.flows += values[i].flows;
			sum.made += values[i].made;
		}
	}
	free(values);
	return sum;
}

/*
 * What was counted and not found has been thrown out to make room. A program that was not waited for
 * long enough makes its packet seem so; what it puts into a flow then bears a stamp that is told no more.
 */
static void flows_emit_missed(struct bpfhost_instance *self, struct xdp_flow_sums *told,
			      uint32_t round)
{
	struct xdp_flow_sums now = flows_counted(self, round);
	struct flows_missed_event event = {
		.header.flags = BPFHOST_EVENT_NO_TASK,
		.flows = now.flows > told->flows ? now.flows - told->flows : 0,
		.packets = now.packets - told->packets,
		.bytes = now.bytes - told->bytes,
	};

	if ((int64_t)event.packets <= 0)
		return;
	bpfhost_emit_struct(self, "flows_missed_event", &event.header, sizeof(event));
	*told = now;
}

void xdp_flows_turn(struct xdp_flows *flows)
{
	__atomic_store_n(flows->round, *flows->round + 1, __ATOMIC_SEQ_CST);
	flows->turned_ns = bpfhost_now();
	flows->draining = true;
	flows->is_begun = false;
	flows->has_token = false;
	flows->found = 0;
}

/* Before the first of them is read: whether those that are stay in their map. False: a program may still use it. */
static bool flows_begin(struct bpfhost_instance *self, struct xdp_flows *flows)
{
	uint32_t round = !(*flows->round & 1);
	struct xdp_flow_map *map = &flows->maps[round];
	uint64_t since = bpfhost_now() - flows->turned_ns;
	struct xdp_flow_sums sums;

	if (since < FLOWS_GRACE_NS)
		return false;
	sums = flows_counted(self, round);
	if (sums.packets != sums.done && since < FLOWS_LATE_NS)
		return false;
	flows->is_emptied =
		xdp_flows_go(*flows->round, map->kept + (sums.made - map->made), flows->kept_max);
	map->made = sums.made;
	flows->is_begun = true;
	return true;
}

/* Those of the round that ended; what lies there from earlier rounds was told then. */
static void flows_take(struct bpfhost_instance *self, struct xdp_flows *flows, uint32_t count,
		       const struct xdp_interfaces *interfaces)
{
	uint32_t round = *flows->round - 1;
	struct xdp_flow_sums *told = &flows->maps[round & 1].told;

	for (uint32_t i = 0; i < count; i++) {
		const struct xdp_flow *flow = &flows->values[i];

		if ((flow->packets & XDP_FLOW_STAMP_MASK) != xdp_flow_stamp(round))
			continue;
		flows_emit(self, xdp_interfaces_name(interfaces, flows->keys[i].ifindex),
			   &flows->keys[i], flow);
		told->packets += flows_packets(flow);
		told->bytes += flow->bytes;
		told->flows++;
	}
}

/* The next flows of the map that is being told, 0 to XDP_FLOWS_BATCH. With the last ones draining ends. */
static uint32_t flows_read(struct bpfhost_instance *self, struct xdp_flows *flows)
{
	int fd = bpf_object__find_map_fd_by_name(bpfhost_object(self),
						 flow_maps[!(*flows->round & 1)]);
	int (*take)(int, void *, void *, void *, void *, __u32 *,
		    const struct bpf_map_batch_opts *) =
		flows->is_emptied ? bpf_map_lookup_and_delete_batch : bpf_map_lookup_batch;
	uint32_t count = XDP_FLOWS_BATCH;
	int err = take(fd, flows->has_token ? &flows->token : NULL, &flows->token, flows->keys,
		       flows->values, &count, NULL);

	if (err && err != -ENOENT)
		count = 0;
	flows->draining = !err;
	flows->has_token = true;
	flows->found += count;
	return count;
}

/* What is left of a round is counted: to read it takes longer than there is time. */
static void flows_give_up(struct bpfhost_instance *self, struct xdp_flows *flows,
			  struct xdp_flow_map *map, uint32_t round)
{
	struct xdp_flow_sums now = flows_counted(self, round);

	flows->draining = false;
	if (now.flows <= map->told.flows)
		return;
	bpfhost_lost(self, now.flows - map->told.flows);
	bpfhost_warn(self, "%llu flows are not told: at the end there was no time for them",
		     (unsigned long long)(now.flows - map->told.flows));
	map->told = now;
}

bool xdp_flows_tell(struct bpfhost_instance *self, struct xdp_flows *flows,
		    const struct xdp_interfaces *interfaces)
{
	uint32_t round = !(*flows->round & 1);
	struct xdp_flow_map *map = &flows->maps[round];

	if (flows->draining && !flows->is_begun && !flows_begin(self, flows))
		return false;
	while (flows->draining) {
		if (flows->ends_at && bpfhost_now() > flows->ends_at) {
			flows_give_up(self, flows, map, round);
			break;
		}
		if (bpfhost_room(self, BPFHOST_RECORD_MAX))
			return false;
		flows_take(self, flows, flows_read(self, flows), interfaces);
	}
	map->kept = flows->is_emptied ? 0 : flows->found;
	flows_emit_missed(self, &map->told, round);
	return true;
}

static void flows_tell_all(struct bpfhost_instance *self, struct xdp_flows *flows,
			   const struct xdp_interfaces *interfaces)
{
	while (!xdp_flows_tell(self, flows, interfaces))
		flows_pause(FLOWS_PAUSE_NS);
}

void xdp_flows_finish(struct bpfhost_instance *self, struct xdp_flows *flows,
		      const struct xdp_interfaces *interfaces)
{
	flows->ends_at = bpfhost_now() + FLOWS_END_NS;
	flows_tell_all(self, flows, interfaces);
	xdp_flows_turn(flows);
	flows_tell_all(self, flows, interfaces);
}

_Static_assert(XDP_FLOWS_BATCH *(sizeof(struct flow_event) + 16) <= BPFHOST_RECORD_MAX,
	       "the bus has room for a batch");
