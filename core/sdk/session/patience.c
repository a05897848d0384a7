/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Telling the host when this process is in the kernel's hands, and must be given time there. */
#include <errno.h>
#include <stddef.h>

#include "patience.h"
#include "session.h"

static const struct bpfhost_ext_attach *patience_attach(const struct bpfhost_instance *self)
{
	const struct bpfhost_ext_attach *attach =
		self->host->extension(self->host, BPFHOST_EXT_ATTACH);

	return attach && attach->size >= sizeof(*attach) ? attach : NULL;
}

int session_attach_begin(const struct bpfhost_instance *self)
{
	const struct bpfhost_ext_attach *attach = patience_attach(self);

	return attach ? attach->begin(self->host) : 0;
}

void session_attach_end(const struct bpfhost_instance *self)
{
	const struct bpfhost_ext_attach *attach = patience_attach(self);
	int before = errno;

	if (attach)
		attach->end(self->host);
	errno = before;
}

/* The members that every host with this extension has. */
#define PATIENCE_RELEASE_SIZE offsetof(struct bpfhost_ext_release, step)

static const struct bpfhost_ext_release *patience_release(const struct bpfhost_instance *self)
{
	const struct bpfhost_ext_release *release =
		self->host->extension(self->host, BPFHOST_EXT_RELEASE);

	return release && release->size >= PATIENCE_RELEASE_SIZE ? release : NULL;
}

void session_release_begin(const struct bpfhost_instance *self)
{
	const struct bpfhost_ext_release *release = patience_release(self);

	if (release)
		release->begin(self->host);
}

void session_release_step(const struct bpfhost_instance *self)
{
	const struct bpfhost_ext_release *release = patience_release(self);

	if (release && release->size >= sizeof(*release))
		release->step(self->host);
}

void session_release_end(const struct bpfhost_instance *self)
{
	const struct bpfhost_ext_release *release = patience_release(self);

	if (release)
		release->end(self->host);
}

uint64_t session_renew_patience(const struct bpfhost_instance *self)
{
	const struct bpfhost_ext_patience *patience =
		self ? self->host->extension(self->host, BPFHOST_EXT_PATIENCE) : NULL;

	return patience && patience->size >= sizeof(*patience) ? patience->renew(self->host) : 0;
}
