/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One connection to the control socket, from its request to its answer. */
#ifndef CONTROL_CLIENT_H
#define CONTROL_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "control/socket.h"
#include "control/words.h"

enum client_state {
	CLIENT_FREE,
	CLIENT_ASKING,  /* its request is not whole yet */
	CLIENT_WAITING, /* for what it asked for to be done */
	CLIENT_TOLD,    /* a child tells it; here only that child is waited for */
};

struct client {
	enum client_state state;
	int fd;
	struct control_peer peer;
	uint64_t since; /* CLOCK_MONOTONIC ns */
	char *text;     /* of its request */
	size_t size;
	pid_t child;
	int pidfd; /* of that */
};

/* Takes over a connection. */
void client_begin(struct client *client, int fd, const struct control_peer *peer, uint64_t now);
/*
 * Reads what there is, without waiting. 1: *ret_words is its request, the caller's to free; 0: more is to
 * come; -ENODATA: it has gone; else -errno with a sentence for it in err.
 */
int client_read(struct client *client, struct control_words *ret_words, struct bpfhost_error *err);
/* Whether nobody waits for its answer any more. */
bool client_has_gone(const struct client *client);
/* Answers and ends it: kind is CONTROL_OK, with a text that is all of the answer, or another of words.h. */
void client_answer(struct client *client, const char *kind, const char *text);
/*
 * Ends it without a word. Where a child that tells it is there still, that is killed, and init's to wait for:
 * only for the end of the run. NULL and a free one are fine.
 */
void client_end(struct client *client);

#endif
