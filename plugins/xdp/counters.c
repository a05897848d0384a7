/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "counters.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

static uint64_t counters_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000ULL + (uint64_t)now.tv_nsec;
}

static struct xdp_counted *counters_find(struct xdp_counters *counters,
					 const struct xdp_counter_key *key)
{
	struct xdp_counted *told;

	for (uint32_t i = 0; i < counters->count; i++)
		if (!memcmp(&counters->told[i].key, key, sizeof(*key)))
			return &counters->told[i];
	told = reallocarray(counters->told, counters->count + 1, sizeof(*told));
	if (!told)
		return NULL;
	counters->told = told;
	told[counters->count] = (struct xdp_counted){ .key = *key };
	return &told[counters->count++];
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

void xdp_counters_tell(struct bpfhost_instance *self, struct xdp_counters *counters,
		       const struct xdp_interfaces *interfaces)
{
	int ncpus = libbpf_num_possible_cpus();
	int map = bpf_object__find_map_fd_by_name(bpfhost_object(self), "xdp_counters");
	uint64_t now = counters_now(), ns = counters->told_ns ? now - counters->told_ns : 0;
	struct xdp_counter *values = calloc((size_t)ncpus, sizeof(*values));
	struct xdp_counter_key key, *before = NULL;

	while (values && !bpf_map_get_next_key(map, before, &key)) {
		struct xdp_counted *told = counters_find(counters, &key);

		if (told && !bpf_map_lookup_elem(map, &key, values)) {
			struct xdp_counter sum = counters_sum(values, ncpus);

			if (sum.packets != told->total.packets)
				counters_emit(self, xdp_interfaces_name(interfaces, key.ifindex),
					      told, &sum, ns);
		}
		before = &key;
	}
	counters->told_ns = now;
	free(values);
}

void xdp_counters_free(struct xdp_counters *counters)
{
	free(counters->told);
	*counters = (struct xdp_counters){ 0 };
}
