/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "process.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpfhost/target.h>

#include "fail.h"
#include "maps.h"
#include "name.h"
#include "words.h"

#define PID_LIMIT (1u << 22) /* of the kernel: PID_MAX_LIMIT */
#define LISTED    8          /* of the processes that a name fits */

struct search {
	const char *name;
	uint32_t pids[LISTED];
	uint32_t count;
	struct target_words words;
};

int target_process_number(const char *text, uint32_t *ret_pid)
{
	uint32_t pid = 0;

	if (!*text)
		return -EINVAL;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return -EINVAL;
		pid = pid * 10 + (uint32_t)(*text - '0');
		if (pid > PID_LIMIT)
			return -EINVAL;
	}
	if (!pid)
		return -EINVAL;
	*ret_pid = pid;
	return 0;
}

static int read_comm(uint32_t pid, char comm[TARGET_COMM_SIZE])
{
	char path[64];
	ssize_t length;
	int fd;

	snprintf(path, sizeof(path), "/proc/%u/comm", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	length = read(fd, comm, TARGET_COMM_SIZE - 1);
	close(fd);
	if (length <= 0)
		return -ESRCH;
	length -= comm[length - 1] == '\n';
	comm[length] = '\0';
	return 0;
}

const char *target_process_comm(uint32_t pid, char comm[TARGET_COMM_SIZE])
{
	if (read_comm(pid, comm))
		strcpy(comm, "?");
	return comm;
}

/* The kernel lists processes in order of their number. Those that end meanwhile are left out. */
int bpfhost_process_each(bpfhost_process_fn found, void *ctx)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	int ret = 0;

	if (!proc)
		return -errno;
	while (!ret && (entry = readdir(proc))) {
		char comm[TARGET_COMM_SIZE];
		uint32_t pid;

		if (!target_process_number(entry->d_name, &pid) && !read_comm(pid, comm))
			ret = found(ctx, pid, comm);
	}
	closedir(proc);
	return ret;
}

/* False as well for what runs no program: kernel threads and processes that have ended. */
static bool read_program(uint32_t pid, char program[PATH_MAX + 1])
{
	char path[64];
	ssize_t length;

	snprintf(path, sizeof(path), "/proc/%u/exe", pid);
	length = readlink(path, program, PATH_MAX);
	if (length < 0 && errno == ENOENT)
		return false;
	program[length < 0 ? 0 : length] = '\0';
	program[target_maps_alive(program)] = '\0';
	return true;
}

static int check_process(void *ctx, uint32_t pid, const char *comm)
{
	struct search *search = ctx;
	char program[PATH_MAX + 1];

	if (pid == (uint32_t)getpid() || pid == (uint32_t)getppid() || !read_program(pid, program))
		return 0;
	target_words_add(&search->words, comm, strlen(comm), comm);
	if (strcmp(search->name, comm) && strcmp(search->name, target_name_base(program)))
		return 0;
	if (search->count < LISTED)
		search->pids[search->count] = pid;
	search->count++;
	return 0;
}

static int fail_several(const struct search *search, struct bpfhost_error *err)
{
	char list[LISTED * (TARGET_COMM_SIZE + 16)] = "";
	char comm[TARGET_COMM_SIZE];
	size_t length = 0;

	for (uint32_t i = 0; i < search->count && i < LISTED; i++)
		length += (size_t)snprintf(list + length, sizeof(list) - length, "%s%u (%.20s)",
					   i ? ", " : "", search->pids[i],
					   target_process_comm(search->pids[i], comm));
	return target_fail(err, -ENOTUNIQ,
			   "%u processes are named \"%.64s\": %s%s; write pid:%u for the first of "
			   "them",
			   search->count, search->name, list, search->count > LISTED ? ", ..." : "",
			   search->pids[0]);
}

static int judge(const struct search *search, uint32_t *ret_pid, struct bpfhost_error *err)
{
	if (search->count > 1)
		return fail_several(search, err);
	if (!search->count)
		return target_fail_near(err, target_words_nearest(&search->words, search->name),
					"no process is named \"%.128s\"", search->name);
	*ret_pid = search->pids[0];
	return 0;
}

int target_process_find(const char *name, uint32_t *ret_pid, struct bpfhost_error *err)
{
	struct search search = { .name = name };
	int ret = bpfhost_process_each(check_process, &search);

	if (ret)
		target_fail(err, ret, "cannot list the processes in /proc: %s", strerror(-ret));
	else
		ret = judge(&search, ret_pid, err);
	target_words_free(&search.words);
	return ret;
}
