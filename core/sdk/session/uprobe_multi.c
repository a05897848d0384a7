/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Many uprobes in one link.
 *
 * The kernel takes all places or none. So when it refuses, the lot is halved, and again, until the
 * places that it does not want stand alone.
 *
 * Each place takes it some ten microseconds in each process that uses the file: seconds, for all functions of
 * libc. So lots are of a size that takes about a second, and between two of them the host may call it off.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "../kernel/kernel.h"
#include "session.h"

#define UPROBE_MULTI_RETURN 1U         /* BPF_F_UPROBE_MULTI_RETURN */
#define UPROBE_MULTI_MAX    (1U << 20) /* MAX_UPROBE_MULTI_CNT in kernel/trace/bpf_trace.c */
/* Of the first lot. Few, for most files that have more are used by few; each link has its price, too. */
#define UPROBE_LOT_FIRST 1024U
#define UPROBE_LOT_LEAST 16U
#define UPROBE_LOT_SHORT 250000000ULL  /* ns: after less, the next is four times as large */
#define UPROBE_LOT_LONG  1000000000ULL /* ns: after more, half as large */

/*
 * Before Linux 6.10 such a link with a pid ran its program for one thread only (commit 46ba0e49b642);
 * there it is attached for all, and the common filter leaves out the others.
 */
static bool uprobe_multi_takes_pid(void)
{
	return bpfhost_kernel_version() >= BPFHOST_KERNEL(6, 10);
}

/* ---- one lot -------------------------------------------------------------------------------------- */

struct uprobe_lot {
	uint64_t *offsets;
	uint64_t *semaphores;
	uint64_t *cookies;
	uint32_t count;
	bool has_semaphores;
};

static void uprobe_lot_free(struct uprobe_lot *lot)
{
	free(lot->offsets);
	free(lot->semaphores);
	free(lot->cookies);
}

static int uprobe_lot_make(const struct session_uprobes *uprobes, uint32_t first, uint32_t end,
			   struct uprobe_lot *lot)
{
	const size_t most = end - first;

	lot->offsets = calloc(most, sizeof(uint64_t));
	lot->semaphores = calloc(most, sizeof(uint64_t));
	lot->cookies = calloc(most, sizeof(uint64_t));
	if (!lot->offsets || !lot->semaphores || !lot->cookies)
		return -ENOMEM;
	for (uint32_t i = first; i < end; i++) {
		if (uprobes->failed[i])
			continue;
		lot->offsets[lot->count] = uprobes->items[i].offset;
		lot->semaphores[lot->count] = uprobes->items[i].semaphore;
		lot->has_semaphores |= uprobes->items[i].semaphore != 0;
		lot->cookies[lot->count++] = uprobes->items[i].cookie;
	}
	return 0;
}

static int uprobe_lot_attach(struct bpfhost_instance *self, const struct session_uprobes *uprobes,
			     const struct uprobe_lot *lot)
{
	struct kernel_uprobe_multi attr = {
		.prog_fd = (uint32_t)bpf_program__fd(uprobes->program),
		.attach_type = KERNEL_TRACE_UPROBE_MULTI,
		.path = (uint64_t)(uintptr_t)uprobes->file,
		.offsets = (uint64_t)(uintptr_t)lot->offsets,
		.cookies = (uint64_t)(uintptr_t)lot->cookies,
		.cnt = lot->count,
		.uprobe_flags = uprobes->returning ? UPROBE_MULTI_RETURN : 0,
		.pid = uprobe_multi_takes_pid() ? uprobes->pid : 0,
	};
	int fd;

	if (!lot->count)
		return 0;
	if (lot->has_semaphores && !uprobes->returning)
		attr.ref_ctr_offsets = (uint64_t)(uintptr_t)lot->semaphores;
	fd = session_attach_begin(self);
	if (fd)
		return fd;
	fd = kernel_uprobe_multi_link(&attr);
	session_attach_end(self);
	return fd < 0 ? fd : session_keep_link_fd(session_get(self), fd);
}

/* Whether another choice of places might be taken. */
static bool uprobe_is_about_a_place(int err)
{
	return err == -EINVAL || err == -EOPNOTSUPP || err == -EIO || err == -EFAULT ||
	       err == -E2BIG || err == -ENOEXEC;
}

static int uprobe_lot_missed(struct bpfhost_instance *self, const struct session_uprobes *uprobes,
			     uint32_t first, uint32_t end, int err)
{
	const char *probe = uprobes->items[first].probe;
	char text[512];

	for (uint32_t i = first; i < end; i++)
		uprobes->failed[i] = true;
	snprintf(text, sizeof(text), "%s and %u more", probe, end - first - 1);
	return session_missed(self, end - first > 1 ? text : probe, err);
}

static int uprobe_range(struct bpfhost_instance *self, const struct session_uprobes *uprobes,
			uint32_t first, uint32_t end)
{
	struct uprobe_lot lot = { 0 };
	uint32_t middle = first + (end - first) / 2;
	int second, err = -E2BIG;

	if (end - first <= UPROBE_MULTI_MAX) {
		err = uprobe_lot_make(uprobes, first, end, &lot);
		if (!err)
			err = uprobe_lot_attach(self, uprobes, &lot);
		uprobe_lot_free(&lot);
	}
	if (!err)
		return 0;
	if (end - first == 1 || !uprobe_is_about_a_place(err))
		return uprobe_lot_missed(self, uprobes, first, end, err);
	err = uprobe_range(self, uprobes, first, middle);
	second = uprobe_range(self, uprobes, middle, end);
	return err ? err : second;
}

/* ---- lot after lot -------------------------------------------------------------------------------- */

static uint32_t uprobe_next_size(uint32_t size, uint64_t took)
{
	if (took < UPROBE_LOT_SHORT && size <= UPROBE_MULTI_MAX / 4)
		return size * 4;
	return took > UPROBE_LOT_LONG && size >= 2 * UPROBE_LOT_LEAST ? size / 2 : size;
}

static void uprobe_give_up(const struct session_uprobes *uprobes, uint32_t first)
{
	for (uint32_t i = first; i < uprobes->count; i++)
		uprobes->failed[i] = true;
}

int session_uprobe_multi(struct bpfhost_instance *self, const struct session_uprobes *uprobes)
{
	uint32_t size = UPROBE_LOT_FIRST, end;
	int err = 0;

	for (uint32_t first = 0; first < uprobes->count; first = end) {
		uint64_t began = bpfhost_now();
		int ret;

		end = uprobes->count - first > size ? first + size : uprobes->count;
		ret = uprobe_range(self, uprobes, first, end);
		if (ret == -ECANCELED) {
			uprobe_give_up(uprobes, first);
			return ret;
		}
		err = err ? err : ret;
		size = uprobe_next_size(size, bpfhost_now() - began);
	}
	return err;
}
