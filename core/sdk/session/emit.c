/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Events made in user space, and schemas published for them. */
#include <errno.h>
#include <string.h>

#include <bpf/libbpf.h>

#include <bpfhost/error.h>

#include "../schema/btf.h"
#include "session.h"

#define EMIT_RING_HEADER 8 /* BPF_RINGBUF_HDR_SZ */

int bpfhost_emit_type(struct bpfhost_instance *self, uint32_t type, struct bpfhost_event *record,
		      uint32_t size)
{
	record->type = type;
	return self->host->emit_user(self->host, record, size);
}

/* 0: there is none of this name, which is told. */
static uint32_t emit_type_id(struct bpfhost_instance *self, const char *verb, const char *name)
{
	const struct session *session = session_get(self);

	for (uint32_t i = 0; session && i < session->ntypes; i++)
		if (!strcmp(session->types[i].name, name))
			return session->types[i].type;
	bpfhost_fail(self, -ENOENT, "failed to %s %s: the object has no BPFHOST_EVENT(%s)", verb,
		     name, name);
	return 0;
}

int bpfhost_event_schema(struct bpfhost_instance *self, const char *name,
			 struct bpfhost_schema **ret_schema)
{
	uint32_t type = emit_type_id(self, "describe", name);
	struct bpfhost_error why = { 0 };
	int err;

	if (!type)
		return -ENOENT;
	err = schema_from_btf(bpf_object__btf(bpfhost_object(self)), type, ret_schema, &why);
	return err ? bpfhost_fail(self, err, "failed to describe %s: %s", name, why.text) : 0;
}

int bpfhost_emit_struct(struct bpfhost_instance *self, const char *name,
			struct bpfhost_event *record, uint32_t size)
{
	uint32_t type = emit_type_id(self, "emit", name);

	return type ? bpfhost_emit_type(self, type, record, size) : -ENOENT;
}

int bpfhost_room(struct bpfhost_instance *self, uint32_t size)
{
	const struct bpfhost_ext_room *room = self->host->extension(self->host, BPFHOST_EXT_ROOM);

	return room && room->size >= sizeof(*room) ? room->look(self->host, size) : 0;
}

void bpfhost_lost(struct bpfhost_instance *self, uint64_t events)
{
	const struct bpfhost_ext_lost *lost = self->host->extension(self->host, BPFHOST_EXT_LOST);

	if (lost && lost->size >= sizeof(*lost))
		lost->count(self->host, events);
}

/* What the kernel asks of a record in __bpf_ringbuf_reserve(), kernel/bpf/ringbuf.c. */
static bool emit_has_room(const struct bpfhost_instance *self, const struct bpfhost_schema *schema)
{
	uint64_t size = (schema->record_size + EMIT_RING_HEADER + 7ULL) & ~7ULL;

	return size < self->host->ring_size;
}

static void emit_warn_of_ring(struct bpfhost_instance *self, const struct bpfhost_schema *schema)
{
	const struct bpf_object *object = bpfhost_object(self);

	if (!object || !bpf_object__find_map_by_name(object, "bpfhost_ring") ||
	    emit_has_room(self, schema))
		return;
	bpfhost_warn(self,
		     "the ring of %llu bytes (--ring-size) has no room for an event %s of %u "
		     "bytes: each of them will be lost",
		     (unsigned long long)self->host->ring_size,
		     bpfhost_schema_string(schema, schema->name), schema->record_size);
}

int bpfhost_publish(struct bpfhost_instance *self, const struct bpfhost_schema *schema)
{
	int err = schema ? bpfhost_schema_check(schema, schema->size) : -EINVAL;

	if (!err)
		err = self->host->schema(self->host, schema, schema->size);
	if (err)
		return bpfhost_fail(self, err, "failed to publish a schema: %s", strerror(-err));
	emit_warn_of_ring(self, schema);
	return 0;
}
