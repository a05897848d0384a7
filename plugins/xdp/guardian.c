/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The process behind guard.h. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guard.h"

#define GUARDIAN_USER 65534 /* nobody, as the worker will be */

static int guardian_compare(const void *a, const void *b)
{
	const int *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

/* The stream of events, the sinks of others, the worker's maps: nothing of that is ours to hold. */
static int guardian_close_others(const struct xdp_guard *guard, int socket)
{
	int *keep = calloc(guard->count * 2UL + 2, sizeof(*keep)), next = 0;
	size_t count = 0;

	if (!keep)
		return -ENOMEM;
	keep[count++] = socket;
	keep[count++] = guard->program;
	for (uint32_t i = 0; i < guard->count; i++) {
		keep[count++] = guard->items[i].old;
		if (guard->items[i].link >= 0)
			keep[count++] = guard->items[i].link;
	}
	qsort(keep, count, sizeof(*keep), guardian_compare);
	for (size_t i = 0; i < count; i++) {
		if (keep[i] > next)
			close_range((unsigned int)next, (unsigned int)keep[i] - 1, 0);
		next = keep[i] + 1;
	}
	close_range((unsigned int)next, ~0U, 0);
	free(keep);
	return 0;
}

static int guardian_drop(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct caps[2] = {
		{ .effective = 1U << CAP_NET_ADMIN, .permitted = 1U << CAP_NET_ADMIN },
	};
	const gid_t gid = GUARDIAN_USER;
	const uid_t uid = GUARDIAN_USER;

	if (prctl(PR_SET_KEEPCAPS, 1) < 0)
		return -errno;
	if (geteuid() == 0 && (setgroups(0, NULL) < 0 || setresgid(gid, gid, gid) < 0 ||
			       setresuid(uid, uid, uid) < 0))
		return -errno;
	if (syscall(SYS_capset, &header, caps) < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	return 0;
}

static _Noreturn void guardian_end(int socket, const int *results, size_t count)
{
	send(socket, results, count * sizeof(*results), MSG_NOSIGNAL);
	_exit(0);
}

/* ---- the heir ---------------------------------------------------------------------------------- */

struct guardian_heir {
	pid_t pid; /* -1: there is none */
	int pipe;  /* a byte in it says that nothing is left to be done */
};

/* What is read before the end: a byte, or, when who was to write it was ended, nothing. */
static bool guardian_is_spared(int pipe)
{
	ssize_t got;
	char word;

	while ((got = read(pipe, &word, 1)) < 0 && errno == EINTR)
		;
	close(pipe);
	return got > 0;
}

/*
 * Returns where the work is to be done: in the caller, or, should somebody end that, in the heir, which has
 * an heir then itself. It only waits, holds the same, and is in a session of its own.
 */
static struct guardian_heir guardian_bequeath(int socket)
{
	for (;;) {
		struct guardian_heir heir = { .pid = -1, .pipe = -1 };
		int ends[2];

		if (pipe2(ends, O_CLOEXEC) < 0)
			return heir;
		heir.pid = fork();
		if (heir.pid) {
			close(ends[0]);
			heir.pipe = ends[1];
			return heir;
		}
		setsid();
		close(ends[1]);
		if (guardian_is_spared(ends[0]))
			_exit(0);
		send(socket, "", 1, MSG_NOSIGNAL);
	}
}

static void guardian_disinherit(const struct guardian_heir *heir)
{
	if (heir->pid > 0 && write(heir->pipe, "", 1) == 1)
		waitpid(heir->pid, NULL, 0);
}

/* ---- all --------------------------------------------------------------------------------------- */

/*
 * A session of its own, and no signal but SIGKILL: what ends the worker, such as Ctrl-C or the end of a
 * service, must not end this before its work is done.
 */
_Noreturn void xdp_guardian(const struct xdp_guard *guard, int socket)
{
	int *results = calloc(guard->count, sizeof(*results)), err;
	struct guardian_heir heir;
	sigset_t all;
	char word;

	setsid();
	prctl(PR_SET_NAME, XDP_GUARD_NAME);
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	err = results ? guardian_close_others(guard, socket) : -ENOMEM;
	if (!err)
		err = guardian_drop();
	/* The first word says whether it stands. */
	if (send(socket, &err, sizeof(err), MSG_NOSIGNAL) < 0 || err)
		_exit(1);
	heir = guardian_bequeath(socket);
	while (recv(socket, &word, sizeof(word), 0) < 0 && errno == EINTR)
		;
	for (uint32_t i = 0; i < guard->count; i++)
		results[i] = xdp_replaced_give_back(&guard->items[i], guard->program);
	guardian_disinherit(&heir);
	guardian_end(socket, results, guard->count);
}
