/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Attaching programs, keeping their links, and the sum of how it went. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/libbpf.h>

#include "../kernel/kernel.h"
#include "session.h"

static void attach_plan(struct bpfhost_instance *self, const struct bpf_program *program,
			const char *probe)
{
	char text[512];

	snprintf(text, sizeof(text), "would attach program %s to %s", bpf_program__name(program),
		 probe);
	self->host->plan(self->host, text);
}

bool bpfhost_only_planned(struct bpfhost_instance *self, const struct bpf_program *program,
			  const char *probe)
{
	struct session *session = session_of(self);

	if (session)
		session->wanted++;
	if (session_is_dry(self))
		attach_plan(self, program, probe);
	return session_is_dry(self);
}

int bpfhost_missed(struct bpfhost_instance *self, const char *probe, int err, const char *cause)
{
	struct session *session = session_get(self);

	if (err == -ECANCELED) {
		if (session)
			session->cancelled = true;
		return err;
	}
	self->host->probe_failed(self->host, probe, cause);
	if (session && !session->first_error) {
		session->first_error = err;
		session->first_cause = strdup(cause);
	}
	return err;
}

int session_missed(struct bpfhost_instance *self, const char *probe, int err)
{
	bool permission = err == -EPERM || err == -EACCES;
	char cause[256];

	err = kernel_error(err);
	snprintf(cause, sizeof(cause), "%s%s", strerror(-err),
		 permission ? session_permission_hint() : "");
	return bpfhost_missed(self, probe, err, cause);
}

int bpfhost_keep_link(struct bpfhost_instance *self, struct bpf_link *link)
{
	struct session *session = session_of(self);
	struct bpf_link **links;

	if (!session)
		return -ENOMEM;
	links = reallocarray(session->links, session->nlinks + 1, sizeof(*links));
	if (!links)
		return -ENOMEM;
	session->links = links;
	links[session->nlinks++] = link;
	session->attached++;
	return 0;
}

int session_keep_link_fd(struct session *session, int fd)
{
	int *fds = reallocarray(session->link_fds, session->nlink_fds + 1, sizeof(*fds));

	if (!fds) {
		close(fd);
		return -ENOMEM;
	}
	session->link_fds = fds;
	fds[session->nlink_fds++] = fd;
	return 0;
}

int bpfhost_keep_link_fd(struct bpfhost_instance *self, int fd)
{
	struct session *session = session_of(self);
	int err;

	if (!session) {
		close(fd);
		return -ENOMEM;
	}
	err = session_keep_link_fd(session, fd);
	if (!err)
		session->attached++;
	return err;
}

void bpfhost_drop_link_fd(struct bpfhost_instance *self, int fd)
{
	struct session *session = session_get(self);

	for (uint32_t i = 0; session && i < session->nlink_fds; i++) {
		if (session->link_fds[i] != fd)
			continue;
		close(fd);
		session->link_fds[i] = session->link_fds[--session->nlink_fds];
		return;
	}
}

void bpfhost_count_attached(struct bpfhost_instance *self)
{
	struct session *session = session_of(self);

	if (session)
		session->attached++;
}

int session_attached(struct bpfhost_instance *self, struct bpf_link *link, const char *probe)
{
	int err;

	if (!link)
		return session_missed(self, probe, -errno);
	err = bpfhost_keep_link(self, link);
	if (!err)
		return 0;
	bpf_link__destroy(link);
	return session_missed(self, probe, err);
}

/* "tracepoint/CATEGORY/NAME" or "tp/CATEGORY/NAME": 1, and the two names; else 0. */
static int attach_is_tracepoint(const char *section, char *category, char *name, size_t size)
{
	const char *first = strchr(section, '/'), *second = first ? strchr(first + 1, '/') : NULL;

	if (!second || (strncmp(section, "tp/", 3) && strncmp(section, "tracepoint/", 11)))
		return 0;
	snprintf(category, size, "%.*s", (int)(second - first - 1), first + 1);
	snprintf(name, size, "%s", second + 1);
	return 1;
}

int bpfhost_attach_program(struct bpfhost_instance *self, struct bpf_program *program)
{
	const char *section = bpf_program__section_name(program);
	char category[128], name[128];
	struct bpf_link *link;
	int err;

	if (attach_is_tracepoint(section, category, name, sizeof(name)))
		return bpfhost_attach_tracepoint(self, program, category, name, 0, section);
	if (bpfhost_only_planned(self, program, section))
		return 0;
	err = session_attach_begin(self);
	if (err)
		return session_missed(self, section, err);
	link = bpf_program__attach(program);
	session_attach_end(self);
	return session_attached(self, link, section);
}

/* What was left out for its file's sake decides only where nothing else was tried. */
static int attach_none(const struct bpfhost_instance *self, const struct session *session)
{
	const struct session_left_out *left_out = &session->first_left_out;
	const char *cause = session->first_cause ?: strerror(-session->first_error);

	if (!session->first_error && left_out->err)
		return bpfhost_fail(self, left_out->err,
				    "failed to attach any of %u probes: %s: %s", session->wanted,
				    left_out->name, left_out->cause);
	if (left_out->err)
		return bpfhost_fail(self, session->first_error,
				    "failed to attach any of %u probes: %s; %s was left out: %s",
				    session->wanted, cause, left_out->name, left_out->cause);
	return bpfhost_fail(self, session->first_error, "failed to attach any of %u probes: %s",
			    session->wanted, cause);
}

int bpfhost_attached(struct bpfhost_instance *self)
{
	struct session *session = session_get(self);

	session_tell_left_out(self);
	if (!session || session_is_dry(self))
		return 0; /* a plugin without programs has nothing to attach */
	if (session->cancelled)
		return -ECANCELED;
	session_classic_warn(self);
	self->host->probes(self->host, session->attached, session->wanted);
	if (session->attached || !session->wanted)
		return 0;
	return attach_none(self, session);
}
