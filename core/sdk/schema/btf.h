/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Schemas from the BTF of a plugin's object: what C and its declaration tags say about an event. */
#ifndef SDK_SCHEMA_BTF_H
#define SDK_SCHEMA_BTF_H

#include <bpfhost/error.h>
#include <bpfhost/schema.h>

struct btf;

/*
 * Makes the schema of the event struct with this id. The type in the schema is the id. 0 and a block
 * freed with free(); -EINVAL with a sentence in err (may be NULL) that names struct and field;
 * -ENOMEM, -E2BIG.
 */
int schema_from_btf(const struct btf *btf, uint32_t struct_id, struct bpfhost_schema **ret_schema,
		    struct bpfhost_error *err);

/*
 * One event type declared by BPFHOST_EVENT: the name of its variable (bpfhost_type__NAME), the id of
 * its struct, and where in the section .rodata.bpfhost the variable lies. Not 0 ends the listing.
 */
typedef int (*schema_event_fn)(void *ctx, const char *variable, uint32_t struct_id,
			       uint32_t offset);

/* 0 (also when there are none), what fn returned, or -EINVAL with a sentence in err. */
int schema_btf_events(const struct btf *btf, schema_event_fn fn, void *ctx,
		      struct bpfhost_error *err);

#endif
