/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a service manager is told of a run: datagrams to the socket that NOTIFY_SOCKET names. By hand
 * and without libsystemd, for the protocol is one datagram, promised to stay, and meant to be written
 * by hand (sd_notify(3), "Notes"); everything else of that library would come into each worker.
 */
#ifndef NOTIFY_NOTIFY_H
#define NOTIFY_NOTIFY_H

#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

struct notify {
	int fd;
	struct sockaddr_un to;
	socklen_t to_size; /* 0: nobody listens */
	uint64_t every_ns; /* between two signs of life; 0: none is asked for */
	uint64_t due_ns;   /* when the next one is, CLOCK_MONOTONIC */
};

/*
 * Takes NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID out of the environment, so that no worker has
 * them. Without NOTIFY_SOCKET nobody listens, and the calls below do nothing. 0, or -errno where one
 * is named that cannot be used; then nobody listens either. End it with notify_close in any case.
 */
int notify_open(struct notify *notify);
void notify_close(struct notify *notify);

/*
 * Sends assignments, one a line: "READY=1\nSTATUS=...". 0 or -errno: a manager that does not take them within
 * a second gets none (-EAGAIN).
 */
int notify_tell(const struct notify *notify, const char *text);
/* The same without waiting: -EAGAIN at once. For what can be said later as well. */
int notify_mention(const struct notify *notify, const char *text);

/* A sign of life (WATCHDOG=1) when one is due. Only for who does the work: it tells that this goes on. */
void notify_live(struct notify *notify, uint64_t now_ns);
/* When the next one is due, CLOCK_MONOTONIC ns; UINT64_MAX: never. */
uint64_t notify_due(const struct notify *notify);

#endif
