/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Events made in user space, and schemas published for them. */
#include <errno.h>
#include <string.h>

#include "session.h"

int bpfhost_emit_type(struct bpfhost_instance *self, uint32_t type, struct bpfhost_event *record,
		      uint32_t size)
{
	record->type = type;
	return self->host->emit_user(self->host, record, size);
}

int bpfhost_emit_struct(struct bpfhost_instance *self, const char *name,
			struct bpfhost_event *record, uint32_t size)
{
	const struct session *session = session_get(self);

	for (uint32_t i = 0; session && i < session->ntypes; i++)
		if (!strcmp(session->types[i].name, name))
			return bpfhost_emit_type(self, session->types[i].type, record, size);
	return bpfhost_fail(self, -ENOENT, "failed to emit %s: the object has no BPFHOST_EVENT(%s)",
			    name, name);
}

int bpfhost_publish(struct bpfhost_instance *self, const struct bpfhost_schema *schema)
{
	int err = schema ? bpfhost_schema_check(schema, schema->size) : -EINVAL;

	if (!err)
		err = self->host->schema(self->host, schema, schema->size);
	if (err)
		return bpfhost_fail(self, err, "failed to publish a schema: %s", strerror(-err));
	return 0;
}
