/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What is to be attached: one entry for each event that the probes of the configuration match. */
#ifndef TRACEPOINT_TARGET_H
#define TRACEPOINT_TARGET_H

#include <bpfhost/condition.h>
#include <bpfhost/error.h>
#include <bpfhost/probe.h>
#include <bpfhost/schema.h>

#include "format.h"
#include "tracepoint_event.h"

struct tracepoint_target {
	char *category;
	char *name;
	char *probe; /* "category:name" */
	struct tracepoint_probe config;
	struct bpfhost_condition *condition; /* NULL: none */
	struct bpfhost_schema *schema;
	uint32_t record_size; /* with header */
	uint32_t size_class;  /* index into the programs */
};

struct tracepoint_targets {
	struct tracepoint_target *items;
	uint32_t count;
};

/*
 * Works out one event: which fields the probe asks for (all, where it names none), where each lies in
 * the record, the schema, and the condition. text is the format file. 0; -ENOENT when the event
 * lacks a field that is named; -EINVAL, -E2BIG, -ENOMEM; with a sentence in err.
 */
int tracepoint_target_make(const char *category, const char *name, const char *text, size_t length,
			   const struct bpfhost_probe *probe, uint32_t string_size, uint32_t type,
			   struct tracepoint_target *ret_target, struct bpfhost_error *err);
void tracepoint_target_free(struct tracepoint_target *target);

/*
 * Adds the events that a probe matches, by the tracefs at root. Of a glob, events without a field
 * that is named are left out; *ret_skipped counts them. Errors as above, with a sentence in err.
 */
int tracepoint_targets_add(struct tracepoint_targets *targets, const char *root, const char *text,
			   uint32_t string_size, uint32_t *ret_skipped, struct bpfhost_error *err);
void tracepoint_targets_free(struct tracepoint_targets *targets);

/*
 * Translates the probe's condition for this event; fields are looked up in the format and among the
 * places that the probe gives by hand. A name that the event lacks is -ENOENT.
 */
int tracepoint_condition_make(const struct bpfhost_probe *probe, const struct format *format,
			      const char *category, struct bpfhost_condition *ret_condition,
			      struct bpfhost_error *err);

#endif
