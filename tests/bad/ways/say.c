/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Into the log, and over the control socket, of which the worker keeps another descriptor for that. */
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ways.h"
#include "worker/protocol.h"

#define SAY_CONTROL  3 /* where a worker has it while it loads */
#define FLOOD_LINES  20000
#define DELUGE_LINES 2000
#define SAY_MESSAGES 50000

static int say_control = -1;

static void say_keep(void)
{
	say_control = fcntl(SAY_CONTROL, F_DUPFD_CLOEXEC, SAY_CONTROL);
}

static void say_message(uint32_t kind, const char *text)
{
	struct protocol_message message = { .kind = kind, .text_size = (uint32_t)strlen(text) };

	memcpy(message.text, text, message.text_size);
	send(say_control, &message, offsetof(struct protocol_message, text) + message.text_size,
	     MSG_NOSIGNAL);
}

static int say_flood(struct bpfhost_instance *self)
{
	for (int i = 0; i < FLOOD_LINES; i++)
		bpfhost_info(self, "flood %d", i);
	return 1;
}

/* As much as the bus takes, each time; more than may go into a log. */
static int say_deluge(struct bpfhost_instance *self)
{
	char text[2001];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	for (int i = 0; i < DELUGE_LINES; i++)
		bpfhost_info(self, "deluge %s", text);
	return 1;
}

static int say_messages(struct bpfhost_instance *self)
{
	(void)self;
	for (int i = 0; i < SAY_MESSAGES; i++)
		say_message(PROTOCOL_MISSED, "one of many\n\033[31m that is not one line \xff");
	return 1;
}

static int say_junk(struct bpfhost_instance *self)
{
	(void)self;
	send(say_control, "abc", 3, MSG_NOSIGNAL);
	return 1;
}

static int say_stranger(struct bpfhost_instance *self)
{
	(void)self;
	say_message(999, "");
	return 1;
}

/* It has failed, it says, and goes on. */
static int say_failed(struct bpfhost_instance *self)
{
	(void)self;
	say_message(PROTOCOL_FAILED, "something that is not so");
	say_message(PROTOCOL_FAILED, "something else");
	return 1;
}

/* It was told to end, it says. */
static int say_detached(struct bpfhost_instance *self)
{
	(void)self;
	say_message(PROTOCOL_DETACHED, "");
	_exit(0);
}

static int say_attached(struct bpfhost_instance *self)
{
	(void)self;
	for (int i = 0; i < 1000; i++)
		say_message(PROTOCOL_ATTACHED, "");
	return 1;
}

static int say_ring(struct bpfhost_instance *self)
{
	(void)self;
	for (int i = 0; i < 1000; i++)
		say_message(PROTOCOL_RING, "");
	return 1;
}

/* For stdout, where only events belong. */
static int say_plan(struct bpfhost_instance *self)
{
	self->host->plan(self->host, "this is no event");
	return 1;
}

const struct way ways_say[] = {
	{ .name = "flood", .run = say_flood },
	{ .name = "deluge", .run = say_deluge },
	{ .name = "messages", .run = say_messages, .prepare = say_keep, .once = true },
	{ .name = "junk", .run = say_junk, .prepare = say_keep },
	{ .name = "stranger", .run = say_stranger, .prepare = say_keep },
	{ .name = "failed", .run = say_failed, .prepare = say_keep, .once = true },
	{ .name = "detached", .run = say_detached, .prepare = say_keep },
	{ .name = "attached", .run = say_attached, .prepare = say_keep, .once = true },
	{ .name = "ring", .run = say_ring, .prepare = say_keep, .once = true },
	{ .name = "plan", .run = say_plan, .once = true },
	{ .name = NULL },
};
