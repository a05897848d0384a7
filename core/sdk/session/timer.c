/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * poll is called for several reasons and is not told which. The plugin's side of the timer is kept
 * here: it is set a moment before the host's, so that whenever the host calls for the timer, it is
 * due here too.
 */
#include <errno.h>
#include <string.h>

#include "session.h"

int bpfhost_timer(struct bpfhost_instance *self, uint64_t interval_ns)
{
	struct session *session = session_of(self);
	int err;

	if (!session)
		return -ENOMEM;
	session->timer_due = bpfhost_now() + interval_ns;
	err = self->host->timer(self->host, interval_ns);
	if (err)
		return bpfhost_fail(self, err, "failed to set the timer: %s", strerror(-err));
	session->timer_every = interval_ns;
	return 0;
}

void bpfhost_pause(struct bpfhost_instance *self, uint64_t ns)
{
	const struct bpfhost_ext_pause *pause =
		self->host->extension(self->host, BPFHOST_EXT_PAUSE);

	if (pause && pause->size >= sizeof(*pause))
		pause->most(self->host, ns);
}

bool bpfhost_timer_due(struct bpfhost_instance *self)
{
	struct session *session = session_get(self);
	uint64_t now;

	if (!session || !session->timer_every)
		return false;
	now = bpfhost_now();
	if (now < session->timer_due)
		return false;
	session->timer_due +=
		(now - session->timer_due) / session->timer_every * session->timer_every +
		session->timer_every;
	return true;
}
