/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "supervisor/kernel_view.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/libbpf.h>

static size_t kernel_view_size(uint32_t ncpus)
{
	return ncpus * sizeof(struct bpfhost_counters);
}

static int kernel_view_map(int fd, size_t size, const void **ret_address)
{
	void *address = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);

	if (address == MAP_FAILED)
		return -errno;
	*ret_address = address;
	return 0;
}

int kernel_view_open(struct kernel_view *view, int counters, int reader, uint32_t ncpus)
{
	int err;

	memset(view, 0, sizeof(*view));
	if ((int)ncpus != libbpf_num_possible_cpus())
		return -EINVAL;
	view->ncpus = ncpus;
	err = kernel_view_map(counters, kernel_view_size(ncpus), (const void **)&view->counters);
	if (!err && reader >= 0)
		err = kernel_view_map(reader, sizeof(*view->reader), (const void **)&view->reader);
	if (err)
		kernel_view_close(view);
	return err;
}

void kernel_view_close(struct kernel_view *view)
{
	if (view->counters)
		munmap((void *)view->counters, kernel_view_size(view->ncpus));
	if (view->reader)
		munmap((void *)view->reader, sizeof(*view->reader));
	memset(view, 0, sizeof(*view));
}

void kernel_view_sums(const struct kernel_view *view, struct kernel_sums *ret_sums)
{
	struct kernel_sums sums = { 0 };

	for (uint32_t cpu = 0; view->counters && cpu < view->ncpus; cpu++) {
		const struct bpfhost_counters *here = &view->counters[cpu];

		/* lost first: it never exceeds a produced that is read after it */
		sums.lost += __atomic_load_n(&here->lost, __ATOMIC_ACQUIRE);
		sums.produced += __atomic_load_n(&here->produced, __ATOMIC_ACQUIRE);
		sums.log_lost += __atomic_load_n(&here->log_lost, __ATOMIC_ACQUIRE);
		sums.log_produced += __atomic_load_n(&here->log_produced, __ATOMIC_ACQUIRE);
	}
	*ret_sums = sums;
}

uint64_t kernel_view_lost(const struct kernel_view *view, uint32_t cpu)
{
	return __atomic_load_n(&view->counters[cpu].lost, __ATOMIC_ACQUIRE);
}

bool kernel_view_quiet(const struct kernel_view *view)
{
	return view->reader && __atomic_load_n(&view->reader->sleeping, __ATOMIC_SEQ_CST) == 1;
}
