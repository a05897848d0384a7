/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Opening the embedded object and setting all that the host decides, before anything is loaded. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include <bpfhost/error.h>

#include "../schema/btf.h"
#include "session.h"

#define OPEN_SECTION_TYPES ".rodata.bpfhost"

/* ---- event types ---------------------------------------------------------------------------- */

static int open_remember_type(struct session *session, const char *name, uint32_t type)
{
	struct session_type *types =
		reallocarray(session->types, session->ntypes + 1, sizeof(*types));

	if (!types)
		return -ENOMEM;
	session->types = types;
	types[session->ntypes].name = strdup(name);
	types[session->ntypes].type = type;
	if (!types[session->ntypes].name)
		return -ENOMEM;
	session->ntypes++;
	return 0;
}

static int open_publish_type(struct bpfhost_instance *self, const struct btf *btf, uint32_t type)
{
	struct bpfhost_schema *schema = NULL;
	struct bpfhost_error why = { 0 };
	int err = schema_from_btf(btf, type, &schema, &why);

	if (err)
		return bpfhost_fail(self, err, "failed to describe an event type: %s", why.text);
	err = bpfhost_publish(self, schema);
	free(schema);
	return err;
}

/* One event type: its id goes into the object's read-only data, its schema to the host. */
static int open_type(void *ctx, const char *variable, uint32_t type, uint32_t offset)
{
	struct bpfhost_instance *self = ctx;
	struct session *session = session_get(self);
	const struct btf *btf = bpf_object__btf(session->object);
	const struct btf_type *t = btf__type_by_id(btf, type);
	uint32_t *id = NULL;
	struct bpf_map *map;
	size_t have = 0;
	int err;

	(void)variable;
	map = bpf_object__find_map_by_name(session->object, OPEN_SECTION_TYPES);
	if (map)
		id = (uint32_t *)bpf_map__initial_value(map, &have);
	if (!id || offset + sizeof(*id) > have)
		return bpfhost_fail(self, -EINVAL, "failed to set the id of an event type");
	id[offset / sizeof(*id)] = type;
	err = open_remember_type(session, btf__name_by_offset(btf, t->name_off), type);
	return err ? err : open_publish_type(self, btf, type);
}

/* ---- what the host decides ------------------------------------------------------------------ */

static int open_set_sizes(struct bpfhost_instance *self, struct session *session)
{
	struct bpf_map *ring = bpf_object__find_map_by_name(session->object, "bpfhost_ring");
	struct bpf_map *counters =
		bpf_object__find_map_by_name(session->object, "bpfhost_counters");
	int ncpus = libbpf_num_possible_cpus();

	if (ncpus < 0)
		return bpfhost_fail(self, ncpus, "failed to count this machine's CPUs: %s",
				    strerror(-ncpus));
	session->ncpus = (uint32_t)ncpus;
	if (ring && bpf_map__set_max_entries(ring, (uint32_t)self->host->ring_size) < 0)
		return bpfhost_fail(self, -errno, "failed to size the ring: %s", strerror(errno));
	if (counters && bpf_map__set_max_entries(counters, session->ncpus) < 0)
		return bpfhost_fail(self, -errno, "failed to size the counters: %s",
				    strerror(errno));
	return 0;
}

static int open_set_filter(struct bpfhost_instance *self)
{
	const struct bpfhost_filter_values *filter = self->host->filter;
	void *place = bpfhost_constant(self, "bpfhost_filter", sizeof(*filter));
	int asked = filter->npids || filter->ncomms || filter->nuids || filter->ncgroups;

	if (place)
		memcpy(place, filter, sizeof(*filter));
	else if (asked)
		bpfhost_warn(self, "--pid, --comm, --uid and --cgroup do not apply here: these "
				   "events belong to no process, all are shown");
	return 0;
}

static int open_types(struct bpfhost_instance *self, struct session *session)
{
	const struct btf *btf = bpf_object__btf(session->object);
	struct bpfhost_error why = { 0 };
	int err;

	if (!btf)
		return bpfhost_fail(self, -EINVAL,
				    "failed to describe the events: the BPF object "
				    "has no BTF (compile it with -g)");
	err = schema_btf_events(btf, open_type, self, &why);
	if (err && why.text[0])
		return bpfhost_fail(self, err, "failed to list the event types: %s", why.text);
	return err;
}

static int open_configure(struct bpfhost_instance *self, struct session *session)
{
	uint32_t *level = bpfhost_constant(self, "bpfhost_log_level", sizeof(*level));
	int err = open_set_sizes(self, session);

	if (err)
		return err;
	if (level)
		*level = self->host->log_level;
	err = open_set_filter(self);
	return err ? err : open_types(self, session);
}

int bpfhost_open(struct bpfhost_instance *self)
{
	const struct bpfhost_plugin *plugin = self->plugin;
	size_t size = (size_t)((const char *)plugin->object_end - (const char *)plugin->object);
	LIBBPF_OPTS(bpf_object_open_opts, opts, .object_name = plugin->name);
	struct session *session = session_of(self);

	if (!session)
		return -ENOMEM;
	if (session->object)
		return bpfhost_fail(self, -EALREADY, "failed to open the BPF object: it is open");
	session_route_libbpf(self);
	session->object = bpf_object__open_mem(plugin->object, size, &opts);
	if (!session->object)
		return bpfhost_fail(self, -errno, "failed to open the BPF object: %s",
				    strerror(errno));
	return open_configure(self, session);
}
