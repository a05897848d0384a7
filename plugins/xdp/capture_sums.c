/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "capture_sums.h"

#include <stdlib.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

static int sums_map(struct bpfhost_instance *self)
{
	return bpf_object__find_map_fd_by_name(bpfhost_object(self), "xdp_capture_sums");
}

struct xdp_capture_sums capture_sums_read(struct bpfhost_instance *self, uint32_t ncpus,
					  uint32_t ifindex)
{
	struct xdp_capture_sums sum = { 0 }, *values = calloc(ncpus, sizeof(*values));

	if (values && !bpf_map_lookup_elem(sums_map(self), &ifindex, values)) {
		for (uint32_t i = 0; i < ncpus; i++) {
			sum.seen += values[i].seen;
			sum.matched += values[i].matched;
			sum.lost += values[i].lost;
		}
	}
	free(values);
	return sum;
}

uint64_t capture_sums_forget(struct bpfhost_instance *self, uint32_t ncpus, uint32_t ifindex)
{
	uint64_t lost = capture_sums_read(self, ncpus, ifindex).lost;

	bpf_map_delete_elem(sums_map(self), &ifindex);
	return lost;
}

uint64_t capture_sums_lost(struct bpfhost_instance *self, uint32_t ncpus)
{
	uint32_t key, *before = NULL;
	uint64_t lost = 0;

	while (!bpf_map_get_next_key(sums_map(self), before, &key)) {
		lost += capture_sums_read(self, ncpus, key).lost;
		before = &key;
	}
	return lost;
}
