/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the kernel's verifier says of a program that it refuses. libbpf passes it on as one message, between the
 * lines "-- BEGIN PROG LOAD LOG --" and "-- END PROG LOAD LOG --" (bpf_object_load_prog() in libbpf.c); the
 * reason stands at its end, before the statistics (print_verification_stats() in kernel/bpf/verifier.c).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "session.h"

#define VERIFIER_BEGIN       "-- BEGIN PROG LOAD LOG --\n"
#define VERIFIER_END         "-- END PROG LOAD LOG --"
#define VERIFIER_STATISTICS  "processed "
#define VERIFIER_REASON_MAX  300
#define VERIFIER_PROGRAM_MAX 64
#define VERIFIER_WHERE_MAX   1024

/* libbpf's "prog 'NAME': " before BEGIN. */
static void verifier_program(const char *text, char *ret_name, size_t room)
{
	const char *quote = strchr(text, '\'');

	snprintf(ret_name, room, "%.*s", quote ? (int)strcspn(quote + 1, "'\n") : 0,
		 quote ? quote + 1 : "");
}

/* The last line before `end`, which then stands before it. */
static const char *verifier_last_line(const char *log, const char **end, size_t *ret_length)
{
	const char *last = *end, *first;

	while (last > log && last[-1] == '\n')
		last--;
	for (first = last; first > log && first[-1] != '\n'; first--)
		;
	*ret_length = (size_t)(last - first);
	*end = first;
	return first;
}

static void verifier_reason(const char *log, size_t length, char *ret_reason, size_t room)
{
	const char *end = log + length, *line;
	size_t size;

	do
		line = verifier_last_line(log, &end, &size);
	while (end > log && !strncmp(line, VERIFIER_STATISTICS, strlen(VERIFIER_STATISTICS)));
	snprintf(ret_reason, room, "%.*s", (int)(size < room ? size : room - 1), line);
}

static int verifier_keep(const struct bpfhost_instance *self, const char *program, const char *log,
			 size_t length, char *ret_where, uint32_t room)
{
	const struct bpfhost_ext_verifier_log *keeper =
		self->host->extension(self->host, BPFHOST_EXT_VERIFIER_LOG);

	if (keeper && keeper->size >= sizeof(*keeper))
		return keeper->keep(self->host, program, log, length, ret_where, room);
	snprintf(ret_where, room, "this host keeps none");
	return -EOPNOTSUPP;
}

bool session_take_verifier_log(const struct bpfhost_instance *self, const char *text)
{
	char program[VERIFIER_PROGRAM_MAX], reason[VERIFIER_REASON_MAX], where[VERIFIER_WHERE_MAX];
	const char *begin = strstr(text, VERIFIER_BEGIN), *log, *end;
	struct session *session = session_get(self);
	int err;

	if (!begin || !session)
		return false;
	log = begin + strlen(VERIFIER_BEGIN);
	end = log + strlen(log);
	for (const char *at = log; (at = strstr(at, VERIFIER_END)); at++)
		end = at; /* the last: a line of the log could read so too */
	verifier_program(text, program, sizeof(program));
	verifier_reason(log, (size_t)(end - log), reason, sizeof(reason));
	err = verifier_keep(self, program, log, (size_t)(end - log), where, sizeof(where));
	free(session->verdict);
	if (asprintf(&session->verdict, "the verifier refuses program %s: %s; its log %s%s",
		     program, reason, err ? "is not kept: " : "is kept in ", where) < 0)
		session->verdict = NULL;
	return !err;
}
