/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Uprobes as perf events, one for each place: how it is done on kernels before 6.6. Format of the
 * event: Documentation/trace/uprobetracer.rst and the files below /sys/bus/event_source/devices/uprobe.
 */
#include <errno.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bpf/libbpf.h>

#include "session.h"

#define CLASSIC_DEVICE          "/sys/bus/event_source/devices/uprobe/"
#define CLASSIC_MANY            100 /* so many take long enough to say so */
#define CLASSIC_SEMAPHORE_SHIFT 32  /* PERF_UPROBE_REF_CTR_OFFSET_SHIFT in kernel/events/core.c */

/* The number that a file of the device's holds, behind "config:" where it has that. */
static int classic_read(const char *name, uint32_t *ret_number)
{
	char path[128], text[32];
	unsigned int number;
	FILE *file;
	int got;

	snprintf(path, sizeof(path), CLASSIC_DEVICE "%s", name);
	file = fopen(path, "re");
	if (!file)
		return -errno;
	got = fgets(text, sizeof(text), file) != NULL;
	fclose(file);
	if (!got || (sscanf(text, "%u", &number) != 1 && sscanf(text, "config:%u", &number) != 1))
		return -EIO;
	*ret_number = number;
	return 0;
}

static int classic_describe(const struct session_uprobes *uprobes, struct perf_event_attr *attr)
{
	uint32_t type, bit = 0;
	int err = classic_read("type", &type);

	if (!err && uprobes->returning)
		err = classic_read("format/retprobe", &bit);
	if (err)
		return err;
	*attr = (struct perf_event_attr){
		.type = type,
		.size = sizeof(*attr),
		.config = uprobes->returning ? 1ULL << bit : 0,
		.config1 = (uint64_t)(uintptr_t)uprobes->file,
	};
	return 0;
}

static int classic_open(const struct session_uprobes *uprobes, const struct perf_event_attr *common,
			const struct bpfhost_uprobe *uprobe)
{
	struct perf_event_attr attr = *common;
	int pid = uprobes->pid ? (int)uprobes->pid : -1;
	long fd;

	attr.config2 = uprobe->offset;
	if (!uprobes->returning)
		attr.config |= uprobe->semaphore << CLASSIC_SEMAPHORE_SHIFT;
	/* The event of one CPU is enough: it fires on all of them. */
	fd = syscall(SYS_perf_event_open, &attr, pid, pid < 0 ? 0 : -1, -1, PERF_FLAG_FD_CLOEXEC);
	return fd < 0 ? -errno : (int)fd;
}

static int classic_attach(struct bpfhost_instance *self, const struct session_uprobes *uprobes,
			  const struct perf_event_attr *attr, const struct bpfhost_uprobe *uprobe)
{
	int event = classic_open(uprobes, attr, uprobe);
	struct bpf_link *link;
	int err;

	if (event < 0)
		return event;
	session_get(self)->nclassic++;
	link = session_link_event(self, uprobes->program, event, uprobe->cookie);
	if (!link)
		return -errno;
	err = bpfhost_keep_link(self, link);
	if (err)
		bpf_link__destroy(link);
	else
		session_get(self)->attached--; /* places are counted, not links */
	return err;
}

static int classic_attach_patiently(struct bpfhost_instance *self,
				    const struct session_uprobes *uprobes,
				    const struct perf_event_attr *attr,
				    const struct bpfhost_uprobe *uprobe)
{
	int err = session_attach_begin(self);

	if (err)
		return err;
	err = classic_attach(self, uprobes, attr, uprobe);
	session_attach_end(self);
	return err;
}

void session_classic_warn(const struct bpfhost_instance *self)
{
	uint32_t count = session_get(self)->nclassic;

	if (count >= CLASSIC_MANY)
		bpfhost_warn(self,
			     "%u uprobes are attached one by one: letting go of them will take the "
			     "kernel about %u s, for it waits for all CPUs with each, under one "
			     "lock, behind which others wait who attach (Linux 6.6 and newer do "
			     "it at once: attach=multi)",
			     count, count / SESSION_CLASSIC_A_SECOND);
}

/* One for all, when there are no such events to be had. */
static int classic_unsupported(struct bpfhost_instance *self, const struct session_uprobes *uprobes)
{
	for (uint32_t i = 0; i < uprobes->count; i++) {
		if (uprobes->failed[i])
			continue;
		uprobes->failed[i] = true;
		bpfhost_missed(self, uprobes->items[i].probe, -EOPNOTSUPP,
			       "this kernel has no perf events for uprobes (" CLASSIC_DEVICE
			       " is missing; CONFIG_UPROBE_EVENTS)");
	}
	return -EOPNOTSUPP;
}

/* perf_uprobe_event_init() in kernel/events/core.c asks for more than other events do, since Linux 6.14. */
static int classic_missed(struct bpfhost_instance *self, const char *probe, int err)
{
	if (err != -EACCES || geteuid())
		return session_missed(self, probe, err);
	return bpfhost_missed(self, probe, err,
			      "Permission denied (uprobes one by one need CAP_SYS_ADMIN; "
			      "attach=multi does not)");
}

int session_uprobe_classic(struct bpfhost_instance *self, const struct session_uprobes *uprobes)
{
	struct perf_event_attr attr;
	int err = classic_describe(uprobes, &attr), first = 0;

	if (err == -ENOENT)
		return classic_unsupported(self, uprobes);
	for (uint32_t i = 0; i < uprobes->count; i++) {
		int ret = err;

		if (uprobes->failed[i])
			continue;
		if (!ret)
			ret = classic_attach_patiently(self, uprobes, &attr, &uprobes->items[i]);
		if (!ret)
			continue;
		uprobes->failed[i] = true;
		classic_missed(self, uprobes->items[i].probe, ret);
		first = first ? first : ret;
	}
	return first;
}
