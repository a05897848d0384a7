/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <bpfhost/pack.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PACK_PART_SIZE (256U << 10) /* from so many bytes on a part is sent */
#define PACK_NO_TEXT   UINT64_MAX

void bpfhost_pack_free(struct bpfhost_pack *pack)
{
	free(pack->bytes);
	*pack = (struct bpfhost_pack){ 0 };
}

static bool pack_grow(struct bpfhost_pack *pack, size_t size)
{
	size_t room = pack->room ? pack->room : 1024;
	char *bytes;

	if (size <= pack->room - pack->size)
		return true;
	while (room - pack->size < size)
		room *= 2;
	bytes = realloc(pack->bytes, room);
	if (!bytes) {
		pack->failed = true;
		return false;
	}
	pack->bytes = bytes;
	pack->room = room;
	return true;
}

void bpfhost_pack_bytes(struct bpfhost_pack *pack, const void *bytes, size_t size)
{
	if (!size || pack->failed || !pack_grow(pack, size))
		return;
	memcpy(pack->bytes + pack->size, bytes, size);
	pack->size += size;
}

void bpfhost_pack_number(struct bpfhost_pack *pack, uint64_t number)
{
	bpfhost_pack_bytes(pack, &number, sizeof(number));
}

/* With its NUL, so that it can be used where it lies. */
void bpfhost_pack_text(struct bpfhost_pack *pack, const char *text)
{
	bpfhost_pack_number(pack, text ? strlen(text) : PACK_NO_TEXT);
	if (text)
		bpfhost_pack_bytes(pack, text, strlen(text) + 1);
}

void bpfhost_pack_argument(struct bpfhost_pack *pack, const struct bpfhost_argument *argument)
{
	bpfhost_pack_bytes(pack, argument, sizeof(*argument));
}

void bpfhost_pack_part(struct bpfhost_pack *pack)
{
	if (pack->send && pack->size >= PACK_PART_SIZE)
		pack->send(pack);
}

/* ---- the other way -------------------------------------------------------------------------------- */

static const char *unpack_take(struct bpfhost_unpack *unpack, size_t size)
{
	const char *at = unpack->at;

	if (unpack->is_bad || size > (size_t)(unpack->end - unpack->at)) {
		unpack->is_bad = true;
		return NULL;
	}
	unpack->at += size;
	return at;
}

void bpfhost_unpack_bytes(struct bpfhost_unpack *unpack, void *bytes, size_t size)
{
	const char *from = unpack_take(unpack, size);

	if (from)
		memcpy(bytes, from, size);
	else
		memset(bytes, 0, size);
}

uint64_t bpfhost_unpack_number(struct bpfhost_unpack *unpack, uint64_t max)
{
	uint64_t number;

	bpfhost_unpack_bytes(unpack, &number, sizeof(number));
	if (number <= max)
		return number;
	unpack->is_bad = true;
	return 0;
}

size_t bpfhost_unpack_count(struct bpfhost_unpack *unpack, size_t max, size_t size)
{
	size_t count = bpfhost_unpack_number(unpack, max);

	if (count <= (size_t)(unpack->end - unpack->at) / size)
		return count;
	unpack->is_bad = true;
	return 0;
}

const char *bpfhost_unpack_text(struct bpfhost_unpack *unpack, size_t max)
{
	uint64_t length = bpfhost_unpack_number(unpack, UINT64_MAX);
	const char *text;

	if (unpack->is_bad || length == PACK_NO_TEXT)
		return NULL;
	text = length <= max ? unpack_take(unpack, length + 1) : NULL;
	if (text && strnlen(text, length + 1) == length)
		return text;
	unpack->is_bad = true;
	return NULL;
}

const char *bpfhost_unpack_some_text(struct bpfhost_unpack *unpack, size_t max)
{
	const char *text = bpfhost_unpack_text(unpack, max);

	unpack->is_bad |= !text;
	return text;
}

static bool argument_is_known(const struct bpfhost_argument *argument)
{
	const unsigned int flags = BPFHOST_ARGUMENT_ADDRESS | BPFHOST_ARGUMENT_SIGNED;

	return argument->place <= BPFHOST_ARGUMENT_COOKIE && argument->size <= 8 &&
	       argument->shift < 64 && !(argument->flags & ~flags) &&
	       argument->hops <= BPFHOST_ARGUMENT_HOPS;
}

void bpfhost_unpack_argument(struct bpfhost_unpack *unpack, struct bpfhost_argument *ret_argument)
{
	bpfhost_unpack_bytes(unpack, ret_argument, sizeof(*ret_argument));
	if (argument_is_known(ret_argument))
		return;
	unpack->is_bad = true;
	*ret_argument = (struct bpfhost_argument){ 0 };
}

/* ---- keeping -------------------------------------------------------------------------------------- */

struct bpfhost_block {
	struct bpfhost_block *before;
	char bytes[];
};

int bpfhost_blocks_keep(struct bpfhost_blocks *blocks, struct bpfhost_unpack *part)
{
	size_t size = (size_t)(part->end - part->at);
	struct bpfhost_block *block = malloc(sizeof(*block) + size);

	if (!block)
		return -ENOMEM;
	if (size)
		memcpy(block->bytes, part->at, size);
	part->at = block->bytes;
	part->end = block->bytes + size;
	block->before = blocks->last;
	blocks->last = block;
	return 0;
}

void bpfhost_blocks_free(struct bpfhost_blocks *blocks)
{
	while (blocks->last) {
		struct bpfhost_block *block = blocks->last;

		blocks->last = block->before;
		free(block);
	}
}
