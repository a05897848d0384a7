/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "control/ctl.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <bpfhost/plugin.h>
#include <bpfhost/utf8.h>

#include "command/print.h"
#include "config/ctl.h"
#include "config/list.h"
#include "control/request.h"
#include "control/socket.h"
#include "control/words.h"
#include "supervisor/blockage.h"
#include "supervisor/state.h"

#define CTL_FAILED  1
#define CTL_MISUSED 2
#define CTL_NO_END  "the host's answer has no end"
/* Not a status: the host had no place for this client, or none for so long as it took to ask. */
#define CTL_CROWDED    (-1)
#define CTL_CROWDED_NS 20000000L

static int ctl_fail(FILE *log, int status, const char *text)
{
	fputs("bpfhost: error: ", log);
	print_text(log, text);
	fputc('\n', log);
	return status;
}

/* What both ends of one question know. */
struct ctl_talk {
	int fd;
	uint64_t limit_ns;
	uint64_t ends_ns; /* CLOCK_MONOTONIC: when the limit has passed since the first try */
	bool changes;     /* it is asked to change something */
	FILE *out;
	FILE *log;
};

static int ctl_fail_late(const struct ctl_talk *talk)
{
	struct control_peer host = { 0 };
	char why[BLOCKAGE_TEXT_MAX] = "", text[BLOCKAGE_TEXT_MAX + 256];

	control_peer_read(talk->fd, CONTROL_GROUP_NONE, &host);
	blockage_describe(host.pid, why, sizeof(why));
	snprintf(text, sizeof(text), "the host (pid %d) has not answered within %g s%s%s%s",
		 (int)host.pid, (double)talk->limit_ns / 1e9, *why ? ": " : "", why,
		 talk->changes ? "; what it has begun by now it may still do" : "");
	return ctl_fail(talk->log, CTL_FAILED, text);
}

/* No answer came, or no more of it: the sentence fits where the time was not over. */
static int ctl_fail_to_hear(const struct ctl_talk *talk, int error, const char *sentence)
{
	if (error == EAGAIN || error == EWOULDBLOCK)
		return ctl_fail_late(talk);
	return ctl_fail(talk->log, CTL_FAILED, sentence);
}

static void ctl_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static bool ctl_is_utf8(const char *text)
{
	while (*text) {
		unsigned int size = bpfhost_utf8_length((const uint8_t *)text, strnlen(text, 4));

		if (!size)
			return false;
		text += size;
	}
	return true;
}

/* ---- asking ---------------------------------------------------------------------------------- */

static int ctl_send(int fd, const struct config_texts *words, struct bpfhost_error *err)
{
	const char **items = calloc(words->count + 1, sizeof(*items));
	size_t size = 0;
	char *line;
	ssize_t sent;
	int failed;

	for (size_t i = 0; items && i < words->count; i++)
		items[i] = words->items[i].text;
	line = items ? control_words_write(items, words->count, &size) : NULL;
	free(items);
	if (!line)
		return -ENOMEM;
	if (size > CONTROL_LINE_MAX) {
		bpfhost_error_set(err, 0, "the request is longer than %u KiB",
				  CONTROL_LINE_MAX >> 10);
		free(line);
		return -EMSGSIZE;
	}
	/* One that was turned away at once, or half way, has its answer there all the same. */
	sent = send(fd, line, size, MSG_NOSIGNAL);
	failed = sent < 0 && errno != EPIPE && errno != ECONNRESET ? -errno : 0;
	free(line);
	return failed;
}

static int ctl_check_words(const struct config_texts *words, struct bpfhost_error *err)
{
	for (size_t i = 0; i < words->count; i++) {
		if (ctl_is_utf8(words->items[i].text))
			continue;
		bpfhost_error_set(err, 0, "\"%.64s\" is not UTF-8, and cannot be asked for",
				  words->items[i].text);
		return -EINVAL;
	}
	return 0;
}

/* ---- hearing --------------------------------------------------------------------------------- */

/* Who is turned away before he was understood may come again. */
static int ctl_tell_refusal(const struct control_words *head, const struct ctl_talk *talk)
{
	bool wrong = !strcmp(head->items[0], CONTROL_WRONG);

	if (!strncmp(head->items[1], CONTROL_CROWDED, strlen(CONTROL_CROWDED)) &&
	    supervisor_now() < talk->ends_ns)
		return CTL_CROWDED;
	return ctl_fail(talk->log, wrong ? CTL_MISUSED : CTL_FAILED, head->items[1]);
}

static int ctl_copy(FILE *in, uint64_t size, const struct ctl_talk *talk)
{
	char buffer[65536];

	while (size) {
		size_t wanted = size < sizeof(buffer) ? (size_t)size : sizeof(buffer);
		size_t got = fread(buffer, 1, wanted, in);

		if (!got)
			return ctl_fail_to_hear(talk, ferror(in) ? errno : 0, CTL_NO_END);
		fwrite(buffer, 1, got, talk->out);
		size -= got;
	}
	return 0;
}

static int ctl_take_answer(FILE *in, const struct control_words *head, const struct ctl_talk *talk)
{
	if (head->count == 2 && !strcmp(head->items[0], CONTROL_OK))
		return ctl_copy(in, strtoull(head->items[1], NULL, 10), talk);
	if (head->count == 2)
		return ctl_tell_refusal(head, talk);
	return ctl_fail(talk->log, CTL_FAILED, "the host's answer is none");
}

static int ctl_hear(const struct ctl_talk *talk)
{
	FILE *in = fdopen(dup(talk->fd), "r");
	struct control_words head = { 0 };
	struct bpfhost_error why;
	size_t room = 0;
	char *line = NULL;
	ssize_t size;
	int status;

	errno = 0;
	size = in ? getline(&line, &room, in) : -1;
	if (size <= 0)
		status = ctl_fail_to_hear(talk, errno, "the host has closed the connection");
	else if (line[size - 1] != '\n')
		status = ctl_fail_to_hear(talk, errno, CTL_NO_END);
	else if (control_words_read(line, (size_t)size - 1, &head, &why))
		status = ctl_fail(talk->log, CTL_FAILED, "the host's answer is none");
	else
		status = ctl_take_answer(in, &head, talk);
	control_words_free(&head);
	free(line);
	if (in)
		fclose(in);
	return status;
}

static int ctl_ask(const struct config_texts *words, const struct ctl_talk *talk)
{
	struct bpfhost_error why = { 0 };
	int err = ctl_send(talk->fd, words, &why);

	if (err == -EAGAIN)
		return ctl_fail_late(talk);
	if (err)
		return ctl_fail(talk->log, CTL_FAILED, *why.text ? why.text : strerror(-err));
	return ctl_hear(talk);
}

static int ctl_try(const struct config *config, const struct config_texts *words,
		   struct ctl_talk *talk)
{
	__attribute__((cleanup(ctl_close))) int fd = -1;
	uint64_t now = supervisor_now(), left = talk->ends_ns > now ? talk->ends_ns - now : 0;
	struct bpfhost_error why = { 0 };

	fd = control_socket_connect(config->control ?: CONFIG_DEFAULT_CONTROL, left, &why);
	if (fd < 0)
		return ctl_fail(talk->log, CTL_FAILED, why.text);
	talk->fd = fd;
	return ctl_ask(words, talk);
}

int control_ctl(const struct config *config, FILE *out, FILE *log)
{
	__attribute__((cleanup(config_free_texts))) struct config_texts words = { 0 };
	const struct ctl_word *request = NULL;
	struct ctl_talk talk = { .out = out, .log = log };
	struct bpfhost_error why = { 0 };
	int err = control_request_words(config, &words), status;

	if (err)
		return ctl_fail(log, CTL_FAILED, strerror(-err));
	if (ctl_check(config, &request, &why) || ctl_check_words(&words, &why))
		return ctl_fail(log, CTL_MISUSED, why.text);
	talk.changes = request->changes;
	talk.limit_ns = config->timeout_ns ?: (talk.changes ? CTL_CHANGE_LIMIT : CTL_ANSWER_LIMIT);
	talk.ends_ns = supervisor_now() + talk.limit_ns;
	while ((status = ctl_try(config, &words, &talk)) == CTL_CROWDED)
		nanosleep(&(struct timespec){ .tv_nsec = CTL_CROWDED_NS }, NULL);
	return status;
}
