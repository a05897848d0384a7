/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What supervisor and worker say to each other over their control socket (SOCK_SEQPACKET, one
 * message a packet). Both ends are the same binary, but the worker runs foreign code: the supervisor
 * takes every message as hostile.
 */
#ifndef WORKER_PROTOCOL_H
#define WORKER_PROTOCOL_H

#include <stddef.h>
#include <stdint.h>

#define PROTOCOL_TEXT_MAX 4096
#define PROTOCOL_FDS_MAX  3

enum protocol_kind {
	/* worker to supervisor */
	/* Admitted, opened, options understood; b: by --trust; text: name, version, whose trust. */
	PROTOCOL_OPENED = 1,
	/* The plugin cannot be opened (a 0) or the configuration is wrong (a 1); text; it ends. */
	PROTOCOL_REFUSED = 2,
	PROTOCOL_FAILED = 3, /* load, attach or poll failed (a: enum worker_call, b: errno); text */
	PROTOCOL_RING = 4,   /* a: CPUs, b: bytes; descriptors: counters, reader or none */
	PROTOCOL_MISSED = 5, /* a probe could not be attached; text */
	PROTOCOL_PLAN = 6,   /* dry run: text */
	PROTOCOL_LOADED = 13,    /* it has loaded, and waits for START to attach */
	PROTOCOL_ATTACHED = 7,   /* a of b probes; from now on it runs */
	PROTOCOL_DRAINED = 9,    /* nothing is attached any more, no more events will come */
	PROTOCOL_RELEASING = 10, /* a 1: it lets go of its probes, a 0: it has */
	PROTOCOL_DETACHED = 8,   /* all is undone; then the worker ends */
	PROTOCOL_DENIED = 11,    /* its filter refused the system call a; b: its first argument */
	PROTOCOL_HELD = 12,      /* what it may from now on; text */
	PROTOCOL_SIGSYS = 14,    /* process a sent it SIGSYS, of which it ends */
	/* supervisor to worker */
	PROTOCOL_START = 20, /* load and attach; a 1: load, and wait for the next one to attach */
	PROTOCOL_STOP = 21,  /* detach and end */
	PROTOCOL_LOG_LEVEL = 22, /* a: the highest enum bpfhost_level that is shown from now on */
};

struct protocol_message {
	uint32_t kind;
	uint32_t a;
	uint32_t b;
	uint32_t text_size; /* without NUL */
	char text[PROTOCOL_TEXT_MAX];
	/* not on the wire */
	int nfds;
	int fds[PROTOCOL_FDS_MAX]; /* received: the caller's to close */
};

/* Without waiting: 0, -EAGAIN where the other side does not take what it was sent before, or -errno. */
int protocol_tell(int fd, enum protocol_kind kind, uint32_t a);
/* 0 or -errno; a text that is too long is cut. Waits for room on a blocking socket. */
int protocol_send(int fd, enum protocol_kind kind, uint32_t a, uint32_t b, const char *text,
		  const int *fds, int nfds);
/* 1: got one (text has a NUL), 0: the other end is gone, -EAGAIN: none there, other -errno. */
int protocol_receive(int fd, struct protocol_message *ret_message);
void protocol_close_fds(struct protocol_message *message);

#endif
