/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What goes over the socket between a worker and the process that reads for it. */
#ifndef READER_FRAME_H
#define READER_FRAME_H

#include <bpfhost/reader.h>

#define READER_PART_MAX (64U << 20) /* bytes of one part of an answer */

enum reader_request_kind {
	READER_OPEN = 1, /* a file, whose descriptor comes along */
	READER_ASK,
	READER_CLOSE,
	READER_GIVE, /* the file that was wanted, or an error */
};

/* Behind it size bytes. */
struct reader_request {
	uint32_t kind;
	uint32_t file;
	bpfhost_reader_fn fn;
	uint64_t size;
};

enum reader_reply_kind {
	READER_PART = 1,
	READER_DONE, /* struct reader_done behind it */
	READER_WANT, /* a debug file: struct debug_wanted */
};

struct reader_reply {
	uint32_t kind;
	int32_t status;
	uint64_t size;
};

struct reader_done {
	struct bpfhost_error err;
	/* Why the file has no symbols, or what was left out of them, once they were asked for; "": nothing. */
	char note[sizeof(((struct bpfhost_error *)NULL)->text)];
};

/* serve.c: answers until the socket is closed. */
_Noreturn void reader_serve(int fd);

#endif
