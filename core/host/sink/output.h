/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A byte output that never blocks its caller and keeps account of every line.
 *
 *	char *line = output_reserve(out, bound);
 *
 *	if (!line) ... output_flush(out), and wait for output_poll_fd(out) when that is -EAGAIN ...
 *	output_commit(out, encoder->event(..., line), owner);
 *
 * A line counts as delivered when its last byte was taken by the kernel; the callback of
 * output_delivered is told then. What was never written whole is told by output_abandon.
 * The caller has SIGPIPE ignored.
 */
#ifndef SINK_OUTPUT_H
#define SINK_OUTPUT_H

#include <stddef.h>
#include <stdint.h>

#define OUTPUT_BUFFER_SIZE (256U << 10)
/* A line that is nobody's event: a notice. */
#define OUTPUT_OWNER_NONE UINT32_MAX

struct output;

/* count lines of one owner (never OUTPUT_OWNER_NONE), in the order in which they were committed. */
typedef void (*output_owner_fn)(void *ctx, uint32_t owner, uint64_t count);

/*
 * Onto an open descriptor, stdout as a rule, which stays open and keeps its flags. 0, -ENOMEM,
 * -EBADF.
 */
int output_open_fd(int fd, struct output **ret_output);
/*
 * Onto a file that is made where there is none, mode 0600; what it holds stays until output_empty. A symbolic link at the end of the path is refused
 * (-ELOOP), since others may have put it there; a FIFO without a reader is -ENXIO.
 */
int output_open_file(const char *path, struct output **ret_output);
/* Whether that would come to something, as far as can be told without opening, let alone making it. 0 or -errno. */
int output_check_file(const char *path);
/* Empties a regular file opened by path, before the first line: yesterday's lines go. 0 or -errno. */
int output_empty(struct output *output);
/* Drops what was not flushed. */
void output_close(struct output *output);

/* Sets who is told about lines that were written whole, from inside output_flush. */
void output_delivered(struct output *output, output_owner_fn delivered, void *ctx);

/*
 * Room for one line of at most size bytes (itself at most SINK_LINE_MAX). NULL: full until
 * output_flush has written something, or failed for good, or (size is larger than the buffer and
 * cannot be had) no memory.
 */
char *output_reserve(struct output *output, size_t size);
/* Takes size bytes of what was reserved as one line; 0 takes none. */
void output_commit(struct output *output, size_t size, uint32_t owner);

/*
 * Writes as much as goes without waiting. 0: all is written; -EAGAIN: wait until output_poll_fd is
 * writable; else the output has failed for good (-EPIPE, -ENOSPC, ...): every further call says the
 * same, and in a regular file the line that was begun is cut off.
 */
int output_flush(struct output *output);
/* The descriptor that poll(2) can watch for POLLOUT after -EAGAIN. */
int output_poll_fd(const struct output *output);
/* Bytes that wait to be written. */
size_t output_pending(const struct output *output);
/*
 * Takes away the lines that have an owner and were not begun, so that what is left is soon written; tells fn
 * how many of whom.
 */
void output_drop_owned(struct output *output, output_owner_fn fn, void *ctx);
/*
 * Gives up all that was not written whole: tells fn (may be NULL) how many lines of whom, cuts a
 * line that was begun off a regular file, and fails the output (-ECANCELED unless it has already).
 */
void output_abandon(struct output *output, output_owner_fn fn, void *ctx);

#endif
