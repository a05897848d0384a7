/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The other half of this protocol is bpf/include/bpfhost/emit.bpf.h. */
#include "kernel_ring.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <unistd.h>

static size_t kernel_ring_page(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

static int kernel_ring_map(int fd, int protection, size_t offset, void **ret_address)
{
	void *address = mmap(NULL, kernel_ring_page(), protection, MAP_SHARED, fd, (off_t)offset);

	if (address == MAP_FAILED)
		return -errno;
	*ret_address = address;
	return 0;
}

int kernel_ring_open(struct kernel_ring *ring, const struct bpfhost_ring_fds *fds)
{
	size_t page = kernel_ring_page();
	int err;

	*ring = KERNEL_RING_NONE;
	ring->size = fds->ring_size;
	ring->fd = fcntl(fds->ring, F_DUPFD_CLOEXEC, 3);
	if (ring->fd < 0)
		return -errno;
	err = kernel_ring_map(ring->fd, PROT_READ, 0, (void **)&ring->consumer);
	if (!err)
		err = kernel_ring_map(ring->fd, PROT_READ, page, (void **)&ring->producer);
	if (!err && fds->reader >= 0)
		err = kernel_ring_map(fds->reader, PROT_READ | PROT_WRITE, 0,
				      (void **)&ring->reader);
	if (err)
		kernel_ring_close(ring);
	return err;
}

void kernel_ring_close(struct kernel_ring *ring)
{
	size_t page = kernel_ring_page();

	if (ring->reader)
		munmap(ring->reader, page);
	if (ring->producer)
		munmap((void *)ring->producer, page);
	if (ring->consumer)
		munmap((void *)ring->consumer, page);
	if (ring->fd >= 0)
		close(ring->fd);
	*ring = KERNEL_RING_NONE;
}

uint64_t kernel_ring_produced(const struct kernel_ring *ring)
{
	return ring->producer ? __atomic_load_n(ring->producer, __ATOMIC_ACQUIRE) : 0;
}

uint64_t kernel_ring_consumed(const struct kernel_ring *ring)
{
	return ring->consumer ? __atomic_load_n(ring->consumer, __ATOMIC_ACQUIRE) : 0;
}

bool kernel_ring_sleep(struct kernel_ring *ring)
{
	if (ring->reader)
		__atomic_store_n(&ring->reader->sleeping, 1, __ATOMIC_SEQ_CST);
	atomic_thread_fence(memory_order_seq_cst);
	if (kernel_ring_produced(ring) == kernel_ring_consumed(ring))
		return true;
	kernel_ring_awake(ring);
	return false;
}

void kernel_ring_awake(struct kernel_ring *ring)
{
	if (ring->reader)
		__atomic_store_n(&ring->reader->sleeping, 0, __ATOMIC_SEQ_CST);
}
