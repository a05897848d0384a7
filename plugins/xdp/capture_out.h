/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Where blocks of a capture go: a buffer before a file or FIFO. After each flush, also one that failed, a
 * regular file ends with a whole block; what could not be written stays in the buffer and is tried again.
 */
#ifndef XDP_CAPTURE_OUT_H
#define XDP_CAPTURE_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pcapng.h"

/* More than the largest block, and small enough to stay in a processor's cache. */
#define CAPTURE_OUT_SIZE (256U << 10)

struct capture_out {
	int fd; /* -1: none */
	bool is_regular;
	int error; /* of the last flush, 0 or -errno: the buffer is not written before the next one */
	size_t begun; /* bytes at the buffer's front that end a block of which a FIFO has the rest */
	size_t used;
	uint64_t written; /* bytes of the file */
	uint8_t *buffer;
};

#define CAPTURE_OUT_NONE                                                                           \
	(struct capture_out)                                                                       \
	{                                                                                          \
		.fd = -1                                                                           \
	}

/* Takes the descriptor over once it returned 0; -ENOMEM. */
int capture_out_open(struct capture_out *out, int fd, bool is_regular);
/* Flushes once more and closes. What could not be written. */
struct pcapng_span capture_out_close(struct capture_out *out);
/* A place for `size` bytes, at most CAPTURE_OUT_SIZE; NULL: there is none, and flushing failed. */
void *capture_out_room(struct capture_out *out, size_t size);
/* So many of them were filled, with whole blocks. */
void capture_out_add(struct capture_out *out, size_t size);
/* Writes all; 0 or -errno. A FIFO that is full is no error as long as there is room in the buffer. */
int capture_out_flush(struct capture_out *out);
/* The size that the file will have when all is written. */
uint64_t capture_out_size(const struct capture_out *out);

#endif
