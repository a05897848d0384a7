/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A set of rules is one map, made in the size that it needs, which takes the place of another in one
 * step; the kernel returns from that once no program uses the other one any more. Conditions lie in a
 * map of two halves, and a table says which half is its own: so they change in the same step.
 */
#include "drop.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

static const char *const drop_maps[] = { "xdp_drop_tables", "xdp_drop_conditions",
					 "xdp_drop_sums" };

static int drop_map(struct bpfhost_instance *self, const char *name)
{
	return bpf_object__find_map_fd_by_name(bpfhost_object(self), name);
}

/* ---- totals ------------------------------------------------------------------------------------------ */

static struct xdp_drop_sums drop_sums(struct bpfhost_instance *self, uint32_t half)
{
	int ncpus = libbpf_num_possible_cpus();
	struct xdp_drop_sums sum = { 0 }, *values = calloc((size_t)ncpus, sizeof(*values));

	if (values && !bpf_map_lookup_elem(drop_map(self, "xdp_drop_sums"), &half, values)) {
		for (int i = 0; i < ncpus; i++) {
			sum.packets += values[i].packets;
			sum.bytes += values[i].bytes;
		}
	}
	free(values);
	return sum;
}

static int drop_sums_clear(struct bpfhost_instance *self, uint32_t half)
{
	int ncpus = libbpf_num_possible_cpus(), err = -ENOMEM;
	struct xdp_drop_sums *values = calloc((size_t)ncpus, sizeof(*values));

	if (values)
		err = bpf_map_update_elem(drop_map(self, "xdp_drop_sums"), &half, values, BPF_ANY)
			      ? -errno
			      : 0;
	free(values);
	return err;
}

/* ---- into the kernel ---------------------------------------------------------------------------------- */

/* The table's descriptor, or -errno. */
static int drop_make_table(const struct xdp_drop_table *table)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = BPF_F_MMAPABLE | BPF_F_INNER_MAP);
	size_t size = (size_t)table->count * sizeof(*table->cells);
	int fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "xdp_drop_table", sizeof(uint32_t),
				sizeof(*table->cells), table->count, &opts);
	void *cells;
	int err;

	if (fd < 0)
		return -errno;
	cells = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (cells == MAP_FAILED) {
		err = -errno;
		close(fd);
		return err;
	}
	memcpy(cells, table->cells, size);
	munmap(cells, size);
	return fd;
}

static int drop_put_conditions(struct bpfhost_instance *self, const struct xdp_drop_set *set,
			       uint32_t half)
{
	int map = drop_map(self, "xdp_drop_conditions");

	for (uint32_t i = 0; i < set->condition_count; i++) {
		uint32_t at = half * XDP_DROP_CONDITIONS_MAX + i;

		if (bpf_map_update_elem(map, &at, &set->conditions[i], BPF_ANY))
			return -errno;
	}
	return 0;
}

static int drop_put(struct bpfhost_instance *self, struct xdp_drop_set *set, uint32_t half)
{
	const uint32_t zero = 0;
	int err = drop_put_conditions(self, set, half), fd;

	if (!err)
		err = drop_sums_clear(self, half);
	if (err)
		return err;
	set->table.cells[0].head.half = half;
	set->table.cells[0].head.conditions = set->condition_count;
	fd = drop_make_table(&set->table);
	if (fd < 0)
		return fd;
	if (bpf_map_update_elem(drop_map(self, "xdp_drop_tables"), &zero, &fd, BPF_ANY))
		err = -errno;
	close(fd);
	return err;
}

/* ---- telling ------------------------------------------------------------------------------------------ */

static void drop_tell_set(struct bpfhost_instance *self, const struct xdp_drop_set *set,
			  uint64_t began_ns)
{
	bpfhost_info(self,
		     "dropping by %u prefixes, %u exceptions and %u expressions; %zu KiB, ready in "
		     "%llu ms",
		     set->prefixes, set->exceptions, set->condition_count,
		     (size_t)set->table.count * sizeof(*set->table.cells) / 1024,
		     (unsigned long long)(bpfhost_now() - began_ns) / 1000000);
	if (set->duplicates.count)
		bpfhost_warn(self, "drop: %u rules stand there twice; the first: %s",
			     set->duplicates.count, set->duplicate);
}

static void drop_add_sums(struct xdp_drop *drop, const struct xdp_drop_sums *sums)
{
	drop->packets += sums->packets;
	drop->bytes += sums->bytes;
}

void xdp_drop_tell(struct bpfhost_instance *self, struct xdp_drop *drop)
{
	struct xdp_drop_sums sums;

	if (!drop->is_running)
		return;
	sums = drop_sums(self, drop->half);
	drop_add_sums(drop, &sums);
	bpfhost_info(self, "dropped %llu packets, %llu bytes", (unsigned long long)drop->packets,
		     (unsigned long long)drop->bytes);
}

/* ---- the course of an instance ------------------------------------------------------------------------- */

static int drop_leave_out(struct bpfhost_instance *self)
{
	for (size_t i = 0; i < sizeof(drop_maps) / sizeof(drop_maps[0]); i++) {
		struct bpf_map *map =
			bpf_object__find_map_by_name(bpfhost_object(self), drop_maps[i]);
		int err = map ? bpf_map__set_autocreate(map, false) : -ENOENT;

		if (err)
			return bpfhost_fail(self, err, "failed to leave out %s: %s", drop_maps[i],
					    strerror(-err));
	}
	return 0;
}

int xdp_drop_prepare(struct bpfhost_instance *self, struct xdp_drop *drop)
{
	struct bpfhost_error why = { 0 };
	int err;

	drop->watch = XDP_DROP_WATCH_NONE;
	drop->source.rules = bpfhost_option(self, "drop");
	drop->source.path = bpfhost_option_text(self, "drop_file");
	drop->is_used = drop->source.rules->count || drop->source.path;
	if (!drop->is_used)
		return drop_leave_out(self);
	err = bpfhost_event_schema(self, "packet_event", &drop->schema);
	if (err)
		return err;
	drop->source.schema = drop->schema;
	if (drop->source.path && !(self->host->flags & BPFHOST_RUN_DRY))
		err = xdp_drop_watch_start(self, &drop->watch, drop->source.path);
	if (err)
		return err;
	err = xdp_drop_set_read(&drop->source, &drop->set, &why);
	if (err)
		return bpfhost_fail(self, err == -ENOMEM ? err : -EINVAL, "%s", why.text);
	return bpfhost_set_constant(self, "xdp_has_drop", &drop->is_used, sizeof(drop->is_used));
}

int xdp_drop_start(struct bpfhost_instance *self, struct xdp_drop *drop)
{
	uint64_t began_ns = bpfhost_now();
	int err = drop->is_used ? drop_put(self, &drop->set, drop->half) : 0;

	if (err)
		return bpfhost_fail(self, err,
				    "failed to put the rules of drop into the kernel: %s",
				    strerror(-err));
	drop->is_running = drop->is_used;
	if (drop->is_used)
		drop_tell_set(self, &drop->set, began_ns);
	xdp_drop_set_free(&drop->set);
	return 0;
}

static void drop_replace(struct bpfhost_instance *self, struct xdp_drop *drop,
			 struct xdp_drop_set *set, uint64_t began_ns)
{
	struct xdp_drop_sums sums;
	int err = drop_put(self, set, !drop->half);

	if (err) {
		bpfhost_warn(self,
			     "failed to put new rules of drop into the kernel: %s; the old stay",
			     strerror(-err));
		return;
	}
	sums = drop_sums(self, drop->half);
	drop_add_sums(drop, &sums);
	drop->half = !drop->half;
	bpfhost_info(self,
		     "drop_file %s is read again; by the rules before, %llu packets were dropped",
		     drop->source.path, (unsigned long long)sums.packets);
	drop_tell_set(self, set, began_ns);
}

void xdp_drop_poll(struct bpfhost_instance *self, struct xdp_drop *drop)
{
	struct bpfhost_error why = { 0 };
	struct xdp_drop_set set = { 0 };
	uint64_t began_ns;
	int err;

	if (!xdp_drop_watch_due(&drop->watch))
		return;
	began_ns = bpfhost_now();
	err = xdp_drop_set_read(&drop->source, &set, &why);
	if (!xdp_drop_watch_disturbed(&drop->watch)) {
		if (err)
			bpfhost_warn(self, "%s; the rules stay as they were", why.text);
		else
			drop_replace(self, drop, &set, began_ns);
	}
	xdp_drop_set_free(&set);
}

/* Rules that are read anew are put into a new map. */
uint64_t xdp_drop_needs(const struct xdp_drop *drop)
{
	return drop->source.path ? BPFHOST_NEED_LATE_OPEN | BPFHOST_NEED_LATE_ATTACH : 0;
}

void xdp_drop_free(struct xdp_drop *drop)
{
	xdp_drop_set_free(&drop->set);
	xdp_drop_watch_free(&drop->watch);
	free(drop->schema);
	drop->schema = NULL;
}
