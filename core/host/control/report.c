/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "control/report.h"

#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "control/child.h"

/* So long it may take a client to read, and the child to do it all, in seconds. */
#define REPORT_SEND_LIMIT 5
#define REPORT_LIMIT      30

static bool report_send(int fd, const char *bytes, size_t size)
{
	while (size) {
		ssize_t sent = send(fd, bytes, size, MSG_NOSIGNAL);

		if (sent <= 0)
			return false;
		bytes += sent;
		size -= (size_t)sent;
	}
	return true;
}

/* All is made before the first byte goes out, so that its length is known. */
static bool report_tell(const struct supervisor *run, int fd, report_fn *fn, void *ctx)
{
	size_t size = 0, head_size = 0;
	const char *words[] = { CONTROL_OK, NULL };
	char *bytes = NULL, *head, number[24];
	FILE *out = open_memstream(&bytes, &size);

	if (!out)
		return false;
	fn(run, ctx, out);
	if (fclose(out))
		return false;
	snprintf(number, sizeof(number), "%zu", size);
	words[1] = number;
	head = control_words_write(words, 2, &head_size);
	return head && report_send(fd, head, head_size) && report_send(fd, bytes, size);
}

struct report {
	const struct supervisor *run;
	report_fn *fn;
	void *ctx;
};

static int report_main(void *ctx, int fd, int kept)
{
	const struct timeval limit = { .tv_sec = REPORT_SEND_LIMIT };
	const struct report *report = ctx;

	(void)kept;
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	return report_tell(report->run, fd, report->fn, report->ctx) ? 0 : 1;
}

int report_begin(struct supervisor *run, struct client *client, report_fn *fn, void *ctx)
{
	struct report report = { run, fn, ctx };
	const struct child_work work = {
		.name = "bpfhost-report",
		.seconds = REPORT_LIMIT,
		.keep = -1,
		.fn = report_main,
		.ctx = &report,
	};
	struct child child;
	int err = child_begin(&work, client->fd, &child);

	if (err)
		return err;
	client->child = child.pid;
	client->pidfd = child.pidfd;
	client->state = CLIENT_TOLD;
	close(client->fd);
	client->fd = -1;
	return 0;
}
