/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Probes that are left out because the file that they name is no good. Files belong to whoever made them, who
 * must not be able to keep an instance from its probes in the files of others. So such a probe fails alone, as
 * one that the kernel does not want; but where nothing else is left, that is the instance's error.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpfhost/file.h>

#include "session.h"

#define LEFT_OUT_NAME_MAX 512

int session_leave_out(struct bpfhost_instance *self, int err, const char *name,
		      const struct bpfhost_error *why)
{
	struct session *session = session_of(self);
	struct session_left_out *all, one = { .err = err };

	if (!session)
		return -ENOMEM;
	all = reallocarray(session->left_out, session->nleft_out + 1, sizeof(*all));
	if (!all)
		return -ENOMEM;
	session->left_out = all;
	one.name = strdup(name);
	one.cause = strdup(why->text[0] ? why->text : strerror(-err));
	all[session->nleft_out++] = one;
	return one.name && one.cause ? 0 : -ENOMEM;
}

uint32_t session_count_left_out(const struct bpfhost_instance *self)
{
	const struct session *session = self ? session_get(self) : NULL;

	return session ? session->nleft_out : 0;
}

void session_forget_left_out(const struct bpfhost_instance *self, uint32_t first)
{
	struct session *session = self ? session_get(self) : NULL;

	while (session && session->nleft_out > first) {
		const struct session_left_out *last = &session->left_out[--session->nleft_out];

		free(last->name);
		free(last->cause);
	}
}

int bpfhost_leave_out(struct bpfhost_instance *self, int err, const char *what, const char *text,
		      const struct bpfhost_error *why)
{
	char name[LEFT_OUT_NAME_MAX];

	if (!bpfhost_file_is_bad(err))
		return bpfhost_fail_probe(self, err, what, text, why);
	snprintf(name, sizeof(name), "%s \"%s\"", what, text);
	return session_leave_out(self, err, name, why);
}

static void left_out_keep_first(struct session *session, struct session_left_out *one)
{
	if (session->first_left_out.err)
		return;
	session->first_left_out = *one;
	one->name = one->cause = NULL; /* and so they are not freed with it */
}

void session_tell_left_out(struct bpfhost_instance *self)
{
	struct session *session = session_get(self);

	for (uint32_t i = 0; i < session_count_left_out(self); i++) {
		struct session_left_out *one = &session->left_out[i];

		session->wanted++;
		self->host->probe_failed(self->host, one->name, one->cause);
		left_out_keep_first(session, one);
	}
	session_forget_left_out(self, 0);
}

int bpfhost_left_out(struct bpfhost_instance *self, bool others)
{
	const struct session *session = session_get(self);
	const struct session_left_out *first;
	int err;

	if (others || !session_count_left_out(self)) {
		session_tell_left_out(self);
		return 0;
	}
	first = &session->left_out[0];
	err = bpfhost_fail(self, session_is_mistake(first->err) ? -EINVAL : first->err, "%s: %s",
			   first->name, first->cause);
	session_forget_left_out(self, 0);
	return err;
}
