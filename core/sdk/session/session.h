/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the SDK keeps of one instance between open and close. Internal to the SDK. */
#ifndef SDK_SESSION_H
#define SDK_SESSION_H

#include <bpfhost/sdk.h>

#include "ring.h"

struct session_type {
	char *name; /* of the struct */
	uint32_t type;
};

struct session {
	struct bpf_object *object;
	struct ring ring;
	const struct bpfhost_counters *counters; /* mapped, one a CPU; NULL before load */
	uint32_t ncpus;
	bpfhost_handler handler;
	uint64_t arrived;     /* events taken out of the ring */
	uint64_t log_arrived; /* log records taken out of the ring */
	uint64_t forwarded;   /* events put on the bus */
	struct bpf_link **links;
	uint32_t nlinks;
	uint32_t wanted;
	int first_error; /* of the probes that could not be attached */
	struct session_type *types;
	uint32_t ntypes;
};

/* The session of an instance, made at first use. NULL when there is no memory. */
struct session *session_of(struct bpfhost_instance *self);
/* The session of an instance, NULL before bpfhost_open. */
struct session *session_get(const struct bpfhost_instance *self);
void session_free(struct session *session);

/* Sends libbpf's messages to this instance's log; NULL: nowhere. */
void session_route_libbpf(const struct bpfhost_instance *self);

/* Sum over all CPUs of events produced and not lost: how many the ring must have held. */
uint64_t session_expected(const struct session *session);

int session_is_dry(const struct bpfhost_instance *self);

#endif
