/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What takes the kernel long and must not be cut short, see bpfhost_ext_release. */
#include "session.h"

static const struct bpfhost_ext_release *in_kernel_extension(const struct bpfhost_instance *self)
{
	const struct bpfhost_ext_release *release =
		self->host->extension(self->host, BPFHOST_EXT_RELEASE);

	return release && release->size >= sizeof(*release) ? release : NULL;
}

void session_in_kernel(struct bpfhost_instance *self, bool begins)
{
	const struct bpfhost_ext_release *release = in_kernel_extension(self);

	if (release && begins)
		release->begin(self->host);
	else if (release)
		release->end(self->host);
}

bool session_given_up(struct bpfhost_instance *self)
{
	const struct bpfhost_ext_release *release = in_kernel_extension(self);
	struct session *session = session_get(self);

	session->given_up |= release && release->over(self->host);
	return session->given_up;
}
