/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Plain data as bytes, for another process of this machine. Whoever unpacks takes the bytes for a
 * stranger's: whatever they are, nothing is read outside of them, and is_bad says that they made no sense.
 */
#ifndef BPFHOST_PACK_H
#define BPFHOST_PACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <bpfhost/argument.h>

#ifdef __cplusplus
extern "C" {
#endif

struct bpfhost_pack {
	char *bytes; /* freed with bpfhost_pack_free */
	size_t size;
	size_t room;
	bool failed; /* no memory: bytes are missing */
	/* Of an answer: sends on what there is, see bpfhost_pack_part. */
	void (*send)(struct bpfhost_pack *pack);
	void *ctx;
};

void bpfhost_pack_free(struct bpfhost_pack *pack);
void bpfhost_pack_number(struct bpfhost_pack *pack, uint64_t number);
void bpfhost_pack_bytes(struct bpfhost_pack *pack, const void *bytes, size_t size);
void bpfhost_pack_text(struct bpfhost_pack *pack, const char *text); /* NULL is told from "" */
void bpfhost_pack_argument(struct bpfhost_pack *pack, const struct bpfhost_argument *argument);
/* Behind each thing of a long answer that can be unpacked by itself. */
void bpfhost_pack_part(struct bpfhost_pack *pack);

struct bpfhost_unpack {
	const char *at;
	const char *end;
	bool is_bad; /* stays so; what is unpacked then is 0 or NULL */
};

/* A number above max is bad. */
uint64_t bpfhost_unpack_number(struct bpfhost_unpack *unpack, uint64_t max);
/* A number of things to come, each of size bytes at least: bad where so many do not fit. */
size_t bpfhost_unpack_count(struct bpfhost_unpack *unpack, size_t max, size_t size);
void bpfhost_unpack_bytes(struct bpfhost_unpack *unpack, void *bytes, size_t size);
/* A text of up to max bytes, which lies in the bytes; NULL where it was. */
const char *bpfhost_unpack_text(struct bpfhost_unpack *unpack, size_t max);
/* Bad also where one must not be NULL. */
const char *bpfhost_unpack_some_text(struct bpfhost_unpack *unpack, size_t max);
void bpfhost_unpack_argument(struct bpfhost_unpack *unpack, struct bpfhost_argument *ret_argument);

/* What texts lie in that are to live longer than their part. Zero at first. */
struct bpfhost_blocks {
	struct bpfhost_block *last;
};

/* Copies what is left of a part, and has it unpacked from there. 0 or -ENOMEM. */
int bpfhost_blocks_keep(struct bpfhost_blocks *blocks, struct bpfhost_unpack *part);
void bpfhost_blocks_free(struct bpfhost_blocks *blocks);

#ifdef __cplusplus
}
#endif

#endif
