/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "counters.h"

#include <errno.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

static int counters_order(const void *a, const void *b)
{
	const struct xdp_counted *left = a, *right = b;

	return memcmp(&left->key, &right->key, sizeof(left->key));
}

/* What was told of this combination, all zero where it is new. NULL without memory. */
static struct xdp_counted *counters_find(struct xdp_counters *counters,
					 const struct xdp_counter_key *key)
{
	struct xdp_counted *fresh = calloc(1, sizeof(*fresh)), **found;

	if (!fresh)
		return NULL;
	fresh->key = *key;
	found = tsearch(fresh, &counters->told, counters_order);
	if (!found || *found != fresh)
		free(fresh);
	return found ? *found : NULL;
}

static uint64_t counters_rate(uint64_t count, uint64_t ns)
{
	return ns ? (uint64_t)((double)count * 1e9 / (double)ns + 0.5) : 0;
}

static void counters_emit(struct bpfhost_instance *self, const char *iface,
			  struct xdp_counted *told, uint64_t ns)
{
	const struct xdp_counter *total = &told->now;
	struct counter_event event = {
		.header.flags = BPFHOST_EVENT_NO_TASK,
		.queue = told->key.queue,
		.proto = told->key.proto,
		.action = told->key.action,
		.packets = total->packets,
		.bytes = total->bytes,
		.packets_per_second = counters_rate(total->packets - told->total.packets, ns),
		.bytes_per_second = counters_rate(total->bytes - told->total.bytes, ns),
	};

	snprintf(event.iface, sizeof(event.iface), "%s", iface);
	bpfhost_emit_struct(self, "counter_event", &event.header, sizeof(event));
	told->total = *total;
}

static void counters_add(struct xdp_counters *counters, const struct xdp_counter_key *key,
			 const struct xdp_counter *value)
{
	struct xdp_counted *told = counters_find(counters, key);

	if (!told)
		return;
	told->now.packets += value->packets;
	told->now.bytes += value->bytes;
}

static void counters_gather_map(struct bpfhost_instance *self, struct xdp_counters *counters,
				struct xdp_counter *values)
{
	int map = bpf_object__find_map_fd_by_name(bpfhost_object(self), "xdp_counters");
	struct xdp_counter_key key, *before = NULL;

	for (; !bpf_map_get_next_key(map, before, &key); before = &key) {
		if (bpf_map_lookup_elem(map, &key, values))
			continue;
		for (int i = 0; i < libbpf_num_possible_cpus(); i++)
			counters_add(counters, &key, &values[i]);
	}
}

static void counters_gather_places(struct bpfhost_instance *self, struct xdp_counters *counters,
				   struct xdp_counter_place *places)
{
	int map = bpf_object__find_map_fd_by_name(bpfhost_object(self), "xdp_counter_places");

	for (uint32_t at = 0; at < XDP_COUNTER_PLACES; at++) {
		if (bpf_map_lookup_elem(map, &at, places))
			continue;
		for (int i = 0; i < libbpf_num_possible_cpus(); i++)
			if (places[i].is_taken)
				counters_add(counters, &places[i].key, &places[i].counter);
	}
}

static void counters_warn(struct bpfhost_instance *self, struct xdp_counters *counters)
{
	uint64_t now = __atomic_load_n(counters->uncounted, __ATOMIC_RELAXED);

	if (now == counters->uncounted_told)
		return;
	bpfhost_warn(self, "%llu packets are in no counter: there is no room for more of them",
		     (unsigned long long)(now - counters->uncounted_told));
	counters->uncounted_told = now;
}

int xdp_counters_start(struct bpfhost_instance *self, struct xdp_counters *counters)
{
	counters->uncounted = bpfhost_variable(self, "xdp_uncounted", sizeof(*counters->uncounted));
	if (!counters->uncounted)
		return bpfhost_fail(self, -EINVAL, "failed to map xdp_uncounted");
	counters->told_ns = bpfhost_now();
	return 0;
}

struct counters_walk {
	struct bpfhost_instance *self;
	const struct xdp_counters *counters;
	const struct xdp_interfaces *interfaces;
};

static void counters_tell_one(const void *node, VISIT visit, void *closure)
{
	struct xdp_counted *told = *(struct xdp_counted *const *)node;
	const struct counters_walk *walk = closure;

	if (visit != postorder && visit != leaf)
		return;
	if (told->now.packets > told->total.packets)
		counters_emit(walk->self, xdp_interfaces_name(walk->interfaces, told->key.ifindex),
			      told, walk->counters->interval_ns);
	told->now = (struct xdp_counter){ 0 };
}

void xdp_counters_tell(struct bpfhost_instance *self, struct xdp_counters *counters,
		       const struct xdp_interfaces *interfaces)
{
	struct counters_walk walk = { self, counters, interfaces };
	/* One a CPU, of either map. */
	void *values = calloc((size_t)libbpf_num_possible_cpus(), sizeof(struct xdp_counter_place));
	uint64_t now = bpfhost_now();

	if (!values)
		return;
	counters->interval_ns = now - counters->told_ns;
	counters->told_ns = now;
	counters_gather_map(self, counters, values);
	counters_gather_places(self, counters, values);
	twalk_r(counters->told, counters_tell_one, &walk);
	counters_warn(self, counters);
	free(values);
}

void xdp_counters_free(struct xdp_counters *counters)
{
	tdestroy(counters->told, free);
	*counters = (struct xdp_counters){ 0 };
}
