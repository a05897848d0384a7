/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Conditions on whole records: for programs that fill a record of an event's type before they know
 * whether it is wanted.
 */
#ifndef BPFHOST_CONDITION_SCHEMA_H
#define BPFHOST_CONDITION_SCHEMA_H

#include <bpfhost/condition.h>
#include <bpfhost/error.h>
#include <bpfhost/schema.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Parses EXPR over the fields of the schema and translates it for bpfhost_condition_holds(), whose base is
 * then a record, its header included. Values of enumerations go by their names, with quotes or without,
 * MAC addresses in quotes; a field that a record lacks makes its comparison false. Returns 0 or -errno
 * with a sentence in *err: -EINVAL, -ENOENT (a name that is not known), -E2BIG, -ENOTSUP (a field that the
 * kernel cannot compare), -ENOMEM.
 */
int bpfhost_condition_for_schema(const char *text, const struct bpfhost_schema *schema,
				 struct bpfhost_condition *ret_condition,
				 struct bpfhost_error *err);

#ifdef __cplusplus
}
#endif

#ifdef __cplusplus
}
#endif

#endif
