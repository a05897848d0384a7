/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "flows.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

static const char *const flow_maps[] = { "xdp_flows_0", "xdp_flows_1" };

static int flows_map(struct bpfhost_instance *self, uint32_t round)
{
	return bpf_object__find_map_fd_by_name(bpfhost_object(self), flow_maps[round & 1]);
}

int xdp_flows_size(struct bpfhost_instance *self, uint32_t flows)
{
	for (int i = 0; i < 2; i++) {
		struct bpf_map *map =
			bpf_object__find_map_by_name(bpfhost_object(self), flow_maps[i]);
		int err = map ? bpf_map__set_max_entries(map, flows) : -ENOENT;

		if (err)
			return bpfhost_fail(self, err, "failed to make room for %u flows: %s",
					    flows, strerror(-err));
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

void xdp_flows_turn(struct bpfhost_instance *self, struct xdp_flows *flows)
{
	(void)self;
	__atomic_store_n(flows->round, !*flows->round, __ATOMIC_SEQ_CST);
	flows->draining = true;
	flows->told = (struct xdp_flow_sums){ 0 };
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
		.tcp_flags = (uint32_t)flow->tcp_flags,
		.packets = flow->packets,
		.bytes = flow->bytes,
		.dropped = flow->dropped,
		.duration_ns = flow->last_ns - flow->first_ns,
	};

	snprintf(event.iface, sizeof(event.iface), "%s", iface);
	memcpy(event.saddr, key->tuple.saddr, sizeof(event.saddr));
	memcpy(event.daddr, key->tuple.daddr, sizeof(event.daddr));
	bpfhost_emit_struct(self, "flow_event", &event.header, sizeof(event));
}

/* What all packets of the round did, read and set to zero for the next time. */
static struct xdp_flow_sums flows_sums(struct bpfhost_instance *self, uint32_t round)
{
	int map = bpf_object__find_map_fd_by_name(bpfhost_object(self), "xdp_flow_sums");
	int ncpus = libbpf_num_possible_cpus();
	struct xdp_flow_sums sum = { 0 }, *values = calloc((size_t)ncpus, sizeof(*values));

	if (values && !bpf_map_lookup_elem(map, &round, values)) {
		for (int i = 0; i < ncpus; i++) {
			sum.packets += values[i].packets;
			sum.bytes += values[i].bytes;
			sum.flows += values[i].flows;
			sum.failed += values[i].failed;
		}
		memset(values, 0, (size_t)ncpus * sizeof(*values));
		bpf_map_update_elem(map, &round, values, BPF_ANY);
	}
	free(values);
	return sum;
}

/* The round is over: what was counted and not found had no place. */
static void flows_emit_missed(struct bpfhost_instance *self, const struct xdp_flow_sums *told,
			      uint32_t round)
{
	struct xdp_flow_sums sums = flows_sums(self, round);
	struct flows_missed_event event = {
		.header.flags = BPFHOST_EVENT_NO_TASK,
		.flows = sums.flows - told->flows,
		.packets = sums.packets - told->packets,
		.bytes = sums.bytes - told->bytes,
	};

	if (event.packets)
		bpfhost_emit_struct(self, "flows_missed_event", &event.header, sizeof(event));
}

bool xdp_flows_tell(struct bpfhost_instance *self, struct xdp_flows *flows,
		    const struct xdp_interfaces *interfaces)
{
	uint32_t round = !*flows->round;
	int map = flows_map(self, round);
	struct xdp_flow_key key;
	struct xdp_flow flow;

	while (flows->draining && !bpf_map_get_next_key(map, NULL, &key)) {
		if (bpfhost_room(self, sizeof(struct flow_event)))
			return false;
		if (bpf_map_lookup_elem(map, &key, &flow))
			break;
		flows_emit(self, xdp_interfaces_name(interfaces, key.ifindex), &key, &flow);
		flows->told.packets += flow.packets;
		flows->told.bytes += flow.bytes;
		flows->told.flows++;
		bpf_map_delete_elem(map, &key);
	}
	if (flows->draining)
		flows_emit_missed(self, &flows->told, round);
	flows->draining = false;
	return true;
}
