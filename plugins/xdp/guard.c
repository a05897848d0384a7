/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "guard.h"

#include <errno.h>
#include <linux/if_link.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define GUARD_PATIENCE 5000 /* ms; giving back takes some milliseconds each */

int xdp_guard_add(struct xdp_guard *guard, const struct xdp_replaced *replaced)
{
	struct xdp_replaced *items = reallocarray(guard->items, guard->count + 1, sizeof(*items));

	if (!items)
		return -ENOMEM;
	guard->items = items;
	items[guard->count++] = *replaced;
	return 0;
}

struct xdp_replaced *xdp_guard_find(const struct xdp_guard *guard, uint32_t ifindex)
{
	for (uint32_t i = 0; i < guard->count; i++)
		if (guard->items[i].ifindex == ifindex)
			return &guard->items[i];
	return NULL;
}

/* What it answers within its time: the bytes, or -errno. A single one is an heir's word. */
static ssize_t guard_hear(const struct xdp_guard *guard, void *answer, size_t size)
{
	struct pollfd fd = { .fd = guard->socket, .events = POLLIN };
	ssize_t got = 1;

	while (got == 1) {
		if (poll(&fd, 1, GUARD_PATIENCE) <= 0)
			return -ETIME;
		got = recv(guard->socket, answer, size, MSG_DONTWAIT);
	}
	return got < 0 ? -errno : got;
}

int xdp_guard_start(struct xdp_guard *guard, int program)
{
	int pair[2], err = -EPIPE;

	guard->program = program;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	guard->pid = fork();
	if (!guard->pid)
		xdp_guardian(guard, pair[1]);
	close(pair[1]);
	guard->socket = pair[0];
	if (guard->pid < 0) {
		err = -errno;
		guard->pid = 0;
		close(guard->socket);
		return err;
	}
	if (guard_hear(guard, &err, sizeof(err)) != sizeof(err))
		return -EPIPE;
	return err;
}

int xdp_guards_keep(struct bpfhost_instance *self, struct xdp_guards *guards,
		    struct xdp_guard *guard)
{
	struct xdp_guard *items = reallocarray(guards->items, guards->count + 1, sizeof(*items));

	if (!items) {
		xdp_guard_free(guard);
		return -ENOMEM;
	}
	guards->items = items;
	guard->watched = !self->host->watch(self->host, guard->socket);
	items[guards->count++] = *guard;
	*guard = (struct xdp_guard){ 0 };
	return 0;
}

static void guard_look(struct bpfhost_instance *self, struct xdp_guard *guard)
{
	const char *plural = guard->count == 1 ? "" : "s";
	char word;
	ssize_t got = recv(guard->socket, &word, 1, MSG_DONTWAIT);

	if (got == 1)
		bpfhost_warn(self,
			     "somebody ended process %d, which was to put %u program%s back; "
			     "another one does that now",
			     (int)guard->pid, guard->count, plural);
	if (got)
		return;
	bpfhost_warn(self,
		     "somebody ended all processes that were to put %u program%s back: what was "
		     "attached by netlink does not come back",
		     guard->count, plural);
	self->host->unwatch(self->host, guard->socket);
	guard->watched = false;
}

void xdp_guards_look(struct bpfhost_instance *self, struct xdp_guards *guards)
{
	for (uint32_t i = 0; i < guards->count; i++)
		if (guards->items[i].watched)
			guard_look(self, &guards->items[i]);
}

void xdp_guard_free(struct xdp_guard *guard)
{
	if (guard->pid) {
		close(guard->socket);
		waitpid(guard->pid, NULL, 0);
	}
	for (uint32_t i = 0; i < guard->count; i++)
		xdp_replaced_close(&guard->items[i]);
	free(guard->items);
	*guard = (struct xdp_guard){ 0 };
}

/* The process is no more, or cannot: what needs no privilege can be done from here. */
static void guard_results_without(const struct xdp_guard *guard, int *results)
{
	for (uint32_t i = 0; i < guard->count; i++)
		results[i] = xdp_replaced_give_back(&guard->items[i], guard->program);
}

static void guard_tell_back(struct bpfhost_instance *self, const struct xdp_replaced *replaced)
{
	if (replaced->is_left_over)
		bpfhost_info(self, "%s: program %u '%s', which was left behind, is gone for good",
			     replaced->name, replaced->was.program, replaced->was.name);
	else
		bpfhost_info(self, "%s: program %u '%s' is back", replaced->name,
			     replaced->was.program, replaced->was.name);
}

/* 0, or -errno where ours stays there, for ever. */
static int guard_tell(struct bpfhost_instance *self, const struct xdp_replaced *replaced, int err)
{
	if (!replaced->is_taken || err == -ENODEV || err == -ENOLINK)
		return 0;
	if (!err) {
		guard_tell_back(self, replaced);
		return 0;
	}
	if (err == -EEXIST || (err == -EPERM && replaced->link >= 0)) {
		bpfhost_warn(self,
			     "%s: program %u '%s' is not put back: ours is not there any more",
			     replaced->name, replaced->was.program, replaced->was.name);
		return 0;
	}
	return bpfhost_fail(self, err,
			    "%s: failed to put program %u '%s' back, so ours is still there: %s; "
			    "'ip link set dev %s %s off' takes it off",
			    replaced->name, replaced->was.program, replaced->was.name,
			    strerror(-err), replaced->name,
			    replaced->was.mode == XDP_ATTACHED_SKB ? "xdpgeneric" : "xdpdrv");
}

static int guard_end(struct bpfhost_instance *self, struct xdp_guard *guard)
{
	size_t size = guard->count * sizeof(int);
	int *results = calloc(guard->count, sizeof(int)), first = 0;

	if (guard->watched)
		self->host->unwatch(self->host, guard->socket);
	if (results && (send(guard->socket, "", 1, MSG_NOSIGNAL) < 0 ||
			guard_hear(guard, results, size) != (ssize_t)size))
		guard_results_without(guard, results);
	for (uint32_t i = 0; results && i < guard->count; i++) {
		int err = guard_tell(self, &guard->items[i], results[i]);

		first = first ? first : err;
	}
	free(results);
	xdp_guard_free(guard);
	return first;
}

/* Those of the start may be for several, but there is no second one of that kind. */
void xdp_guards_forget(struct bpfhost_instance *self, struct xdp_guards *guards, uint32_t ifindex)
{
	for (uint32_t i = 0; i < guards->count; i++) {
		struct xdp_guard *guard = &guards->items[i];

		if (guard->count != 1 || guard->items->ifindex != ifindex)
			continue;
		(void)guard_end(self, guard);
		*guard = guards->items[--guards->count];
		return;
	}
}

int xdp_guards_end(struct bpfhost_instance *self, struct xdp_guards *guards)
{
	int first = 0;

	for (uint32_t i = 0; i < guards->count; i++) {
		int err = guard_end(self, &guards->items[i]);

		first = first ? first : err;
	}
	free(guards->items);
	*guards = (struct xdp_guards){ 0 };
	return first;
}
