/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "odd.h"

#include <stdlib.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "xdp_maps.h"

void xdp_odd_tell_rest(struct bpfhost_instance *self)
{
	struct bpf_object *object = bpfhost_object(self);
	int map = object ? bpf_object__find_map_fd_by_name(object, "xdp_odd") : -1;
	int ncpus = libbpf_num_possible_cpus();
	uint64_t left_out = 0;
	struct xdp_odd *odd;
	uint32_t zero = 0;

	if (map < 0 || ncpus <= 0)
		return;
	odd = calloc((size_t)ncpus, sizeof(*odd));
	if (odd && !bpf_map_lookup_elem(map, &zero, odd))
		for (int i = 0; i < ncpus; i++)
			left_out += odd[i].left_out;
	free(odd);
	if (left_out)
		bpfhost_info(self, "%llu packets with errors were not told of",
			     (unsigned long long)left_out);
}
