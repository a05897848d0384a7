/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The process that reads, from here: started, asked, ended. */
#ifndef READER_PROCESS_H
#define READER_PROCESS_H

#include <sys/types.h>

#include <bpfhost/reader.h>

#include "../elf/debug_internal.h"

#define READER_MEMORY_MAX  (4096UL << 20) /* of address space; the largest debug files are mapped */
#define READER_ANSWER_MAX  (256UL << 20)  /* bytes of all parts of an answer, that may be kept */
#define READER_PATIENCE_MS 8000U /* for one question; the host gives a plugin ten seconds */
#define READER_FOUND_MS    2000U /* about a file that nobody named */

struct bpfhost_reader {
	const struct bpfhost_instance *self; /* NULL: nobody looks at the clock */
	pid_t pid;                           /* 0: none runs */
	int fd;                              /* its socket */
	uint32_t generation;                 /* of the process; from 1 on */
	uint32_t files;                      /* ids that were given out */
	bool is_strangers; /* what it has read is one file, that is not root's alone */
	uint64_t memory;   /* bytes; 0: READER_MEMORY_MAX */
	uint64_t answer;   /* bytes; 0: READER_ANSWER_MAX */
};

struct reader_call {
	uint32_t kind; /* enum reader_request_kind */
	uint32_t file; /* id */
	bpfhost_reader_fn fn;
	const struct bpfhost_pack *question;
	int fd; /* goes with it; -1: none */
	uint32_t patience_ms;
	bpfhost_part_fn take;
	debug_open_fn want; /* opens debug files; NULL: none */
	void *ctx;          /* of take */
	void *want_ctx;
	struct bpfhost_error *note; /* see struct reader_done; NULL: nobody asks */
};

/* Whether one runs; also where it has ended by itself since, which is then nobody's fault. */
bool reader_is_running(struct bpfhost_reader *reader);
/* Where none runs. 0 or -errno. */
int reader_start(struct bpfhost_reader *reader, struct bpfhost_error *err);
/*
 * What was answered, *ret_ended false; or the process had to be ended, the sentence without the file.
 */
int reader_call(struct bpfhost_reader *reader, const struct reader_call *call, bool *ret_ended,
		struct bpfhost_error *err);

#endif
