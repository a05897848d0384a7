/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the journal of systemd takes from a line on stderr: how serious it is. */
#ifndef LOG_JOURNAL_H
#define LOG_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

/* Whether fd leads to the journal: it is the file that JOURNAL_STREAM names (systemd.exec(5)). */
bool journal_reads(int fd);
/* "<3>" and the like, of enum bpfhost_level: what the journal takes off the line (sd-daemon(3)). */
const char *journal_priority(uint32_t level);

#endif
