/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the files of the control socket share; the others use control.h. */
#ifndef CONTROL_CONTROL_PRIVATE_H
#define CONTROL_CONTROL_PRIVATE_H

#include "control/client.h"
#include "control/news.h"
#include "supervisor/state.h"

/* At the same time; and of those, such that are not root's. */
#define CONTROL_CLIENTS_MAX    16
#define CONTROL_CLIENTS_OTHERS 8

struct control {
	struct control_socket socket;
	gid_t group; /* whose members may come */
	int epoll;
	uint64_t deaf_until; /* takes nobody in until then, CLOCK_MONOTONIC ns; 0: it does */
	bool told_deaf;      /* and that stands in the log */
	bool is_full;        /* takes nobody in until a client has gone */
	struct client clients[CONTROL_CLIENTS_MAX];
	struct news *news; /* NULL: nobody looks for new plugins */
};

/*
 * What the epoll of the control socket tells of: a client's place << 1 | whether it is its child; or one of these.
 */
#define CONTROL_LISTENER  UINT64_MAX
#define CONTROL_FOLDERS   (UINT64_MAX - 1)
#define CONTROL_NEWS_WORD (UINT64_MAX - 2)
#define CONTROL_NEWS_END  (UINT64_MAX - 3)

void control_watch(const struct control *control, int fd, uint64_t data);
/* Closing is not enough: a child that was forked meanwhile may have the descriptor for another moment. */
void control_unwatch(const struct control *control, int fd);

/*
 * Does what a client asks for (command.c). Afterwards the client is free, being told by a child, or waiting for
 * a change to be through.
 */
void control_obey(struct supervisor *run, struct client *client, const struct control_words *words);

#endif
