/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "pcapng.h"

#include <stdbool.h>
#include <string.h>

/* Numbers out of the draft: of blocks, and of options in each. */
enum block_type {
	BLOCK_INTERFACE = 1,
	BLOCK_STATISTICS = 5,
	BLOCK_PACKET = 6,
	BLOCK_SECTION = 0x0a0d0d0a,
};

enum {
	OPTION_END = 0,
	OPTION_COMMENT = 1,
	SECTION_OS = 3,
	SECTION_APPLICATION = 4,
	INTERFACE_NAME = 2,
	INTERFACE_TSRESOL = 9,
	INTERFACE_FILTER = 11,
	PACKET_FLAGS = 2,
	PACKET_DROPCOUNT = 4,
	PACKET_ID = 5,
	PACKET_QUEUE = 6,
	PACKET_VERDICT = 7,
	STATISTICS_START = 2,
	STATISTICS_END = 3,
	STATISTICS_RECEIVED = 4,
	STATISTICS_ACCEPTED = 6,
	STATISTICS_OS_DROPPED = 7,
	STATISTICS_DELIVERED = 8,
};

#define BYTE_ORDER_MAGIC      0x1a2b3c4dU
#define VERSION_MAJOR         1
#define LINKTYPE_ETHERNET     1
#define TSRESOL_NS            9 /* a power of ten, negative */
#define FILTER_TEXT           0 /* a string of libpcap's */
#define VERDICT_XDP           2
#define BLOCK_SIZE_MIN        12
#define PACKET_SIZE_MIN       32
#define PACKET_OPTIONS_SIZE   48
#define PACKET_DROPCOUNT_SIZE 12
#define PACKET_KEPT           20 /* where it stands in its block */

/* A block that is being made. */
struct block {
	uint8_t *data;
	size_t room;
	size_t size;
	bool full; /* something did not fit */
};

static inline void put(struct block *block, const void *bytes, size_t size)
{
	if (block->full || size > block->room - block->size) {
		block->full = true;
		return;
	}
	memcpy(block->data + block->size, bytes, size);
	block->size += size;
}

static inline void put_u16(struct block *block, uint16_t value)
{
	put(block, &value, sizeof(value));
}

static inline void put_u32(struct block *block, uint32_t value)
{
	put(block, &value, sizeof(value));
}

/* Times come as two words, the upper one first in any byte order. */
static inline void put_time(struct block *block, uint64_t value)
{
	put_u32(block, (uint32_t)(value >> 32));
	put_u32(block, (uint32_t)value);
}

static inline void pad(struct block *block)
{
	static const uint8_t zeros[4];

	put(block, zeros, -block->size & 3);
}

static inline struct block begin(void *to, size_t room, enum block_type type)
{
	struct block block = { .data = to, .room = room };

	put_u32(&block, type);
	put_u32(&block, 0);
	return block;
}

static inline size_t end(struct block *block)
{
	uint32_t size = (uint32_t)block->size + sizeof(size);

	put_u32(block, size);
	if (block->full)
		return 0;
	memcpy(block->data + 4, &size, sizeof(size));
	return size;
}

/* ---- options ------------------------------------------------------------------------------------- */

static inline void option(struct block *block, uint16_t code, const void *value, uint16_t size)
{
	put_u16(block, code);
	put_u16(block, size);
	put(block, value, size);
	pad(block);
}

static void option_text(struct block *block, uint16_t code, const char *text)
{
	size_t size = text ? strnlen(text, PCAPNG_TEXT_MAX) : 0;

	if (size)
		option(block, code, text, (uint16_t)size);
}

static inline void option_u64(struct block *block, uint16_t code, uint64_t value)
{
	option(block, code, &value, sizeof(value));
}

static void option_time(struct block *block, uint16_t code, uint64_t value)
{
	put_u16(block, code);
	put_u16(block, sizeof(value));
	put_time(block, value);
}

static void option_filter(struct block *block, const char *text)
{
	size_t size = text ? strnlen(text, PCAPNG_TEXT_MAX) : 0;
	const uint8_t kind = FILTER_TEXT;

	if (!size)
		return;
	put_u16(block, INTERFACE_FILTER);
	put_u16(block, (uint16_t)(sizeof(kind) + size));
	put(block, &kind, sizeof(kind));
	put(block, text, size);
	pad(block);
}

static inline void option_end(struct block *block)
{
	put_u32(block, OPTION_END);
}

/* ---- blocks -------------------------------------------------------------------------------------- */

size_t pcapng_put_section(void *to, size_t room, const struct pcapng_section *section)
{
	struct block block = begin(to, room, BLOCK_SECTION);

	put_u32(&block, BYTE_ORDER_MAGIC);
	put_u16(&block, VERSION_MAJOR);
	put_u16(&block, 0);
	put_time(&block, UINT64_MAX); /* its length, which is not known */
	option_text(&block, OPTION_COMMENT, section->comment);
	option_text(&block, SECTION_OS, section->os);
	option_text(&block, SECTION_APPLICATION, section->application);
	option_end(&block);
	return end(&block);
}

size_t pcapng_put_interface(void *to, size_t room, const struct pcapng_interface *interface)
{
	const uint8_t resolution = TSRESOL_NS;
	struct block block = begin(to, room, BLOCK_INTERFACE);

	put_u16(&block, LINKTYPE_ETHERNET);
	put_u16(&block, 0);
	put_u32(&block, interface->snaplen);
	option_text(&block, OPTION_COMMENT, interface->comment);
	option_text(&block, INTERFACE_NAME, interface->name);
	option(&block, INTERFACE_TSRESOL, &resolution, sizeof(resolution));
	option_filter(&block, interface->filter);
	option_end(&block);
	return end(&block);
}

/* Numbers as they stand in the file, at any address. */
static inline uint8_t *store_u32(uint8_t *at, uint32_t value)
{
	memcpy(at, &value, sizeof(value));
	return at + sizeof(value);
}

static inline uint8_t *store_u64(uint8_t *at, uint64_t value)
{
	memcpy(at, &value, sizeof(value));
	return at + sizeof(value);
}

static inline uint8_t *store_head(uint8_t *at, uint16_t code, uint16_t size)
{
	const uint16_t head[] = { code, size };

	memcpy(at, head, sizeof(head));
	return at + sizeof(head);
}

static uint8_t *store_packet_options(uint8_t *at, const struct pcapng_packet *packet)
{
	at = store_u32(store_head(at, PACKET_FLAGS, 4), packet->flags);
	if (packet->dropped)
		at = store_u64(store_head(at, PACKET_DROPCOUNT, 8), packet->dropped);
	at = store_u64(store_head(at, PACKET_ID, 8), packet->id);
	at = store_u32(store_head(at, PACKET_QUEUE, 4), packet->queue);
	at = store_head(at, PACKET_VERDICT, 9);
	*at++ = VERDICT_XDP; /* of what kind the value behind it is */
	at = store_u64(at, packet->verdict);
	memset(at, 0, 3);
	return store_u32(at + 3, OPTION_END);
}

/* The one block of which there are many: its size is known before, so room is asked for once. */
size_t pcapng_put_packet(void *to, size_t room, const struct pcapng_packet *packet)
{
	size_t padding = -packet->kept & 3;
	size_t size = PACKET_SIZE_MIN + packet->kept + padding + PACKET_OPTIONS_SIZE +
		      (packet->dropped ? PACKET_DROPCOUNT_SIZE : 0);
	uint8_t *at = to;

	if (size > room)
		return 0;
	at = store_u32(at, BLOCK_PACKET);
	at = store_u32(at, (uint32_t)size);
	at = store_u32(at, packet->interface);
	at = store_u32(at, (uint32_t)(packet->time_ns >> 32));
	at = store_u32(at, (uint32_t)packet->time_ns);
	at = store_u32(at, packet->kept);
	at = store_u32(at, packet->length);
	memcpy(at, packet->data, packet->kept);
	at += packet->kept;
	memset(at, 0, padding);
	at = store_packet_options(at + padding, packet);
	store_u32(at, (uint32_t)size);
	return size;
}

size_t pcapng_put_statistics(void *to, size_t room, const struct pcapng_statistics *statistics)
{
	struct block block = begin(to, room, BLOCK_STATISTICS);

	put_u32(&block, statistics->interface);
	put_time(&block, statistics->time_ns);
	option_time(&block, STATISTICS_START, statistics->start_ns);
	option_time(&block, STATISTICS_END, statistics->time_ns);
	option_u64(&block, STATISTICS_RECEIVED, statistics->received);
	option_u64(&block, STATISTICS_ACCEPTED, statistics->accepted);
	option_u64(&block, STATISTICS_OS_DROPPED, statistics->dropped);
	option_u64(&block, STATISTICS_DELIVERED, statistics->delivered);
	option_end(&block);
	return end(&block);
}

/* ---- what is there ------------------------------------------------------------------------------- */

size_t pcapng_block_size(const void *bytes)
{
	uint32_t size;

	memcpy(&size, (const uint8_t *)bytes + 4, sizeof(size));
	return size < BLOCK_SIZE_MIN || size % 4 ? 0 : size;
}

struct pcapng_span pcapng_whole(const void *bytes, size_t size)
{
	struct pcapng_span span = { 0 };

	while (size - span.size >= BLOCK_SIZE_MIN) {
		const uint8_t *block = (const uint8_t *)bytes + span.size;
		size_t length = pcapng_block_size(block);
		uint32_t type, kept;

		if (!length || length > size - span.size)
			break;
		memcpy(&type, block, sizeof(type));
		if (type == BLOCK_PACKET && length >= PACKET_SIZE_MIN) {
			memcpy(&kept, block + PACKET_KEPT, sizeof(kept));
			span.packets++;
			span.kept += kept;
		}
		span.size += length;
	}
	return span;
}
