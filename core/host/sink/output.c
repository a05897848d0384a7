/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Two things are hard here. Not to block: stdout is shared with other processes, and O_NONBLOCK
 * belongs to the open file that they share, so setting it would surprise them. A pipe or terminal is
 * therefore opened once more through /proc, which gives an open file of our own. Where that fails,
 * we ask poll(2) first and write no more than PIPE_BUF, which a writable pipe takes whole.
 *
 * And to know what was written: each line's size and owner wait in a ring of their own, eight bytes a
 * line, and leave it when the kernel took the line's last byte.
 */
#include "output.h"

#include "memory/unforked.h"
#include "type.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINES_MAX 8192U

enum way {
	WRITE,   /* write(2) does not wait, or not for others */
	SEND,    /* a socket: send(2) can be told not to wait */
	CAREFUL, /* poll(2) before each small write */
};

struct line {
	uint32_t size;
	uint32_t owner;
};

struct output {
	int fd;
	enum way way;
	bool is_owned;
	bool is_regular;
	int error;
	char *data;
	size_t room;
	size_t head; /* of what waits in data */
	size_t tail;
	size_t begun; /* bytes of the first line that are written */
	uint32_t first;
	uint32_t nlines;
	output_owner_fn delivered;
	void *ctx;
	struct line lines[LINES_MAX];
};

static int output_new(int fd, bool is_owned, struct output **ret_output)
{
	struct output *output = calloc(1, sizeof(*output));

	if (!output)
		return -ENOMEM;
	output->fd = fd;
	output->is_owned = is_owned;
	output->room = OUTPUT_BUFFER_SIZE;
	output->data = memory_unforked(output->room);
	if (!output->data) {
		free(output);
		return -ENOMEM;
	}
	*ret_output = output;
	return 0;
}

/* An open file of our own for the same pipe or terminal, or -1. */
static int open_again(int fd)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
}

static void choose_way(struct output *output, mode_t mode)
{
	int again;

	if (S_ISSOCK(mode)) {
		output->way = SEND;
	} else if (S_ISFIFO(mode) || (S_ISCHR(mode) && isatty(output->fd))) {
		again = open_again(output->fd);
		output->way = again < 0 ? CAREFUL : WRITE;
		output->is_owned = again >= 0;
		output->fd = again < 0 ? output->fd : again;
	}
}

int output_open_fd(int fd, struct output **ret_output)
{
	struct output *output;
	struct stat status;
	int err;

	if (fstat(fd, &status))
		return -errno;
	err = output_new(fd, false, &output);
	if (err)
		return err;
	output->is_regular = S_ISREG(status.st_mode);
	choose_way(output, status.st_mode);
	*ret_output = output;
	return 0;
}

/*
 * Truncated, not appended to: a run's file holds that run. O_NOFOLLOW, since root may be told to
 * write into a folder like /tmp where others could have laid a link; O_NONBLOCK for a FIFO.
 */
int output_empty(struct output *output)
{
	if (!output->is_regular || !output->is_owned)
		return 0;
	return ftruncate(output->fd, 0) < 0 ? -errno : 0;
}

static int check_folder(const char *path)
{
	char *copy = strdup(path);
	int err = 0;

	if (!copy)
		return -ENOMEM;
	if (access(dirname(copy), W_OK | X_OK))
		err = -errno;
	free(copy);
	return err;
}

int output_check_file(const char *path)
{
	struct stat status;

	if (lstat(path, &status))
		return errno == ENOENT ? check_folder(path) : -errno;
	if (S_ISLNK(status.st_mode))
		return -ELOOP;
	if (S_ISDIR(status.st_mode))
		return -EISDIR;
	return access(path, W_OK) ? -errno : 0;
}

int output_open_file(const char *path, struct output **ret_output)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY,
		      0600);
	struct stat status;
	int err;

	if (fd < 0)
		return -errno;
	err = fstat(fd, &status) ? -errno : output_new(fd, true, ret_output);
	if (err)
		close(fd);
	else
		(*ret_output)->is_regular = S_ISREG(status.st_mode);
	return err;
}

void output_close(struct output *output)
{
	if (!output)
		return;
	if (output->is_owned)
		close(output->fd);
	memory_unforked_free(output->data, output->room);
	free(output);
}

void output_delivered(struct output *output, output_owner_fn delivered, void *ctx)
{
	output->delivered = delivered;
	output->ctx = ctx;
}

/* While nothing is in it. */
static void grow(struct output *output, size_t size)
{
	char *data = memory_unforked(size);

	if (!data)
		return;
	memory_unforked_free(output->data, output->room);
	output->data = data;
	output->room = size;
}

/* Moves what waits to the front, but not for a few bytes' sake. */
static void make_room(struct output *output, size_t size)
{
	size_t pending = output->tail - output->head;

	if (!pending) {
		output->head = output->tail = 0;
		if (size > output->room && size <= SINK_LINE_MAX)
			grow(output, size);
	} else if (output->head >= output->room / 2) {
		memmove(output->data, output->data + output->head, pending);
		output->head = 0;
		output->tail = pending;
	}
}

char *output_reserve(struct output *output, size_t size)
{
	if (output->error || output->nlines == LINES_MAX)
		return NULL;
	if (output->room - output->tail < size)
		make_room(output, size);
	return output->room - output->tail < size ? NULL : output->data + output->tail;
}

void output_commit(struct output *output, size_t size, uint32_t owner)
{
	struct line *line = &output->lines[(output->first + output->nlines) % LINES_MAX];

	if (!size)
		return;
	*line = (struct line){ (uint32_t)size, owner };
	output->nlines++;
	output->tail += size;
}

/* Neighbours of one owner are told together. */
struct run {
	output_owner_fn fn;
	void *ctx;
	uint32_t owner;
	uint64_t count;
};

static void run_end(struct run *run)
{
	if (run->fn && run->count && run->owner != OUTPUT_OWNER_NONE)
		run->fn(run->ctx, run->owner, run->count);
	run->count = 0;
}

static void run_pop(struct output *output, struct run *run)
{
	const struct line *line = &output->lines[output->first];

	if (line->owner != run->owner)
		run_end(run);
	run->owner = line->owner;
	run->count++;
	output->first = (output->first + 1) % LINES_MAX;
	output->nlines--;
}

static void settle(struct output *output, size_t written)
{
	struct run run = { .fn = output->delivered, .ctx = output->ctx };

	output->head += written;
	output->begun += written;
	while (output->nlines && output->begun >= output->lines[output->first].size) {
		output->begun -= output->lines[output->first].size;
		run_pop(output, &run);
	}
	run_end(&run);
}

/* A file that someone else writes to as well is left alone: its end is not ours. */
static void cut_begun_line(struct output *output)
{
	struct stat status;
	off_t end, start;

	if (!output->begun || !output->is_regular)
		return;
	end = lseek(output->fd, 0, SEEK_CUR);
	if (end < (off_t)output->begun || fstat(output->fd, &status) || status.st_size != end)
		return;
	start = end - (off_t)output->begun;
	if (!ftruncate(output->fd, start))
		(void)lseek(output->fd, start, SEEK_SET);
}

static int fail(struct output *output, int error)
{
	output->error = error;
	cut_begun_line(output);
	return error;
}

static ssize_t write_carefully(struct output *output, const char *data, size_t size)
{
	struct pollfd poll_fd = { .fd = output->fd, .events = POLLOUT };

	if (poll(&poll_fd, 1, 0) < 0)
		return -1;
	if (!poll_fd.revents) {
		errno = EAGAIN;
		return -1;
	}
	return write(output->fd, data, size < PIPE_BUF ? size : PIPE_BUF);
}

static ssize_t write_some(struct output *output)
{
	const char *data = output->data + output->head;
	size_t size = output->tail - output->head;

	switch (output->way) {
	case SEND:
		return send(output->fd, data, size, MSG_DONTWAIT | MSG_NOSIGNAL);
	case CAREFUL:
		return write_carefully(output, data, size);
	default:
		return write(output->fd, data, size);
	}
}

int output_flush(struct output *output)
{
	ssize_t n;

	while (!output->error && output->head < output->tail) {
		n = write_some(output);
		if (n > 0)
			settle(output, (size_t)n);
		else if (!n)
			return fail(output, -EIO);
		else if (errno == EAGAIN || errno == EWOULDBLOCK)
			return -EAGAIN;
		else if (errno != EINTR)
			return fail(output, -errno);
	}
	return output->error;
}

int output_poll_fd(const struct output *output)
{
	return output->fd;
}

size_t output_pending(const struct output *output)
{
	return output->tail - output->head;
}

/* One line from the begin of both queues to behind their ends, where what stays gathers. */
static void keep_line(struct output *output, uint32_t size, char **to, const char *from)
{
	const struct line line = output->lines[output->first];

	memmove(*to, from, size);
	*to += size;
	output->first = (output->first + 1) % LINES_MAX;
	output->lines[(output->first + output->nlines - 1) % LINES_MAX] = line;
}

void output_drop_owned(struct output *output, output_owner_fn fn, void *ctx)
{
	struct run run = { .fn = fn, .ctx = ctx };
	char *from = output->data + output->head, *to = from;

	for (uint32_t i = 0, n = output->nlines; i < n; i++) {
		bool is_begun = !i && output->begun;
		const struct line *line = &output->lines[output->first];
		uint32_t size = line->size - (is_begun ? (uint32_t)output->begun : 0);

		if (is_begun || line->owner == OUTPUT_OWNER_NONE)
			keep_line(output, size, &to, from);
		else
			run_pop(output, &run);
		from += size;
	}
	run_end(&run);
	output->tail = (size_t)(to - output->data);
}

void output_abandon(struct output *output, output_owner_fn fn, void *ctx)
{
	struct run run = { .fn = fn, .ctx = ctx };

	if (!output->error)
		fail(output, -ECANCELED);
	while (output->nlines)
		run_pop(output, &run);
	run_end(&run);
	output->head = output->tail = output->begun = 0;
}
