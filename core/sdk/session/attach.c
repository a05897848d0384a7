/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Attaching programs, keeping their links, and the sum of how it went. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/libbpf.h>

#include "session.h"

static void attach_plan(struct bpfhost_instance *self, const struct bpf_program *program,
			const char *probe)
{
	char text[512];

	snprintf(text, sizeof(text), "would attach program %s to %s", bpf_program__name(program),
		 probe);
	self->host->plan(self->host, text);
}

static int attach_missed(struct bpfhost_instance *self, struct session *session, const char *probe,
			 int err)
{
	self->host->probe_failed(self->host, probe, strerror(-err));
	if (!session->first_error)
		session->first_error = err;
	return err;
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
	return 0;
}

/* What the attach call gave: a link to keep, or NULL and errno. */
static int attach_result(struct bpfhost_instance *self, struct session *session,
			 struct bpf_link *link, const char *probe)
{
	int err;

	if (!link)
		return attach_missed(self, session, probe, -errno);
	err = bpfhost_keep_link(self, link);
	if (err)
		bpf_link__destroy(link);
	return err;
}

int bpfhost_attach_program(struct bpfhost_instance *self, struct bpf_program *program)
{
	const char *section = bpf_program__section_name(program);
	struct session *session = session_get(self);

	session->wanted++;
	if (session_is_dry(self)) {
		attach_plan(self, program, section);
		return 0;
	}
	return attach_result(self, session, bpf_program__attach(program), section);
}

int bpfhost_attach_tracepoint(struct bpfhost_instance *self, struct bpf_program *program,
			      const char *category, const char *name, uint64_t cookie,
			      const char *probe)
{
	LIBBPF_OPTS(bpf_tracepoint_opts, opts, .bpf_cookie = cookie);
	struct session *session = session_get(self);

	session->wanted++;
	if (session_is_dry(self)) {
		attach_plan(self, program, probe);
		return 0;
	}
	return attach_result(self, session,
			     bpf_program__attach_tracepoint_opts(program, category, name, &opts),
			     probe);
}

int bpfhost_attached(struct bpfhost_instance *self)
{
	struct session *session = session_get(self);

	if (session_is_dry(self))
		return 0;
	self->host->probes(self->host, session->nlinks, session->wanted);
	if (session->nlinks || !session->wanted)
		return 0;
	return bpfhost_fail(self, session->first_error, "failed to attach any of %u probes: %s",
			    session->wanted, strerror(-session->first_error));
}
