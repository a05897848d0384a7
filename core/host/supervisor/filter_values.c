/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "supervisor/filter_values.h"

#include <errno.h>
#include <limits.h>
#include <linux/magic.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

static int filter_values_limit(const char *option, size_t count, size_t limit,
			       struct bpfhost_error *err)
{
	if (count <= limit)
		return 0;
	snprintf(err->text, sizeof(err->text), "--%s is given %zu times; at most %zu are possible",
		 option, count, limit);
	return -EINVAL;
}

static int filter_values_limits(const struct config *config, struct bpfhost_error *err)
{
	int ret = filter_values_limit("pid", config->pids.count, BPFHOST_FILTER_IDS, err);

	if (!ret)
		ret = filter_values_limit("uid", config->uids.count, BPFHOST_FILTER_IDS, err);
	if (!ret)
		ret = filter_values_limit("comm", config->comms.count, BPFHOST_FILTER_NAMES, err);
	if (!ret)
		ret = filter_values_limit("cgroup", config->cgroups.count, BPFHOST_FILTER_NAMES,
					  err);
	return ret;
}

/* A thread's id would never match: what is compared is the id of its process. */
static int filter_values_pid(uint32_t pid, struct bpfhost_error *err)
{
	char path[64];
	struct stat st;

	if (kill((pid_t)pid, 0) < 0 && errno == ESRCH) {
		snprintf(err->text, sizeof(err->text), "--pid %u: there is no such process", pid);
		return -ESRCH;
	}
	snprintf(path, sizeof(path), "/proc/%u/task/%u", pid, pid);
	if (stat("/proc/self", &st) == 0 && stat(path, &st) < 0) {
		snprintf(err->text, sizeof(err->text), "--pid %u is a thread, not a process", pid);
		return -ESRCH;
	}
	return 0;
}

static uint32_t filter_values_depth(const char *path)
{
	uint32_t depth = 0;
	char parent[PATH_MAX];
	struct statfs fs;
	size_t length;

	/* Up to where the cgroup file system is mounted, which is its root at depth 0. */
	snprintf(parent, sizeof(parent), "%s", path);
	for (length = strlen(parent); length > 1; length = strlen(parent)) {
		char *slash = strrchr(parent, '/');

		*slash = '\0';
		if (statfs(*parent ? parent : "/", &fs) < 0 ||
		    fs.f_type != (__typeof__(fs.f_type))CGROUP2_SUPER_MAGIC)
			break;
		depth++;
	}
	return depth;
}

/* The id of a cgroup v2 is the number of its folder (kernel: cgroup_id()). */
static int filter_values_cgroup(const char *text, uint64_t *ret_id, uint32_t *ret_depth,
				struct bpfhost_error *err)
{
	char *path = realpath(text, NULL);
	struct statfs fs;
	struct stat st;
	int ret = 0;

	if (!path || statfs(path, &fs) < 0 || stat(path, &st) < 0) {
		ret = -ENOENT;
		snprintf(err->text, sizeof(err->text), "--cgroup %s: %s", text, strerror(errno));
	} else if (fs.f_type != (__typeof__(fs.f_type))CGROUP2_SUPER_MAGIC ||
		   !S_ISDIR(st.st_mode)) {
		ret = -EINVAL;
		snprintf(err->text, sizeof(err->text),
			 "--cgroup %s: this is no folder of a cgroup v2 file system, such as "
			 "/sys/fs/cgroup/system.slice",
			 text);
	} else {
		*ret_id = st.st_ino;
		*ret_depth = filter_values_depth(path);
	}
	free(path);
	return ret;
}

static int filter_values_cgroups(const struct config *config, struct bpfhost_filter_values *values,
				 struct bpfhost_error *err)
{
	int ret = 0;

	for (uint32_t i = 0; i < config->cgroups.count && !ret; i++) {
		uint64_t id = 0;

		ret = filter_values_cgroup(config->cgroups.items[i].text, &id,
					   &values->cgroup_levels[i], err);
		values->cgroups[i] = id;
	}
	values->ncgroups = (uint32_t)config->cgroups.count;
	return ret;
}

int filter_values_gather(const struct config *config, struct bpfhost_filter_values *ret_values,
			 struct bpfhost_error *err)
{
	struct bpfhost_filter_values values = { 0 };
	int ret = filter_values_limits(config, err);

	for (size_t i = 0; i < config->pids.count && !ret; i++) {
		ret = filter_values_pid(config->pids.items[i], err);
		values.pids[values.npids++] = config->pids.items[i];
	}
	for (size_t i = 0; i < config->uids.count && !ret; i++)
		values.uids[values.nuids++] = config->uids.items[i];
	for (size_t i = 0; i < config->comms.count && !ret; i++)
		strncpy(values.comms[values.ncomms++], config->comms.items[i].text,
			BPFHOST_COMM_LEN - 1);
	if (!ret)
		ret = filter_values_cgroups(config, &values, err);
	if (!ret)
		*ret_values = values;
	return ret;
}
