/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * --filter EXPR: which events reach the sink, decided in the host over the header (cpu, pid, tid,
 * uid, cgroup, comm, plugin, instance, event) and the fields of each event. The language is that of
 * <bpfhost/expr.h>. Arrays and fields of nested structs (a.b) have no name in it.
 */
#ifndef HOST_FILTER_H
#define HOST_FILTER_H

#include <bpfhost/error.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sink/type.h"

struct filter;       /* the text, parsed */
struct filter_bound; /* the same for the events of one type of one instance */

/* 0, or -EINVAL, -E2BIG, -ENOMEM with a sentence in err (may be NULL). */
int filter_new(const char *text, struct filter **ret_filter, struct bpfhost_error *err);
void filter_free(struct filter *filter);

/*
 * Whether each name means something in at least one of the types, to be asked when all schemas have
 * arrived. 0, -ENOENT (the sentence names the nearest known word), -EINVAL when the comparisons fit
 * the fields of none of the types, -ENOMEM.
 */
int filter_names_known(const struct filter *filter, const struct sink_type *const *types,
		       size_t ntypes, struct bpfhost_error *err);

/*
 * Binds to a type, which must outlive the result; the filter need not. Names that the type has not
 * make their comparison false. A filter whose comparisons do not fit this type's fields lets
 * nothing pass. 0 or -ENOMEM.
 */
int filter_bind(const struct filter *filter, const struct sink_type *type,
		struct filter_bound **ret_bound);
void filter_bound_free(struct filter_bound *bound);

/* Whether the record passes. No allocation, no system call. A record too short never passes. */
bool filter_passes(struct filter_bound *bound, const void *record, uint32_t record_size);

#endif
