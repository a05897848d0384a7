/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * An event type made ready for the sinks: its checked schema compiled once, so that a record costs
 * no look-up and no escaping of anything but its own strings.
 */
#ifndef SINK_TYPE_H
#define SINK_TYPE_H

#include <bpfhost/event.h>
#include <bpfhost/schema.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* No line of any event is longer; a schema that could make one is refused. */
#define SINK_LINE_MAX (1U << 20)

struct sink_type; /* its inside, for encoders only, is in plan.h */

/*
 * Compiles a schema that bpfhost_schema_check accepted. Everything is copied. 0, -ENOMEM, or -E2BIG
 * when a line of this event could be longer than SINK_LINE_MAX. instance and plugin are the names
 * that its lines carry.
 */
int sink_type_new(const struct bpfhost_schema *schema, const char *instance, const char *plugin,
		  struct sink_type **ret_type);
void sink_type_free(struct sink_type *type);

uint32_t sink_type_id(const struct sink_type *type);
/* The name of the event. */
const char *sink_type_name(const struct sink_type *type);
/* The least size of a record, header included; a shorter one is not of this type. */
uint32_t sink_type_record_size(const struct sink_type *type);

#endif
