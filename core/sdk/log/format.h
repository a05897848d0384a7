/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Puts the log lines of BPF programs together. */
#ifndef SDK_LOG_FORMAT_H
#define SDK_LOG_FORMAT_H

#include <bpfhost/event.h>
#include <stddef.h>

/* Enough for the longest line. */
#define LOG_LINE_MAX 4096

/*
 * Formats the record, any of whose bytes may be nonsense, into out (size > 0), cut where it does not
 * fit and always ended by NUL; no control characters are in it. Returns its length.
 */
size_t log_format(const struct bpfhost_log_record *record, char *out, size_t size);
/* The file name of the record into out, under the same conditions. */
size_t log_format_file(const struct bpfhost_log_record *record, char *out, size_t size);

#endif
