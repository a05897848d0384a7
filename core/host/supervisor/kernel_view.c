/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "supervisor/kernel_view.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

static size_t kernel_view_size(uint32_t ncpus)
{
	return ncpus * sizeof(struct bpfhost_counters);
}

/*
 * A worker may send any descriptor. A file that it cuts short later would end us with SIGBUS; the
 * memory of a map never shrinks.
 */
static int kernel_view_check(int fd, uint32_t entries, uint32_t value_size)
{
	struct bpf_map_info info = { 0 };
	uint32_t info_size = sizeof(info);

	if (bpf_obj_get_info_by_fd(fd, &info, &info_size) < 0)
		return -errno;
	if (info.type != BPF_MAP_TYPE_ARRAY || !(info.map_flags & BPF_F_MMAPABLE) ||
	    info.max_entries < entries || info.value_size < value_size ||
	    (entries > 1 && info.value_size != value_size))
		return -EINVAL;
	return 0;
}

static int kernel_view_map(int fd, uint32_t entries, uint32_t value_size, const void **ret_address)
{
	int err = kernel_view_check(fd, entries, value_size);
	void *address;

	if (err)
		return err;
	address = mmap(NULL, (size_t)entries * value_size, PROT_READ, MAP_SHARED, fd, 0);
	if (address == MAP_FAILED)
		return -errno;
	*ret_address = address;
	return 0;
}

int kernel_view_open(struct kernel_view *view, int counters, int reader, uint32_t ncpus)
{
	int possible = libbpf_num_possible_cpus(), err;

	memset(view, 0, sizeof(*view));
	if (possible < 0 || (int)ncpus != possible)
		return possible < 0 ? possible : -EINVAL;
	view->ncpus = ncpus;
	err = kernel_view_map(counters, ncpus, sizeof(*view->counters),
			      (const void **)&view->counters);
	if (!err && reader >= 0)
		err = kernel_view_map(reader, 1, sizeof(*view->reader),
				      (const void **)&view->reader);
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
