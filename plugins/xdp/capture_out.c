/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "capture_out.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int capture_out_open(struct capture_out *out, int fd, bool is_regular)
{
	uint8_t *buffer = out->buffer ? out->buffer : malloc(CAPTURE_OUT_SIZE);

	if (!buffer)
		return -ENOMEM;
	*out = (struct capture_out){ .fd = fd, .is_regular = is_regular, .buffer = buffer };
	return 0;
}

struct pcapng_span capture_out_close(struct capture_out *out)
{
	struct pcapng_span left = { 0 };

	if (out->fd >= 0) {
		capture_out_flush(out);
		left = pcapng_whole(out->buffer + out->begun, out->used - out->begun);
		left.packets += out->begun != 0;
		close(out->fd);
	}
	free(out->buffer);
	*out = CAPTURE_OUT_NONE;
	return left;
}

void *capture_out_room(struct capture_out *out, size_t size)
{
	if (out->fd < 0)
		return NULL;
	if (CAPTURE_OUT_SIZE - out->used < size && !out->error)
		capture_out_flush(out);
	return CAPTURE_OUT_SIZE - out->used < size ? NULL : out->buffer + out->used;
}

void capture_out_add(struct capture_out *out, size_t size)
{
	out->used += size;
}

uint64_t capture_out_size(const struct capture_out *out)
{
	return out->written + out->used;
}

/* How much of a block that was begun is still to be written, when so many bytes at the front are. */
static size_t out_begun(const struct capture_out *out, size_t done)
{
	const uint8_t *blocks = out->buffer + out->begun;
	size_t whole, part;

	if (done <= out->begun)
		return out->begun - done;
	done -= out->begun;
	whole = pcapng_whole(blocks, out->used - out->begun < done ? 0 : done).size;
	part = done - whole;
	/* Blocks are added whole, so the head of this one is there. */
	return part ? pcapng_block_size(blocks + whole) - part : 0;
}

/* A part of a block at the file's end is taken back; where that fails, the rest is to follow. */
static size_t out_take_back(struct capture_out *out, size_t done)
{
	size_t whole = pcapng_whole(out->buffer, done).size;
	off_t end = (off_t)(out->written + whole);

	if (whole == done || out->begun || ftruncate(out->fd, end))
		return done;
	(void)lseek(out->fd, end, SEEK_SET);
	return whole;
}

static void out_settle(struct capture_out *out, size_t done)
{
	if (out->is_regular && done < out->used)
		done = out_take_back(out, done);
	out->begun = out_begun(out, done);
	out->written += done;
	out->used -= done;
	memmove(out->buffer, out->buffer + done, out->used);
}

int capture_out_flush(struct capture_out *out)
{
	size_t done = 0;
	ssize_t n = 0;

	out->error = 0;
	while (out->fd >= 0 && done < out->used && !out->error) {
		n = write(out->fd, out->buffer + done, out->used - done);
		if (n > 0)
			done += (size_t)n;
		else if (!n || errno != EINTR)
			out->error = n ? -errno : -EIO;
	}
	if (done || out->error)
		out_settle(out, done);
	if (out->error == -EAGAIN)
		out->error = 0;
	return out->error;
}
