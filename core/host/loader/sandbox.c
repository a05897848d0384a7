/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * libbpf crashes on some damaged BPF objects, and what can be crashed can perhaps be steered. So a
 * stranger's object is read by a child that owns nothing: it has left behind user, groups and
 * capabilities, every descriptor but a pipe and the file, may make few system calls, and use little memory
 * and time. What
 * comes out of the pipe is as much a stranger's word as the object was.
 */
#include "loader/sandbox.h"

#include "confine/user.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sdk/confine/confine.h"

#define SANDBOX_MEMORY_MAX  (512UL << 20)
#define SANDBOX_CPU_SECONDS 10

struct sandbox {
	pid_t pid;
	int fd; /* the reading end */
	char *bytes;
	size_t size;
	size_t room;
};

__attribute__((noreturn)) static void sandbox_child(int (*fn)(void *ctx, FILE *out), void *ctx,
						    int fd, int keep,
						    const struct confine_user *user, pid_t parent)
{
	const struct confine_limits limits = {
		.user = user->uid,
		.group = user->gid,
		.memory = SANDBOX_MEMORY_MAX,
		.cpu_seconds = SANDBOX_CPU_SECONDS,
	};
	/* What a library writes to stderr is caught there, by way of a pipe. */
	static const int catching[] = {
		SYS_pipe2,
#ifdef __x86_64__
		SYS_dup2,
#endif
		SYS_dup3,
	};
	const int kept[] = { fd, keep }, writable[] = { fd, STDERR_FILENO };
	FILE *out;
	int e;

	confine_signals();
	if (confine_descriptors(kept, keep < 0 ? 1 : 2) || confine_privileges(&limits) ||
	    confine_parent(parent) ||
	    confine_filter(writable, 2, catching, sizeof(catching) / sizeof(catching[0])))
		_exit(3);
	out = fdopen(fd, "w");
	e = out ? fn(ctx, out) : -ENOMEM;
	if (!out || fflush(out))
		e = -EIO;
	_exit(e ? 2 : 0);
}

static void sandbox_end(struct sandbox *sandbox)
{
	if (sandbox->fd >= 0)
		close(sandbox->fd);
	if (sandbox->pid > 0) {
		kill(sandbox->pid, SIGKILL);
		while (waitpid(sandbox->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	free(sandbox->bytes);
}

static int sandbox_start(struct sandbox *sandbox, int (*fn)(void *ctx, FILE *out), void *ctx,
			 int keep)
{
	const struct confine_user user = confine_user_find();
	pid_t parent = getpid();
	int fds[2], out;

	if (pipe2(fds, O_CLOEXEC))
		return -errno;
	sandbox->fd = fds[0];
	out = fcntl(fds[1], F_DUPFD_CLOEXEC, 3); /* 0 to 2 may have been closed */
	close(fds[1]);
	if (out < 0)
		return -errno;
	sandbox->pid = fork();
	if (!sandbox->pid)
		sandbox_child(fn, ctx, out, keep, &user, parent);
	close(out);
	return sandbox->pid < 0 ? -errno : 0;
}

static uint64_t sandbox_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* Waits until there is something to read. */
static int sandbox_wait(struct sandbox *sandbox, uint64_t deadline)
{
	struct pollfd pollfd = { .fd = sandbox->fd, .events = POLLIN };

	for (;;) {
		uint64_t now = sandbox_now();
		uint64_t left = now < deadline ? (deadline - now) / 1000000 + 1 : 0;
		int n = poll(&pollfd, 1, left > 60000 ? 60000 : (int)left);

		if (n > 0)
			return 0;
		if (n < 0 && errno != EINTR)
			return -errno;
		if (!n && !left)
			return -ETIMEDOUT;
	}
}

/* Reads what is there: the number of bytes, 0 at the end. */
static ssize_t sandbox_read(struct sandbox *sandbox)
{
	ssize_t n;

	if (sandbox->room - sandbox->size < 4096) {
		size_t room = sandbox->room ? 2 * sandbox->room : 16384;
		char *bytes = realloc(sandbox->bytes, room);

		if (!bytes)
			return -ENOMEM;
		sandbox->bytes = bytes;
		sandbox->room = room;
	}
	do
		n = read(sandbox->fd, sandbox->bytes + sandbox->size,
			 sandbox->room - sandbox->size - 1);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	sandbox->size += n;
	return sandbox->size > SANDBOX_OUTPUT_MAX ? -EFBIG : n;
}

static int sandbox_gather(struct sandbox *sandbox, uint64_t deadline)
{
	ssize_t n = 1;

	while (n > 0) {
		n = sandbox_wait(sandbox, deadline);
		if (!n)
			n = sandbox_read(sandbox);
		else
			return (int)n;
	}
	if (!n)
		sandbox->bytes[sandbox->size] = '\0';
	return (int)n;
}

/* It closed its pipe, so it ends; one that does not is ended by the timeout of its CPU or here. */
static int sandbox_reap(struct sandbox *sandbox, uint64_t deadline, struct bpfhost_error *err)
{
	char how[64];
	int status;
	pid_t pid;

	while (!(pid = waitpid(sandbox->pid, &status, WNOHANG)) && sandbox_now() < deadline)
		nanosleep(&(struct timespec){ .tv_nsec = 200000 }, NULL);
	if (pid != sandbox->pid) {
		bpfhost_error_set(err, 0, "the child that reads it did not end");
		return -ETIMEDOUT;
	}
	sandbox->pid = 0;
	if (!confine_ended(status, how, sizeof(how)))
		return 0;
	bpfhost_error_set(err, 0, "the child that reads it %s", how);
	return -EPROTO;
}

int sandbox_run(int (*fn)(void *ctx, FILE *out), void *ctx, int keep, uint64_t timeout_ns,
		char **ret_bytes, size_t *ret_size, struct bpfhost_error *err)
{
	__attribute__((cleanup(sandbox_end))) struct sandbox sandbox = { .fd = -1 };
	uint64_t deadline = sandbox_now() + timeout_ns;
	int e = sandbox_start(&sandbox, fn, ctx, keep);

	if (e) {
		bpfhost_error_set(err, 0, "failed to start a child: %s", strerror(-e));
		return e;
	}
	e = sandbox_gather(&sandbox, deadline);
	if (e) {
		bpfhost_error_set(err, 0, "failed to hear from the child that reads it: %s",
				  strerror(-e));
		return e;
	}
	e = sandbox_reap(&sandbox, deadline, err);
	if (e)
		return e;
	*ret_bytes = sandbox.bytes;
	*ret_size = sandbox.size;
	sandbox.bytes = NULL;
	return 0;
}
