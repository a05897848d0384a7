/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The files that a TARGET is to the processes that are meant. */
#include <bpfhost/file.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../session/session.h"

static bool each_is_among(const uint32_t *pids, uint32_t count, uint32_t pid)
{
	for (uint32_t i = 0; i < count; i++)
		if (pids[i] == pid)
			return true;
	return false;
}

struct each {
	struct bpfhost_files *files;
	const char *target;
	const uint32_t *pids;
	uint32_t npids;
	bpfhost_file_fn found;
	void *ctx;
	struct bpfhost_error *err;
};

/* pid:N and process:NAME mean that process only, whose turn comes if --pid names it, too. */
static int each_for_other(const struct each *each, uint32_t only)
{
	if (each_is_among(each->pids, each->npids, only))
		return 0;
	bpfhost_error_set(each->err, 0, "%.256s is process %u, which --pid leaves out",
			  each->target, only);
	return -EINVAL;
}

static int each_process(const struct each *each, uint32_t pid)
{
	struct bpfhost_file *file;
	uint32_t only;
	int ret = bpfhost_files_get(each->files, each->target, pid, &file, &only, each->err);

	if (ret)
		return ret;
	return pid && pid != only ? each_for_other(each, only) : each->found(each->ctx, file, only);
}

/* Keeps the failure of one process from the others. */
static int each_leave_out(const struct each *each, uint32_t pid, int err)
{
	char name[300];

	if (!each->files->self || !bpfhost_file_is_bad(err))
		return err;
	snprintf(name, sizeof(name), "\"%.256s\" of process %u", each->target, pid);
	return session_leave_out(each->files->self, err, name, each->err);
}

static int each_named_process(const struct each *each)
{
	uint32_t good = 0, left_out = session_count_left_out(each->files->self);
	int ret = 0, bad = 0;

	for (uint32_t i = 0; i < each->npids && !ret; i++) {
		if (each_is_among(each->pids, i, each->pids[i]))
			continue;
		memset(each->err, 0, sizeof(*each->err));
		ret = each_process(each, each->pids[i]);
		good += !ret;
		bad = ret ? ret : bad;
		if (ret)
			ret = each_leave_out(each, each->pids[i], ret);
	}
	if (!ret && good)
		return 0;
	session_forget_left_out(each->files->self, left_out);
	return ret ? ret : bad;
}

int bpfhost_files_each(struct bpfhost_files *files, const char *target, const uint32_t *pids,
		       uint32_t npids, bpfhost_file_fn found, void *ctx, struct bpfhost_error *err)
{
	const struct each each = { files, target, pids, npids, found, ctx, err };

	return npids ? each_named_process(&each) : each_process(&each, 0);
}
