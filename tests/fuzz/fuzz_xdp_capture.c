/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Records of any content become a capture file, which a walk of its own must find whole: blocks one behind
 * the other to the end, each of a known kind, packets only of interfaces that were described before, options
 * that end where their block ends. No packet may be counted twice or not at all.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

/* ---- the walk ------------------------------------------------------------------------------------ */

struct walk {
	const uint8_t *at;
	size_t left;
	uint32_t interfaces;
	uint64_t packets;
};

static uint32_t word(const uint8_t *at)
{
	uint32_t value;

	memcpy(&value, at, sizeof(value));
	return value;
}

static void check_options(const uint8_t *at, size_t size)
{
	for (;;) {
		uint16_t head[2];
		size_t room;

		require(size >= 4);
		memcpy(head, at, sizeof(head));
		if (!head[0])
			break;
		room = 4 + (head[1] + 3U) / 4 * 4;
		require(room <= size);
		at += room;
		size -= room;
	}
	require(size == 4);
}

static void check_packet(struct walk *walk, const uint8_t *body, size_t size)
{
	size_t kept = word(body + 12);

	require(size >= 20 && word(body) < walk->interfaces);
	require(kept <= word(body + 16) && kept <= XDP_CAPTURE_MAX);
	check_options(body + 20 + (kept + 3) / 4 * 4, size - 20 - (kept + 3) / 4 * 4);
	walk->packets++;
}

static void check_block(struct walk *walk, size_t size)
{
	const uint8_t *body = walk->at + 8;

	switch (word(walk->at)) {
	case 0x0a0d0d0a:
		require(word(body) == 0x1a2b3c4d);
		check_options(body + 16, size - 12 - 16);
		break;
	case 1:
		walk->interfaces++;
		check_options(body + 8, size - 12 - 8);
		break;
	case 5:
		require(word(body) < walk->interfaces);
		check_options(body + 12, size - 12 - 12);
		break;
	case 6:
		check_packet(walk, body, size - 12);
		break;
	default:
		require(false);
	}
}

static uint64_t check_file(const uint8_t *bytes, size_t size)
{
	struct walk walk = { .at = bytes, .left = size };

	while (walk.left) {
		size_t length;

		require(walk.left >= 12);
		length = word(walk.at + 4);
		require(length >= 12 && length % 4 == 0 && length <= walk.left);
		require(word(walk.at + length - 4) == length);
		check_block(&walk, length);
		walk.at += length;
		walk.left -= length;
	}
	return walk.packets;
}

static uint64_t check_descriptor(int fd)
{
	struct stat status;
	uint64_t packets;
	void *bytes;

	require(!fstat(fd, &status));
	if (!status.st_size)
		return 0;
	bytes = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_SHARED, fd, 0);
	require(bytes != MAP_FAILED);
	packets = check_file(bytes, (size_t)status.st_size);
	munmap(bytes, (size_t)status.st_size);
	return packets;
}

/* ---- a capture without a kernel ------------------------------------------------------------------- */

static void ignore_log(const struct bpfhost_host *host, uint32_t level, const char *file,
		       uint32_t line, const char *text)
{
	(void)host, (void)level, (void)file, (void)line, (void)text;
}

static void ignore_fail(const struct bpfhost_host *host, const char *text)
{
	(void)host, (void)text;
}

/*
 * The next bytes as a record of their own, for the sanitizers to see where it is left. Every second has
 * sizes that fit, since few others do.
 */
static size_t take_record(struct bpfhost_instance *self, struct xdp_capture *capture,
			  const uint8_t *data, size_t size, bool mend)
{
	const struct xdp_interfaces none = { 0 };
	size_t kept = size > sizeof(struct xdp_capture_record) + 256
			      ? sizeof(struct xdp_capture_record) + data[0]
			      : size;
	struct xdp_capture_record *record = malloc(kept ? kept : 1);

	require(record != NULL);
	memcpy(record, data, kept);
	if (mend && kept >= sizeof(*record)) {
		record->kept = (uint32_t)(kept - sizeof(*record));
		record->length |= 0xffff;
		record->ifindex %= 5;
	}
	xdp_capture_take(self, capture, &none, &record->header, (uint32_t)kept);
	free(record);
	return kept;
}

static void feed(struct bpfhost_instance *self, struct xdp_capture *capture, const uint8_t *data,
		 size_t size)
{
	for (bool mend = false; size; mend = !mend) {
		size_t taken = take_record(self, capture, data, size, mend);

		data += taken;
		size -= taken;
		if (taken % 7 == 0)
			capture_out_flush(&capture->out);
	}
}

static void run(const uint8_t *data, size_t size)
{
	const struct bpfhost_host host = { .size = sizeof(host),
					   .log_level = BPFHOST_TRACE,
					   .log = ignore_log,
					   .fail = ignore_fail };
	struct bpfhost_instance self = { .size = sizeof(self), .host = &host };
	struct xdp_capture capture = { .is_on = true, .ncpus = 4, .snaplen = 96, .file = 1 };
	int fd = memfd_create("capture", 0), mine = dup(fd);
	uint64_t put;

	require(fd >= 0 && mine >= 0);
	capture.out = CAPTURE_OUT_NONE;
	capture.files = CAPTURE_FILES_NONE;
	capture.match = size && data[0] & 1 ? "proto == \"tcp\"" : NULL;
	capture.pcap = size && data[0] & 2 ? "tcp" : NULL;
	require(!capture_out_open(&capture.out, fd, true));
	feed(&self, &capture, data, size);
	put = capture.packets - capture_out_close(&capture.out).packets;
	require(check_descriptor(mine) == put);
	xdp_capture_free(&capture);
	close(mine);
	free(self.sdk);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	run(data, size);
	return 0;
}
