/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The log: lines on stderr, of the host and of all instances. Never blocks; lines that a slow reader
 * does not take are dropped, and their number is told when there is room again. To the journal of
 * systemd each line says how serious it is.
 */
#ifndef LOG_LOG_H
#define LOG_LOG_H

#include <stddef.h>
#include <stdint.h>

#include <bpfhost/host.h>

struct log;

/* Onto fd, lines up to `level`. 0, -ENOMEM, -EBADF: which it has told there, as nobody else can. */
int log_new(int fd, uint32_t level, struct log **ret_log);
/* Writes what waits, if it goes without waiting. */
void log_free(struct log *log);

void log_set_level(struct log *log, uint32_t level);
/* Whether a line of this level would be shown. */
int log_shows(const struct log *log, uint32_t level);
/* One line; who is an instance's name or NULL for the host. Control characters come out escaped. */
__attribute__((format(printf, 4, 5))) void log_write(struct log *log, uint32_t level,
						     const char *who, const char *format, ...);
/* A line without level and name, whatever the level: the ledger. */
void log_plain(struct log *log, const char *text);
/* Tries again to write what a slow reader left. */
void log_flush(struct log *log);

#endif
