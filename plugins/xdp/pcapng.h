/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Blocks of a capture file in the format pcapng, in this machine's byte order. Format: draft-ietf-opsawg-
 * pcapng, "PCAP Next Generation (pcapng) Capture File Format". Pure: from structs to bytes.
 *
 * Each pcapng_put_ function writes one block and returns its size, a multiple of 4; 0 where it does not
 * fit into `room` bytes, of which any may have been overwritten then.
 */
#ifndef XDP_PCAPNG_H
#define XDP_PCAPNG_H

#include <stddef.h>
#include <stdint.h>

/* More than any block takes besides the bytes of a packet or the texts of the others. */
#define PCAPNG_OVERHEAD 160
/* A text that is longer is cut: the length of an option has 16 bits. */
#define PCAPNG_TEXT_MAX 65532

/* The first block of a file. Texts may be NULL. */
struct pcapng_section {
	const char *comment;
	const char *os;
	const char *application;
};

/* Before the first packet of an interface; they are numbered from 0 in the order in which they come. */
struct pcapng_interface {
	const char *name;
	const char *filter;  /* in libpcap's language; NULL: none */
	const char *comment; /* NULL: none */
	uint32_t snaplen;
};

#define PCAPNG_INBOUND 1U

struct pcapng_packet {
	uint32_t interface;
	uint32_t queue;
	uint64_t time_ns; /* since 1970 */
	uint32_t length;  /* of the packet */
	uint32_t kept;    /* bytes of it in data */
	const void *data;
	uint64_t id;
	uint32_t flags; /* PCAPNG_INBOUND */
	uint32_t verdict;
	uint64_t dropped; /* packets between the one before, of this interface, and this */
};

/* Of one interface, from the start of the capture to time_ns. */
struct pcapng_statistics {
	uint32_t interface;
	uint64_t start_ns;
	uint64_t time_ns;
	uint64_t received;
	uint64_t accepted; /* by the filter */
	uint64_t dropped;
	uint64_t delivered;
};

size_t pcapng_put_section(void *to, size_t room, const struct pcapng_section *section);
size_t pcapng_put_interface(void *to, size_t room, const struct pcapng_interface *interface);
size_t pcapng_put_packet(void *to, size_t room, const struct pcapng_packet *packet);
size_t pcapng_put_statistics(void *to, size_t room, const struct pcapng_statistics *statistics);

/* What lies at the front of some bytes that begin with a block. */
struct pcapng_span {
	size_t size; /* of the blocks that are whole */
	uint64_t packets;
	uint64_t kept; /* bytes of packets */
};

struct pcapng_span pcapng_whole(const void *bytes, size_t size);
/* The size of the block that begins here, of which 8 bytes at least must be there; 0 for none. */
size_t pcapng_block_size(const void *bytes);

#endif
