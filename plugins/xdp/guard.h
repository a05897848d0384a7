/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Programs that gave way to ours come back, whatever becomes of the worker. What is attached by a BPF link
 * goes with the worker's descriptors; what took another one's place does not. So a process of its own is
 * forked before any place is taken, while there are privileges for it. It holds the descriptors of the
 * programs and links in question and one end of a socket, has CAP_NET_ADMIN and nothing else, sleeps until
 * the worker says a word or is no more, puts each program back where ours is still in its place, and ends.
 *
 * It ignores signals, but SIGKILL it cannot. So it has an heir, a process that waits for nothing but its end
 * and then takes over, with an heir of its own.
 */
#ifndef XDP_GUARD_H
#define XDP_GUARD_H

#include <bpfhost/sdk.h>
#include <sys/types.h>

#include "replace.h"

struct xdp_guard {
	struct xdp_replaced *items;
	uint32_t count;
	int program; /* ours; the SDK's */
	int socket;
	pid_t pid;    /* 0: none runs */
	bool watched; /* poll is called when the process ends */
};

/* One for each time that some were replaced: at the start, and later where interfaces are followed. */
struct xdp_guards {
	struct xdp_guard *items;
	uint32_t count;
};

/* Adds a copy with the descriptors that are given, which belong to the guard from now on. */
int xdp_guard_add(struct xdp_guard *guard, const struct xdp_replaced *replaced);
/* NULL where it is not about this interface. */
struct xdp_replaced *xdp_guard_find(const struct xdp_guard *guard, uint32_t ifindex);
/* Starts the process, for all that were added. 0 or -errno. */
int xdp_guard_start(struct xdp_guard *guard, int program);
/* Takes it over; on failure it is freed. */
int xdp_guards_keep(struct bpfhost_instance *self, struct xdp_guards *guards,
		    struct xdp_guard *guard);
/* From poll: tells of a process that somebody ended. */
void xdp_guards_look(struct bpfhost_instance *self, struct xdp_guards *guards);
/* The interface is no more: the process that is for this one only ends. */
void xdp_guards_forget(struct bpfhost_instance *self, struct xdp_guards *guards, uint32_t ifindex);
/* Puts all back, tells it, waits for the processes to end, and frees. 0, or -errno where one stays. */
int xdp_guards_end(struct bpfhost_instance *self, struct xdp_guards *guards);
void xdp_guard_free(struct xdp_guard *guard);

/* Of guardian.c: what the process does. Does not return. */
_Noreturn void xdp_guardian(const struct xdp_guard *guard, int socket);

#endif
