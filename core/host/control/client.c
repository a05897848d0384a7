/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "control/client.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* What is asked for at first; most requests are shorter. */
#define CLIENT_TEXT_MIN 1024U

void client_begin(struct client *client, int fd, const struct control_peer *peer, uint64_t now)
{
	*client = (struct client){
		.state = CLIENT_ASKING, .fd = fd, .peer = *peer, .since = now, .pidfd = -1
	};
}

/* Room for one byte more at least; it doubles, so that many small parts cost no more than one. */
static int client_grow(struct client *client, size_t *ret_room)
{
	size_t room = CLIENT_TEXT_MIN;
	char *grown;

	while (room <= client->size)
		room *= 2;
	if (room > CONTROL_LINE_MAX)
		room = CONTROL_LINE_MAX;
	grown = realloc(client->text, room);
	if (!grown)
		return -ENOMEM;
	client->text = grown;
	*ret_room = room;
	return 0;
}

static int client_take(struct client *client, struct bpfhost_error *err)
{
	size_t room = 0;
	ssize_t got;

	if (client->size == CONTROL_LINE_MAX) {
		bpfhost_error_set(err, 0, "a request is longer than %u KiB",
				  CONTROL_LINE_MAX >> 10);
		return -EMSGSIZE;
	}
	if (client_grow(client, &room)) {
		bpfhost_error_set(err, 0, "%s", strerror(ENOMEM));
		return -ENOMEM;
	}
	got = recv(client->fd, client->text + client->size, room - client->size, MSG_DONTWAIT);
	if (got < 0)
		return errno == EAGAIN || errno == EINTR ? -EAGAIN : -ENODATA;
	client->size += (size_t)got;
	return got ? 0 : -ENODATA;
}

/* One look: what comes faster than that has its turn again after all others. */
int client_read(struct client *client, struct control_words *ret_words, struct bpfhost_error *err)
{
	size_t before = client->size;
	int failed = client_take(client, err);
	const char *end;

	if (failed)
		return failed == -EAGAIN ? 0 : failed;
	end = memchr(client->text + before, '\n', client->size - before);
	if (!end)
		return 0;
	failed = control_words_read(client->text, (size_t)(end - client->text), ret_words, err);
	return failed ? failed : 1;
}

/* One that only has no more to ask hears still. */
bool client_has_gone(const struct client *client)
{
	struct pollfd fd = { .fd = client->fd };

	return poll(&fd, 1, 0) == 1 && fd.revents & (POLLHUP | POLLERR);
}

/* A socket that nothing was written to yet has room for it; where it has not, nobody reads. */
static void client_send(struct client *client, const char *text, size_t size)
{
	(void)!send(client->fd, text, size, MSG_DONTWAIT | MSG_NOSIGNAL);
}

void client_answer(struct client *client, const char *kind, const char *text)
{
	char number[24];
	bool ok = !strcmp(kind, CONTROL_OK);
	const char *words[] = { kind, ok ? number : text };
	size_t size = 0;
	char *line;

	snprintf(number, sizeof(number), "%zu", strlen(text));
	line = control_words_write(words, 2, &size);
	if (line)
		client_send(client, line, size);
	if (line && ok)
		client_send(client, text, strlen(text));
	free(line);
	client_end(client);
}

void client_end(struct client *client)
{
	if (!client || client->state == CLIENT_FREE)
		return;
	if (client->child > 0 && !waitpid(client->child, NULL, WNOHANG))
		kill(client->child, SIGKILL); /* init takes what is left of it, when we are gone */
	if (client->pidfd >= 0)
		close(client->pidfd);
	if (client->fd >= 0)
		close(client->fd);
	free(client->text);
	*client = (struct client){ .fd = -1, .pidfd = -1 };
}
