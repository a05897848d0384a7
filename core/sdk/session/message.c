/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Log lines and error texts: the small talk between a plugin and its host. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/libbpf.h>

#include "session.h"

#define MESSAGE_MAX 4096

/* libbpf's message callback knows no context, and a process has one instance. */
static const struct bpfhost_instance *message_libbpf_target;

void bpfhost_log_at(const struct bpfhost_instance *self, enum bpfhost_level level, const char *file,
		    uint32_t line, const char *format, ...)
{
	char text[MESSAGE_MAX];
	va_list args;

	if ((uint32_t)level > self->host->log_level)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	self->host->log(self->host, level, file, line, text);
}

int bpfhost_fail(const struct bpfhost_instance *self, int err, const char *format, ...)
{
	char text[MESSAGE_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	self->host->fail(self->host, text);
	return err;
}

bool session_is_mistake(int err)
{
	return err == -ENOENT || err == -ENOTSUP || err == -E2BIG || err == -EFBIG ||
	       err == -ENOTUNIQ || err == -ENOEXEC || err == -EINVAL;
}

int bpfhost_fail_probe(const struct bpfhost_instance *self, int err, const char *what,
		       const char *text, const struct bpfhost_error *why)
{
	return bpfhost_fail(self, session_is_mistake(err) ? -EINVAL : err, "%s \"%s\": %s", what,
			    text, why->text[0] ? why->text : strerror(-err));
}

/*
 * A verifier's log is long. What it is about stands at its beginning and what is wrong at its end: that is
 * enough, but where all of it can only be had here and is asked for.
 */
#define MESSAGE_LINES_FIRST 10
#define MESSAGE_LINES_LAST  30

static size_t message_count_lines(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

static void message_each_line(char *text, uint32_t level, bool kept)
{
	const struct bpfhost_host *host = message_libbpf_target->host;
	size_t lines = message_count_lines(text), skip = 0;
	char *rest = text, *line, left_out[96];

	if (lines > MESSAGE_LINES_FIRST + MESSAGE_LINES_LAST &&
	    (kept || host->log_level < BPFHOST_DEBUG))
		skip = lines - MESSAGE_LINES_FIRST - MESSAGE_LINES_LAST;
	snprintf(left_out, sizeof(left_out), "... %zu lines are left out here%s", skip,
		 kept ? "" : ", all of them are shown with --log-level debug");
	for (size_t n = 0; (line = strsep(&rest, "\n")); n++) {
		if (skip && n == MESSAGE_LINES_FIRST)
			host->log(host, level, NULL, 0, left_out);
		if (*line && (n < MESSAGE_LINES_FIRST || n >= MESSAGE_LINES_FIRST + skip))
			host->log(host, level, NULL, 0, line);
	}
}

/* One level quieter than libbpf means it: what failed is told by whoever asked for it. */
static int message_from_libbpf(enum libbpf_print_level level, const char *format, va_list args)
{
	uint32_t quieter = level == LIBBPF_WARN   ? BPFHOST_INFO
			   : level == LIBBPF_INFO ? BPFHOST_DEBUG
						  : BPFHOST_TRACE;
	bool shown = message_libbpf_target && quieter <= message_libbpf_target->host->log_level;
	char *text = NULL;
	bool kept;

	if (!message_libbpf_target || (!shown && level != LIBBPF_WARN))
		return 0;
	if (vasprintf(&text, format, args) < 0)
		return 0;
	kept = session_take_verifier_log(message_libbpf_target, text);
	if (shown)
		message_each_line(text, quieter, kept);
	free(text);
	return 0;
}

void session_route_libbpf(const struct bpfhost_instance *self)
{
	message_libbpf_target = self;
	libbpf_set_print(self ? message_from_libbpf : NULL);
}
