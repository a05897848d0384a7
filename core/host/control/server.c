/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The socket and its clients: who may come, how many, and for how long. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "control/control.h"
#include "control/control_private.h"

/* So long may a client take to ask, a child to tell, and whatever was asked for to be done. */
#define CONTROL_ASK_LIMIT  2000000000ULL  /* ns */
#define CONTROL_TELL_LIMIT 40000000000ULL /* more than the child takes by itself */
/* How long nobody is taken in for want of a descriptor: whoever comes would wake us at once, over and over. */
#define CONTROL_DEAF_TIME 1000000000ULL /* ns */
/* What a client may waste of its time while others wait for its place. */
#define CONTROL_IDLE_LIMIT 250000000ULL /* ns */
/* Connections taken in one round. */
#define CONTROL_ACCEPTS 16
#define CONTROL_EVENTS  64

void control_watch(const struct control *control, int fd, uint64_t data)
{
	struct epoll_event event = { .events = EPOLLIN, .data.u64 = data };

	epoll_ctl(control->epoll, EPOLL_CTL_ADD, fd, &event);
}

void control_unwatch(const struct control *control, int fd)
{
	epoll_ctl(control->epoll, EPOLL_CTL_DEL, fd, NULL);
}

/* ---- clients that come ----------------------------------------------------------------------- */

static uint64_t control_place(const struct control *control, const struct client *client)
{
	return (uint64_t)(client - control->clients);
}

/* A place for this one; NULL: all are taken, or those that one who is not root may have. */
static struct client *control_find_place(struct control *control, uid_t uid)
{
	struct client *found = NULL;
	unsigned int others = 0;

	for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++) {
		struct client *client = &control->clients[i];

		if (client->state == CLIENT_FREE)
			found = client;
		else
			others += client->peer.uid != 0;
	}
	return uid && others >= CONTROL_CLIENTS_OTHERS ? NULL : found;
}

/* Whether it only connected, or stopped half way. What it has sent by now is its turn to be read. */
static bool control_idles(const struct client *client, uint64_t now)
{
	struct pollfd fd = { .fd = client->fd, .events = POLLIN };

	return client->state == CLIENT_ASKING && client->since + CONTROL_IDLE_LIMIT <= now &&
	       poll(&fd, 1, 0) != 1;
}

/* Who has been idle longest, of those of one round the first; NULL: nobody is, or not long enough. */
static struct client *control_find_idle(struct control *control, uid_t uid, uint64_t now)
{
	struct client *oldest = NULL;

	for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++) {
		struct client *client = &control->clients[i];

		if ((!uid || client->peer.uid) && (!oldest || client->since <= oldest->since) &&
		    control_idles(client, now))
			oldest = client;
	}
	return oldest;
}

/* It makes room: nobody else is kept out by those who only connect. */
static struct client *control_make_room(struct control *control, uid_t uid, uint64_t now)
{
	struct client *idle = control_find_idle(control, uid, now);

	if (!idle)
		return NULL;
	control_unwatch(control, idle->fd);
	client_answer(idle, CONTROL_FAILED, CONTROL_CROWDED ", and this one did not ask in time");
	return idle;
}

static void control_refuse(int fd, const struct control_peer *peer, const char *why)
{
	struct client refused;

	client_begin(&refused, fd, peer, 0);
	client_answer(&refused, CONTROL_FAILED, why);
}

static void control_welcome(struct supervisor *run, int fd)
{
	struct control *control = run->control;
	struct control_peer peer = { 0 };
	struct client *client;

	if (control_peer_read(fd, control->group, &peer) < 0 ||
	    !control_peer_may(&peer, run->user.uid)) {
		control_refuse(fd, &peer, "only root and the group " CONTROL_GROUP " may ask");
		return;
	}
	client = control_find_place(control, peer.uid);
	if (!client)
		client = control_make_room(control, peer.uid, run->now);
	if (!client) {
		control_refuse(fd, &peer, CONTROL_CROWDED);
		return;
	}
	client_begin(client, fd, &peer, run->now);
	control_watch(control, fd, control_place(control, client) << 1);
}

/* Those who come wait in the queue of the socket, where ctl gives up in its own time. */
static void control_deafen(struct supervisor *run, int err)
{
	struct control *control = run->control;

	control_unwatch(control, control->socket.fd);
	control->deaf_until = run->now + CONTROL_DEAF_TIME;
	if (!control->told_deaf)
		log_write(run->log, BPFHOST_WARN, NULL,
			  "control socket: nobody can be taken in: %s", strerror(err));
	control->told_deaf = true;
}

/* Whether root would find a place: who else may have none is known only when he has come in. */
static bool control_has_room(struct control *control, uint64_t now)
{
	return control_find_place(control, 0) || control_find_idle(control, 0, now);
}

static void control_accept(struct supervisor *run)
{
	for (int i = 0; i < CONTROL_ACCEPTS; i++) {
		int fd;

		if (!control_has_room(run->control, run->now)) {
			control_unwatch(run->control, run->control->socket.fd);
			run->control->is_full = true;
			return;
		}
		fd = accept4(run->control->socket.fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (fd < 0) {
			/* Others have gone again before they came in. */
			if (errno == EMFILE || errno == ENFILE || errno == ENOMEM ||
			    errno == ENOBUFS)
				control_deafen(run, errno);
			return;
		}
		run->control->told_deaf = false;
		control_welcome(run, fd);
	}
}

/* ---- clients that ask ------------------------------------------------------------------------ */

static void control_hear(struct supervisor *run, struct client *client)
{
	struct control_words words;
	struct bpfhost_error why = { 0 };
	int got = client_read(client, &words, &why);

	if (!got)
		return;
	/* No more is read, and its going away is noticed when it is answered. */
	control_unwatch(run->control, client->fd);
	if (got == -ENODATA) {
		client_end(client);
	} else if (got < 0) {
		client_answer(client, CONTROL_WRONG, why.text);
	} else if (client_has_gone(client)) {
		/* The time of ctl was over, and its user has been told that nothing is known of it. */
		control_words_free(&words);
		client_end(client);
	} else {
		client->state = CLIENT_WAITING;
		control_obey(run, client, &words);
		control_words_free(&words);
	}
	if (client->state == CLIENT_TOLD)
		control_watch(run->control, client->pidfd,
			      control_place(run->control, client) << 1 | 1);
}

static void control_on_client(struct supervisor *run, uint64_t data)
{
	struct client *client = &run->control->clients[data >> 1];

	if (data & 1 && client->state == CLIENT_TOLD) {
		control_unwatch(run->control, client->pidfd);
		client_end(client);
	} else if (!(data & 1) && client->state == CLIENT_ASKING) {
		control_hear(run, client);
	}
}

static void control_on_event(struct supervisor *run, uint64_t data)
{
	switch (data) {
	case CONTROL_LISTENER:
		control_accept(run);
		break;
	case CONTROL_FOLDERS:
		news_on_folders(run);
		break;
	case CONTROL_NEWS_WORD:
		news_on_word(run);
		break;
	case CONTROL_NEWS_END:
		news_on_end(run);
		break;
	default:
		control_on_client(run, data);
	}
}

void control_serve(struct supervisor *run)
{
	struct epoll_event events[CONTROL_EVENTS];
	int n = epoll_wait(run->control->epoll, events, CONTROL_EVENTS, 0);

	for (int i = 0; i < n; i++)
		control_on_event(run, events[i].data.u64);
}

/* ---- time ------------------------------------------------------------------------------------ */

static uint64_t control_limit(const struct client *client)
{
	switch (client->state) {
	case CLIENT_ASKING:
		return client->since + CONTROL_ASK_LIMIT;
	case CLIENT_TOLD:
		return client->since + CONTROL_TELL_LIMIT;
	default:
		return UINT64_MAX;
	}
}

/* Where others wait, it is time to look at a client sooner; not once more, where it has been looked at. */
static uint64_t control_client_due(const struct supervisor *run, const struct client *client)
{
	uint64_t idle = client->since + CONTROL_IDLE_LIMIT;

	if (run->control->is_full && client->state == CLIENT_ASKING && idle > run->now)
		return idle;
	return control_limit(client);
}

uint64_t control_due(const struct supervisor *run)
{
	uint64_t due = UINT64_MAX, other;

	for (size_t i = 0; run->control && i < CONTROL_CLIENTS_MAX; i++) {
		other = control_client_due(run, &run->control->clients[i]);
		due = other < due ? other : due;
	}
	if (!run->control)
		return due;
	if (run->control->deaf_until && run->control->deaf_until < due)
		due = run->control->deaf_until;
	other = news_due(run);
	return other < due ? other : due;
}

static void control_undeafen(struct supervisor *run)
{
	struct control *control = run->control;

	if (!control || !control->deaf_until || control->deaf_until > run->now)
		return;
	control->deaf_until = 0;
	control_watch(control, control->socket.fd, CONTROL_LISTENER);
}

/* Somebody has gone, or has been idle for too long. */
static void control_reopen(struct supervisor *run)
{
	struct control *control = run->control;

	if (!control || !control->is_full || !control_has_room(control, run->now))
		return;
	control->is_full = false;
	control_watch(control, control->socket.fd, CONTROL_LISTENER);
}

void control_tick(struct supervisor *run)
{
	control_undeafen(run);
	control_reopen(run);
	if (run->control)
		news_tick(run);
	for (size_t i = 0; run->control && i < CONTROL_CLIENTS_MAX; i++) {
		struct client *client = &run->control->clients[i];

		if (control_limit(client) > run->now)
			continue;
		if (client->state == CLIENT_ASKING) {
			client_answer(client, CONTROL_WRONG, "no whole request came in time");
		} else {
			kill(client->child, SIGKILL);
			client->since = run->now;
		}
	}
}

/* ---- begin and end --------------------------------------------------------------------------- */

static int control_make(struct supervisor *run, struct control *control, struct bpfhost_error *err)
{
	int failed;

	control->group = control_group_find();
	failed = control_socket_listen(&control->socket, run->config->control, control->group, err);
	if (failed)
		return failed;
	control->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (control->epoll < 0) {
		failed = -errno;
		bpfhost_error_set(err, 0, "failed to prepare for requests: %s", strerror(-failed));
		return failed;
	}
	control_watch(control, control->socket.fd, CONTROL_LISTENER);
	news_open(run);
	return 0;
}

int control_open(struct supervisor *run)
{
	struct bpfhost_error why = { 0 };
	int err;

	if (!run->config->control || run->config->dry_run)
		return 0;
	run->control = calloc(1, sizeof(*run->control));
	if (!run->control)
		return -ENOMEM;
	run->control->epoll = run->control->socket.fd = -1;
	for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++)
		run->control->clients[i] = (struct client){ .fd = -1, .pidfd = -1 };
	err = control_make(run, run->control, &why);
	if (err)
		log_write(run->log, BPFHOST_ERROR, NULL, "control socket: %s", why.text);
	else
		log_write(run->log, BPFHOST_DEBUG, NULL, "control socket: %s",
			  run->config->control);
	return err;
}

void control_close(struct supervisor *run)
{
	struct control *control = run->control;

	if (!control)
		return;
	control_socket_close(&control->socket);
	for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++) {
		if (control->clients[i].state == CLIENT_WAITING)
			client_answer(&control->clients[i], CONTROL_FAILED, "the host ends");
		client_end(&control->clients[i]);
	}
	news_close(control->news);
	if (control->epoll >= 0)
		close(control->epoll);
	free(control);
	run->control = NULL;
}

void control_tell_change(struct supervisor *run, const char *kind, const char *text)
{
	if (!run->control)
		return;
	news_renew(run);
	for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++)
		if (run->control->clients[i].state == CLIENT_WAITING)
			client_answer(&run->control->clients[i], kind, text);
}

int control_fd(const struct control *control)
{
	return control->epoll;
}
