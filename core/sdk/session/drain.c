/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* From the kernel's ring to the plugin's handler or straight to the bus. */
#include <errno.h>
#include <stdlib.h>

#include "../log/format.h"
#include "session.h"

/* How many records may be consumed before the kernel is told that their room is free. */
#define DRAIN_PUBLISH_EVERY 256

int bpfhost_forward(struct bpfhost_instance *self, const struct bpfhost_event *record,
		    uint32_t size)
{
	int err = self->host->emit(self->host, record, size);
	struct session *session = session_get(self);

	if (err == -ECANCELED) {
		err = 0;
		if (session)
			session->unwanted = true;
	}
	if (!err && session)
		session->forwarded++;
	return err;
}

static void drain_log(struct bpfhost_instance *self, const struct bpfhost_event *record,
		      uint32_t size)
{
	const struct bpfhost_log_record *line = (const void *)record;
	char text[LOG_LINE_MAX], file[BPFHOST_LOG_FILE + 1];

	session_get(self)->lines++;
	if (size < sizeof(*line) || line->level > self->host->log_level)
		return;
	log_format(line, text, sizeof(text));
	log_format_file(line, file, sizeof(file));
	self->host->log(self->host, line->level, file, line->line, text);
}

/* A handler that neither forwards nor refuses a record has taken it for itself. */
static int drain_event(struct bpfhost_instance *self, struct session *session,
		       const struct bpfhost_event *record, uint32_t size)
{
	uint64_t before = session->forwarded;
	int err;

	if (!session->handler)
		err = bpfhost_forward(self, record, size);
	else
		err = session->handler(self, record, size);
	if (err)
		return err;
	session->arrived++;
	if (session->forwarded == before)
		self->host->taken(self->host, 1);
	return 0;
}

static int drain_record(struct bpfhost_instance *self, struct session *session,
			const struct bpfhost_event *record, uint32_t size)
{
	if (size < sizeof(*record))
		return bpfhost_fail(self, -EBADMSG, "failed to read the ring: a record of %u bytes",
				    size);
	if (record->type == BPFHOST_TYPE_LOG) {
		drain_log(self, record, size);
		return 0;
	}
	return drain_event(self, session, record, size);
}

int bpfhost_drain(struct bpfhost_instance *self, uint32_t budget)
{
	struct session *session = session_get(self);
	uint32_t taken, size = 0;
	int err = 0;

	for (taken = 0; session && taken < budget; taken++) {
		const void *record = ring_peek(&session->ring, &size);

		if (!record)
			break;
		err = drain_record(self, session, record, size);
		if (err || session_is_over(session))
			break;
		ring_consume(&session->ring, size);
		if (taken % DRAIN_PUBLISH_EVERY == DRAIN_PUBLISH_EVERY - 1)
			ring_publish(&session->ring);
	}
	if (session)
		ring_publish(&session->ring);
	return err && err != -EAGAIN ? err : (int)taken;
}

void bpfhost_set_handler(struct bpfhost_instance *self, bpfhost_handler handler)
{
	struct session *session = session_of(self);

	if (session)
		session->handler = handler;
}
