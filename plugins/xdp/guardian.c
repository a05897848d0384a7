/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The process behind guard.h. */
#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
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

/*
 * A session of its own, and no signal but SIGKILL: what ends the worker, such as Ctrl-C or the end of a
 * service, must not end this before its work is done.
 */
_Noreturn void xdp_guardian(const struct xdp_guard *guard, int socket)
{
	int *results = calloc(guard->count, sizeof(*results)), err;
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
	while (recv(socket, &word, sizeof(word), 0) < 0 && errno == EINTR)
		;
	for (uint32_t i = 0; i < guard->count; i++)
		results[i] = xdp_replaced_give_back(&guard->items[i], guard->program);
	guardian_end(socket, results, guard->count);
}
