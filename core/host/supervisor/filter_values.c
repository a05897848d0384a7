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

#include "config/fail.h"

/* extra: where the first that is too many stands */
static int filter_values_limit(const char *option, size_t count, size_t limit, const char *extra,
			       struct bpfhost_error *err)
{
	if (count <= limit)
		return 0;
	config_fail(err, "is given %zu times; at most %zu are possible", count, limit);
	return config_fail_option(err, -EINVAL, extra, option);
}

static int filter_values_limit_ids(const char *option, const struct config_ids *ids,
				   struct bpfhost_error *err)
{
	const size_t limit = BPFHOST_FILTER_IDS;

	return filter_values_limit(option, ids->count, limit,
				   ids->count > limit ? ids->origins[limit] : "", err);
}

static int filter_values_limit_names(const char *option, const struct config_texts *names,
				     struct bpfhost_error *err)
{
	const size_t limit = BPFHOST_FILTER_NAMES;

	return filter_values_limit(option, names->count, limit,
				   names->count > limit ? names->items[limit].origin : "", err);
}

static int filter_values_limits(const struct config *config, struct bpfhost_error *err)
{
	int ret = filter_values_limit_ids("pid", &config->pids, err);

	if (!ret)
		ret = filter_values_limit_ids("uid", &config->uids, err);
	if (!ret)
		ret = filter_values_limit_names("comm", &config->comms, err);
	if (!ret)
		ret = filter_values_limit_names("cgroup", &config->cgroups, err);
	return ret;
}

/* A thread's id would never match: what is compared is the id of its process. */
static int filter_values_pid(uint32_t pid, const char *origin, struct bpfhost_error *err)
{
	char path[64];
	struct stat st;

	if (kill((pid_t)pid, 0) < 0 && errno == ESRCH) {
		config_fail(err, "there is no process %u", pid);
		return config_fail_option(err, -ESRCH, origin, "pid");
	}
	snprintf(path, sizeof(path), "/proc/%u/task/%u", pid, pid);
	if (stat("/proc/self", &st) == 0 && stat(path, &st) < 0) {
		config_fail(err, "%u is a thread, not a process", pid);
		return config_fail_option(err, -ESRCH, origin, "pid");
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
static int filter_values_cgroup(const struct config_value *value, uint64_t *ret_id,
				uint32_t *ret_depth, struct bpfhost_error *err)
{
	char *path = realpath(value->text, NULL);
	struct statfs fs;
	struct stat st;
	int ret = 0;

	if (!path || statfs(path, &fs) < 0 || stat(path, &st) < 0) {
		ret = -ENOENT;
		config_fail(err, "%.200s: %s", value->text, strerror(errno));
	} else if (fs.f_type != (__typeof__(fs.f_type))CGROUP2_SUPER_MAGIC ||
		   !S_ISDIR(st.st_mode)) {
		ret = -EINVAL;
		config_fail(err,
			    "%.200s is no folder of a cgroup v2 file system, such as "
			    "/sys/fs/cgroup/system.slice",
			    value->text);
	} else {
		*ret_id = st.st_ino;
		*ret_depth = filter_values_depth(path);
	}
	free(path);
	return ret ? config_fail_option(err, ret, value->origin, "cgroup") : 0;
}

static int filter_values_cgroups(const struct config *config, struct bpfhost_filter_values *values,
				 struct bpfhost_error *err)
{
	int ret = 0;

	for (uint32_t i = 0; i < config->cgroups.count && !ret; i++) {
		uint64_t id = 0;

		ret = filter_values_cgroup(&config->cgroups.items[i], &id,
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
		ret = filter_values_pid(config->pids.items[i], config->pids.origins[i], err);
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
