/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the files of the control socket share; the others use control.h. */
#ifndef CONTROL_CONTROL_PRIVATE_H
#define CONTROL_CONTROL_PRIVATE_H

#include "control/client.h"
#include "control/folders.h"
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
	struct client clients[CONTROL_CLIENTS_MAX];
	struct folders *folders; /* NULL: nobody looks for new plugins */
	struct said said;        /* how many of these were told of */
};

/*
 * Does what a client asks for (command.c). Afterwards the client is free, being told by a child, or waiting for
 * a change to be through.
 */
void control_obey(struct supervisor *run, struct client *client, const struct control_words *words);

/* Tells of plugins that were put into a folder (news.c). */
void control_tell_plugins(struct supervisor *run);

#endif
