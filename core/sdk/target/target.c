/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <bpfhost/target.h>

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fail.h"
#include "find.h"
#include "process.h"

#define PID_PREFIX     "pid:"
#define PROCESS_PREFIX "process:"

static bool begins(const char *text, const char *prefix)
{
	return !strncmp(text, prefix, strlen(prefix));
}

static int open_view(uint32_t pid, struct target_view *ret_view, struct bpfhost_error *err)
{
	char comm[TARGET_COMM_SIZE];
	int ret = target_view_open(pid, ret_view);

	if (ret == -ESRCH)
		return target_fail(err, -ENOENT, "there is no process %u, or it has ended", pid);
	if (ret)
		return target_fail(err, ret, "may not look into process %u (%s): %s%s", pid,
				   target_process_comm(pid, comm), strerror(-ret),
				   ret == -EACCES || ret == -EPERM ? " (CAP_SYS_PTRACE missing)"
								   : "");
	return 0;
}

/* The program that the process of VIEW runs. */
static int find_running(const struct target_view *view, struct target_found *ret_found,
			struct bpfhost_error *err)
{
	struct target_found found = { .fd = -1 };
	char comm[TARGET_COMM_SIZE];
	char path[PATH_MAX + 1];
	ssize_t length;

	snprintf(found.address, sizeof(found.address), "/proc/%u/exe", view->pid);
	length = readlink(found.address, path, PATH_MAX);
	if (length < 0 && errno == ENOENT)
		return target_fail(err, -ENOENT,
				   "process %u (%s) runs no program: it is a kernel thread or has "
				   "ended",
				   view->pid, target_process_comm(view->pid, comm));
	path[length < 0 ? 0 : length] = '\0';
	found.fd = target_open_file(found.address);
	if (found.fd < 0)
		return target_fail_open(err, found.fd, found.address);
	found.path = strdup(path);
	*ret_found = found;
	return 0;
}

/* Where the process has a root folder of its own, our current folder means nothing to it. */
static int find_path(const struct target_view *view, const char *text,
		     struct target_found *ret_found, struct bpfhost_error *err)
{
	struct target_found found = { .fd = -1 };

	if (*text != '/' && *view->root)
		return target_fail(err, -EINVAL,
				   "process %u has another root folder, so \"%.128s\" must be a "
				   "path from there that begins with '/'",
				   view->pid, text);
	found.fd = target_view_open_file(view, text);
	if (found.fd == -ENOENT)
		return target_fail_path(view, text, err);
	if (found.fd < 0)
		return target_fail_open(err, found.fd, text);
	found.path = *text == '/' ? strdup(text) : realpath(text, NULL);
	*ret_found = found;
	return 0;
}

static int find_library(const struct target_view *view, const char *name,
			struct target_found *ret_found, struct bpfhost_error *err)
{
	struct target_machine machine = target_machine_here();
	int ret;

	if (view->pid)
		return target_library_in_process(view, name, ret_found, err);
	ret = target_library_in_cache(&machine, name, ret_found, err);
	if (ret == -ENOENT)
		ret = target_library_in_folders(&machine, name, ret_found, err);
	return ret;
}

static int fail_name(const struct target_view *view, const char *name, struct bpfhost_error *err)
{
	struct target_machine machine = target_machine_here();

	if (!begins(name, "lib"))
		return target_fail_program(view, name, err);
	if (view->pid)
		return target_fail_mapped(view, name, err);
	return target_fail_cached(&machine, name, err);
}

/*
 * A name may be a library's or a program's; which is asked for first follows from how it begins.
 * A process can run only what it has mapped, so with one that comes first in any case.
 */
static int find_name(const struct target_view *view, const char *name,
		     struct target_found *ret_found, struct bpfhost_error *err)
{
	bool library_first = view->pid || begins(name, "lib");
	int ret = library_first ? find_library(view, name, ret_found, err)
				: target_program_in_path(view, name, ret_found, err);

	if (ret != -ENOENT)
		return ret;
	ret = library_first ? target_program_in_path(view, name, ret_found, err)
			    : find_library(view, name, ret_found, err);
	return ret == -ENOENT ? fail_name(view, name, err) : ret;
}

/* Makes what was found the target; FOUND is taken in any case. */
static int finish(const struct target_view *view, const char *text, struct target_found *found,
		  struct bpfhost_target *ret_target, struct bpfhost_error *err)
{
	struct bpfhost_target target = { .fd = found->fd, .pid = view->pid, .text = strdup(text) };
	int ret = -ENOMEM;

	if (!*found->address)
		snprintf(found->address, sizeof(found->address), "/proc/self/fd/%d", found->fd);
	if (target.text && found->path)
		ret = target_view_locate(view, found->path, found->address, &target);
	free(found->path);
	if (ret) {
		bpfhost_target_close(&target);
		return target_fail(err, ret, "cannot take \"%.128s\": %s", text, strerror(-ret));
	}
	*ret_target = target;
	return 0;
}

static int parse_process(const char *text, uint32_t *pid, struct bpfhost_error *err)
{
	if (begins(text, PID_PREFIX)) {
		if (!target_process_number(text + strlen(PID_PREFIX), pid))
			return 0;
		if (text[strspn(text + strlen(PID_PREFIX), "0123456789") + strlen(PID_PREFIX)] ==
			    '\0' &&
		    text[strlen(PID_PREFIX)] > '0')
			return target_fail(err, -EINVAL, "there is no process %.32s",
					   text + strlen(PID_PREFIX));
		return target_fail(err, -EINVAL, "\"%.64s\" is not pid: and a process' number",
				   text);
	}
	text += strlen(PROCESS_PREFIX);
	if (!*text)
		return target_fail(err, -EINVAL,
				   "the name of a process is missing behind process:");
	return target_process_find(text, pid, err);
}

static int find(const char *text, bool is_process, const struct target_view *view,
		struct target_found *ret_found, struct bpfhost_error *err)
{
	if (is_process)
		return find_running(view, ret_found, err);
	if (strchr(text, '/') || !strcmp(text, ".") || !strcmp(text, ".."))
		return find_path(view, text, ret_found, err);
	return find_name(view, text, ret_found, err);
}

int bpfhost_target_find(const char *text, uint32_t pid, struct bpfhost_target *ret_target,
			struct bpfhost_error *err)
{
	bool is_process = begins(text, PID_PREFIX) || begins(text, PROCESS_PREFIX);
	struct target_found found;
	struct target_view view;
	int ret = 0;

	if (!*text)
		return target_fail(err, -EINVAL,
				   "the target is missing: a path, a library, a "
				   "program, pid:N or process:NAME");
	if (is_process)
		ret = parse_process(text, &pid, err);
	if (!ret)
		ret = open_view(pid, &view, err);
	if (ret)
		return ret;
	ret = find(text, is_process, &view, &found, err);
	if (!ret)
		ret = finish(&view, text, &found, ret_target, err);
	target_view_close(&view);
	return ret;
}

void bpfhost_target_close(struct bpfhost_target *target)
{
	if (!target)
		return;
	if (target->fd >= 0)
		close(target->fd);
	free(target->text);
	free(target->root);
	free(target->path);
	free(target->address);
	*target = (struct bpfhost_target){ .fd = -1 };
}
