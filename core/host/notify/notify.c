/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "notify/notify.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

/* A path, or a name in the abstract name space, which is written with @ in the place of its NUL. */
static int notify_address(struct notify *notify, const char *name)
{
	size_t size = strlen(name);

	if (name[0] != '/' && name[0] != '@')
		return -EAFNOSUPPORT; /* vsock, of a manager outside of this machine */
	if (size < 2 || size >= sizeof(notify->to.sun_path))
		return -EINVAL;
	notify->to.sun_family = AF_UNIX;
	memcpy(notify->to.sun_path, name, size);
	if (name[0] == '@')
		notify->to.sun_path[0] = '\0';
	notify->to_size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + size);
	return 0;
}

/*
 * Not connected: a manager that starts anew binds the name anew. Watchdogs wait for nobody, but a word
 * that is said once is worth a short wait.
 */
static int notify_socket(struct notify *notify)
{
	const struct timeval patience = { .tv_sec = 1 };

	notify->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (notify->fd < 0)
		return -errno;
	return setsockopt(notify->fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) < 0
		       ? -errno
		       : 0;
}

static int notify_number(const char *text, uint64_t *ret_number)
{
	unsigned long long number;
	char *end;

	errno = 0;
	number = strtoull(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || *end || errno)
		return -EINVAL;
	*ret_number = number;
	return 0;
}

/* Twice as often as asked, as sd_watchdog_enabled(3) wants it. The variables may be meant for another process. */
static int notify_watchdog(struct notify *notify)
{
	const char *limit = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");
	uint64_t usec, number;

	if (!limit)
		return 0;
	if (pid && notify_number(pid, &number) < 0)
		return -EINVAL;
	if (pid && number != (uint64_t)getpid())
		return 0;
	if (notify_number(limit, &usec) < 0 || !usec || usec > UINT64_MAX / 1000)
		return -EINVAL;
	notify->every_ns = usec * 500;
	return 0;
}

int notify_open(struct notify *notify)
{
	const char *name = getenv("NOTIFY_SOCKET");
	int err = 0;

	*notify = (struct notify){ .fd = -1 };
	if (name)
		err = notify_address(notify, name);
	if (name && !err)
		err = notify_socket(notify);
	if (name && !err)
		err = notify_watchdog(notify);
	if (err)
		notify_close(notify);
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
	return err;
}

void notify_close(struct notify *notify)
{
	if (notify->fd >= 0)
		close(notify->fd);
	*notify = (struct notify){ .fd = -1 };
}

static int notify_send(const struct notify *notify, const char *text, int flags)
{
	if (!notify->to_size)
		return 0;
	return sendto(notify->fd, text, strlen(text), MSG_NOSIGNAL | flags,
		      (const struct sockaddr *)&notify->to, notify->to_size) < 0
		       ? -errno
		       : 0;
}

int notify_tell(const struct notify *notify, const char *text)
{
	return notify_send(notify, text, 0);
}

int notify_mention(const struct notify *notify, const char *text)
{
	return notify_send(notify, text, MSG_DONTWAIT);
}

void notify_live(struct notify *notify, uint64_t now_ns)
{
	if (!notify->every_ns || now_ns < notify->due_ns)
		return;
	notify->due_ns = now_ns + notify->every_ns;
	notify_send(notify, "WATCHDOG=1", MSG_DONTWAIT);
}

uint64_t notify_due(const struct notify *notify)
{
	return notify->every_ns ? notify->due_ns : UINT64_MAX;
}
