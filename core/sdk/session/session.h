/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the SDK keeps of one instance between open and close. Internal to the SDK. */
#ifndef SDK_SESSION_H
#define SDK_SESSION_H

#include <bpfhost/sdk.h>
#include <stdbool.h>

#include "ring.h"

struct session_type {
	char *name; /* of the struct */
	uint32_t type;
};

struct session_left_out {
	int err;
	char *name; /* for people: probe "..." */
	char *cause;
};

struct session_mapping {
	void *address;
	size_t size;
};

struct session {
	struct bpf_object *object;
	struct ring ring;
	const struct bpfhost_counters *counters; /* mapped, one a CPU; NULL before load */
	uint32_t ncpus;
	bpfhost_handler handler;
	uint64_t arrived;   /* events taken out of the ring */
	uint64_t forwarded; /* events put on the bus */
	uint64_t lines;     /* of the BPF programs' log */
	bool unwanted;      /* the run ends, and the host takes no more events */
	struct bpf_link **links;
	uint32_t nlinks;
	int *events; /* perf events, without a program once the links are gone */
	uint32_t nevents;
	int *link_fds; /* links that libbpf knows nothing of */
	uint32_t nlink_fds;
	uint32_t nclassic; /* of the events, those that are uprobes */
	bool uprobe_multi;
	uint32_t wanted;
	uint32_t attached;
	/* Of the probes that could not be attached: why is what was told, or NULL where there was no memory. */
	int first_error;
	char *first_cause;
	bool cancelled;                    /* told to attach no more */
	struct session_left_out *left_out; /* until it is told */
	uint32_t nleft_out;
	struct session_left_out first_left_out; /* that was told; without an err: none */
	struct session_type *types;
	uint32_t ntypes;
	struct session_mapping *mappings; /* of the object's variables */
	uint32_t nmappings;
	uint64_t timer_every; /* ns; 0: no timer */
	uint64_t timer_due;   /* CLOCK_MONOTONIC, ns */
	char *verdict; /* on the program that the verifier refused, for the error; NULL: on none */
	bool stopped;
};

/* The session of an instance, made at first use. NULL when there is no memory. */
struct session *session_of(struct bpfhost_instance *self);
/* The session of an instance, NULL before bpfhost_open. */
struct session *session_get(const struct bpfhost_instance *self);
void session_free(struct bpfhost_instance *self);

/* Has the host keep a message of libbpf's that holds a verifier's log, and remembers the verdict; whether it is kept. */
bool session_take_verifier_log(const struct bpfhost_instance *self, const char *text);

/* Sends libbpf's messages to this instance's log; NULL: nowhere. */
void session_route_libbpf(const struct bpfhost_instance *self);

/* Sum over all CPUs of events produced and not lost: how many the ring must have held. */
uint64_t session_expected(const struct session *session);
/* Whether nobody wants what is still in the ring. A handler may use it for something else than events. */
bool session_is_over(const struct session *session);
/* How many lines of the programs' log are in the ring, by their counters, that were not read. */
uint64_t session_unread_lines(const struct session *session);

/* Destroys all links; many at a time, since the kernel waits for each. */
void session_detach(struct session *session);

/*
 * Around each call of the kernel that attaches: 0, or -ECANCELED, then there is no end, which leaves
 * errno as it is; and around all that lets go, with a step for each that takes time. See <bpfhost/host.h>.
 */
int session_attach_begin(const struct bpfhost_instance *self);
void session_attach_end(const struct bpfhost_instance *self);
void session_release_begin(const struct bpfhost_instance *self);
void session_release_step(const struct bpfhost_instance *self);
void session_release_end(const struct bpfhost_instance *self);

/* Puts a program on a perf event, which it owns, also on failure: NULL and errno. */
struct bpf_link *session_link_event(struct bpfhost_instance *self, struct bpf_program *program,
				    int event, uint64_t cookie);
/* Keeps the descriptor of a link until session_detach. Owns it, also on failure: -ENOMEM. */
int session_keep_link_fd(struct session *session, int fd);
/* Tells that a probe could not be attached, but for -ECANCELED; returns err. */
int session_missed(struct bpfhost_instance *self, const char *probe, int err);
/* Keeps what an attach call gave: a link, or NULL and errno, which is then told and returned. */
int session_attached(struct bpfhost_instance *self, struct bpf_link *link, const char *probe);
/*
 * The two ways to attach uprobes, for those of them that are not marked as failed. What cannot be
 * attached is told and marked; returns the first error.
 */
struct session_uprobes {
	struct bpf_program *program;
	bool returning;
	const char *file;
	uint32_t pid; /* 0: all processes */
	const struct bpfhost_uprobe *items;
	bool *failed; /* one for each */
	uint32_t count;
};
int session_uprobe_multi(struct bpfhost_instance *self, const struct session_uprobes *uprobes);
int session_uprobe_classic(struct bpfhost_instance *self, const struct session_uprobes *uprobes);
/* Says why that is slow, where there are many. */
void session_classic_warn(const struct bpfhost_instance *self);
/* So many of them the kernel lets go of in a second, roughly: see perf_event.c. */
#define SESSION_CLASSIC_A_SECOND 10

/* Remembers, for bpfhost_left_out, what could not be attached for its file's sake. 0 or -ENOMEM. */
int session_leave_out(struct bpfhost_instance *self, int err, const char *name,
		      const struct bpfhost_error *why);
/* Tells of those that bpfhost_left_out has not been asked to tell of. */
void session_tell_left_out(struct bpfhost_instance *self);
/* How many; 0 without an instance. */
uint32_t session_count_left_out(const struct bpfhost_instance *self);
/* Forgets all behind so many of them. */
void session_forget_left_out(const struct bpfhost_instance *self, uint32_t first);
/* Whether whoever wrote the configuration is to mend it. */
bool session_is_mistake(int err);

/* What may be behind EPERM and EACCES, in parentheses behind a space. */
const char *session_permission_hint(void);

int session_is_dry(const struct bpfhost_instance *self);

#endif
