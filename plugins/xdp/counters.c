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
			  struct xdp_counted *told, const struct xdp_counter *total, uint64_t ns)
{
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

static struct xdp_counter counters_sum(const struct xdp_counter *values, int ncpus)
{
	struct xdp_counter sum = { 0 };

	for (int i = 0; i < ncpus; i++) {
		sum.packets += values[i].packets;
		sum.bytes += values[i].bytes;
	}
	return sum;
}

static void counters_tell_one(struct bpfhost_instance *self, struct xdp_counters *counters,
			      const struct xdp_counter_key *key, const struct xdp_counter *values,
			      const char *iface)
{
	struct xdp_counter sum = counters_sum(values, libbpf_num_possible_cpus());
	struct xdp_counted *told = counters_find(counters, key);

	if (told && sum.packets != told->total.packets)
		counters_emit(self, iface, told, &sum, counters->interval_ns);
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

void xdp_counters_tell(struct bpfhost_instance *self, struct xdp_counters *counters,
		       const struct xdp_interfaces *interfaces)
{
	int map = bpf_object__find_map_fd_by_name(bpfhost_object(self), "xdp_counters");
	struct xdp_counter *values = calloc((size_t)libbpf_num_possible_cpus(), sizeof(*values));
	struct xdp_counter_key key, *before = NULL;
	uint64_t now = bpfhost_now();

	counters->interval_ns = now - counters->told_ns;
	counters->told_ns = now;
	while (values && !bpf_map_get_next_key(map, before, &key)) {
		if (!bpf_map_lookup_elem(map, &key, values))
			counters_tell_one(self, counters, &key, values,
					  xdp_interfaces_name(interfaces, key.ifindex));
		before = &key;
	}
	counters_warn(self, counters);
	free(values);
}

void xdp_counters_free(struct xdp_counters *counters)
{
	tdestroy(counters->told, free);
	*counters = (struct xdp_counters){ 0 };
}
