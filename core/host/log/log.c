/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "log/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log/journal.h"
#include "sink/output.h"
#include "sink/put.h"

/* Longer ones are cut: a verifier's log comes line by line. */
#define LOG_LINE 8192
/* Characters of "<3>". */
#define LOG_PRIORITY 3

struct log {
	struct output *output;
	uint32_t level;
	bool journal; /* lines begin with their priority */
	uint64_t dropped;
};

static int log_make(int fd, uint32_t level, struct log **ret_log)
{
	struct log *log = calloc(1, sizeof(*log));
	int err;

	if (!log)
		return -ENOMEM;
	log->level = level;
	log->journal = journal_reads(fd);
	err = output_open_fd(fd, &log->output);
	if (err)
		free(log);
	else
		*ret_log = log;
	return err;
}

int log_new(int fd, uint32_t level, struct log **ret_log)
{
	int err = log_make(fd, level, ret_log);

	if (err)
		dprintf(fd, "bpfhost: error: failed to begin the log: %s\n", strerror(-err));
	return err;
}

void log_free(struct log *log)
{
	if (!log)
		return;
	log_flush(log);
	output_close(log->output);
	free(log);
}

void log_flush(struct log *log)
{
	output_flush(log->output);
}

void log_set_level(struct log *log, uint32_t level)
{
	log->level = level;
}

int log_shows(const struct log *log, uint32_t level)
{
	return level <= log->level;
}

/* Room for the worst case, every byte escaped. */
static char *log_reserve(struct log *log, size_t size)
{
	char *place = output_reserve(log->output, size);

	if (!place) {
		log_flush(log);
		place = output_reserve(log->output, size);
	}
	if (!place)
		log->dropped++;
	return place;
}

/* Control characters would move the cursor or begin a line. */
static size_t log_escape(char *out, const char *text)
{
	char *end = put_line(out, text, strlen(text));

	*end++ = '\n';
	return (size_t)(end - out);
}

/* Room has been reserved for each byte escaped, and some more for the priority. */
static void log_put(struct log *log, char *place, uint32_t level, const char *text)
{
	char *p = place;

	if (log->journal)
		p = put_bytes(p, journal_priority(level), LOG_PRIORITY);
	p += log_escape(p, text);
	output_commit(log->output, (size_t)(p - place), OUTPUT_OWNER_NONE);
}

static void log_tell_dropped(struct log *log)
{
	uint64_t dropped = log->dropped;
	char text[96];
	char *place;

	if (!dropped)
		return;
	snprintf(text, sizeof(text), "bpfhost: warning: %llu lines of the log were dropped here",
		 (unsigned long long)dropped);
	place = log_reserve(log, LOG_PRIORITY + sizeof(text) * 4);
	if (!place)
		return;
	log->dropped -= dropped;
	log_put(log, place, BPFHOST_WARN, text);
}

static void log_line(struct log *log, uint32_t level, const char *text)
{
	char *place;

	log_tell_dropped(log);
	place = log_reserve(log, LOG_PRIORITY + LOG_LINE * 4);
	if (place)
		log_put(log, place, level, text);
	log_flush(log);
}

void log_plain(struct log *log, const char *text)
{
	log_line(log, BPFHOST_INFO, text);
}

static const char *log_level_name(uint32_t level)
{
	static const char *const names[] = {
		"error", "error", "warning", "info", "debug", "trace"
	};

	return level < sizeof(names) / sizeof(names[0]) ? names[level] : "trace";
}

void log_write(struct log *log, uint32_t level, const char *who, const char *format, ...)
{
	char line[LOG_LINE];
	va_list args;
	int n;

	if (!log_shows(log, level))
		return;
	n = snprintf(line, sizeof(line), "bpfhost: %s: %s%s", log_level_name(level), who ? who : "",
		     who ? ": " : "");
	va_start(args, format);
	vsnprintf(line + n, sizeof(line) - (size_t)n, format, args);
	va_end(args);
	log_line(log, level, line);
}
