/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Capture files of the xdp plugin: blocks byte by byte, the buffer before a file, the names of files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "capture_name.h"
#include "capture_out.h"
#include "pcapng.h"

/* ---- blocks, as the draft draws them ------------------------------------------------------------- */

/* What is expected, written down as words of this machine and as bytes. */
struct wanted {
	uint8_t bytes[512];
	size_t size;
};

static void want_bytes(struct wanted *wanted, const void *bytes, size_t size)
{
	memcpy(wanted->bytes + wanted->size, bytes, size);
	wanted->size += size;
}

static void want_u16(struct wanted *wanted, uint16_t value)
{
	want_bytes(wanted, &value, sizeof(value));
}

static void want_u32(struct wanted *wanted, uint32_t value)
{
	want_bytes(wanted, &value, sizeof(value));
}

static void want_u64(struct wanted *wanted, uint64_t value)
{
	want_bytes(wanted, &value, sizeof(value));
}

static void want_option(struct wanted *wanted, uint16_t code, uint16_t size)
{
	want_u16(wanted, code);
	want_u16(wanted, size);
}

static void want_number(struct wanted *wanted, uint16_t code, uint64_t value)
{
	want_option(wanted, code, 8);
	want_u64(wanted, value);
}

static void check(const struct wanted *wanted, const void *bytes, size_t size)
{
	assert_int_equal(size, wanted->size);
	assert_memory_equal(bytes, wanted->bytes, wanted->size);
}

static void test_section(void **state)
{
	const struct pcapng_section section = { .comment = "abcde",
						.os = "Linux",
						.application = "bpfhost xdp" };
	struct wanted wanted = { .size = 0 };
	uint8_t bytes[512];

	(void)state;
	want_bytes(&wanted, "\x0a\x0d\x0d\x0a", 4); /* the same in both byte orders */
	want_u32(&wanted, 72);
	want_u32(&wanted, 0x1a2b3c4d);
	want_u16(&wanted, 1);
	want_u16(&wanted, 0);
	want_u64(&wanted, UINT64_MAX);
	want_option(&wanted, 1, 5);
	want_bytes(&wanted, "abcde\0\0", 8);
	want_option(&wanted, 3, 5);
	want_bytes(&wanted, "Linux\0\0", 8);
	want_option(&wanted, 4, 11);
	want_bytes(&wanted, "bpfhost xdp", 12);
	want_option(&wanted, 0, 0);
	want_u32(&wanted, 72);
	check(&wanted, bytes, pcapng_put_section(bytes, sizeof(bytes), &section));
}

static void test_interface(void **state)
{
	const struct pcapng_interface plain = { .name = "eth0", .snaplen = 65535 };
	const struct pcapng_interface filtered = {
		.name = "lo", .filter = "vlan", .comment = "vlan > 0", .snaplen = 96
	};
	struct wanted wanted = { .size = 0 };
	uint8_t bytes[512];

	(void)state;
	want_u32(&wanted, 1);
	want_u32(&wanted, 40);
	want_u16(&wanted, 1); /* Ethernet */
	want_u16(&wanted, 0);
	want_u32(&wanted, 65535);
	want_option(&wanted, 2, 4);
	want_bytes(&wanted, "eth0", 4);
	want_option(&wanted, 9, 1);
	want_bytes(&wanted, "\x09\0\0", 4);
	want_option(&wanted, 0, 0);
	want_u32(&wanted, 40);
	check(&wanted, bytes, pcapng_put_interface(bytes, sizeof(bytes), &plain));

	wanted.size = 0;
	want_u32(&wanted, 1);
	want_u32(&wanted, 64);
	want_u16(&wanted, 1);
	want_u16(&wanted, 0);
	want_u32(&wanted, 96);
	want_option(&wanted, 1, 8);
	want_bytes(&wanted, "vlan > 0", 8);
	want_option(&wanted, 2, 2);
	want_bytes(&wanted, "lo\0", 4);
	want_option(&wanted, 9, 1);
	want_bytes(&wanted, "\x09\0\0", 4);
	want_option(&wanted, 11, 5);
	want_bytes(&wanted, "\0vlan\0\0", 8);
	want_option(&wanted, 0, 0);
	want_u32(&wanted, 64);
	check(&wanted, bytes, pcapng_put_interface(bytes, sizeof(bytes), &filtered));
}

static void want_packet(struct wanted *wanted, const struct pcapng_packet *packet, uint32_t size)
{
	static const uint8_t zeros[4];

	want_u32(wanted, 6);
	want_u32(wanted, size);
	want_u32(wanted, packet->interface);
	want_u32(wanted, (uint32_t)(packet->time_ns >> 32));
	want_u32(wanted, (uint32_t)packet->time_ns);
	want_u32(wanted, packet->kept);
	want_u32(wanted, packet->length);
	want_bytes(wanted, packet->data, packet->kept);
	want_bytes(wanted, zeros, -packet->kept & 3);
	want_option(wanted, 2, 4);
	want_u32(wanted, packet->flags);
	if (packet->dropped)
		want_number(wanted, 4, packet->dropped);
	want_number(wanted, 5, packet->id);
	want_option(wanted, 6, 4);
	want_u32(wanted, packet->queue);
	want_option(wanted, 7, 9);
	want_bytes(wanted, "\x02", 1);
	want_u64(wanted, packet->verdict);
	want_bytes(wanted, zeros, 3);
	want_option(wanted, 0, 0);
	want_u32(wanted, size);
}

static void test_packet(void **state)
{
	static const uint8_t data[] = { 1, 2, 3, 4, 5, 6, 7, 8 };
	uint8_t bytes[512];

	(void)state;
	for (uint32_t kept = 0; kept <= sizeof(data); kept++) {
		struct pcapng_packet packet = {
			.interface = 3,
			.queue = 7,
			.time_ns = 0x18a0123456789abcULL,
			.length = 1514,
			.kept = kept,
			.data = data,
			.id = 0x1122334455667788ULL,
			.flags = PCAPNG_INBOUND,
			.verdict = 2,
			.dropped = kept % 2 ? 99 : 0,
		};
		uint32_t size = 28 + (kept + 3) / 4 * 4 + 48 + (kept % 2 ? 12 : 0) + 4;
		struct wanted wanted = { .size = 0 };

		want_packet(&wanted, &packet, size);
		check(&wanted, bytes, pcapng_put_packet(bytes, size, &packet));
		assert_int_equal(pcapng_block_size(bytes), size);
		for (size_t room = 0; room < size; room++)
			assert_int_equal(pcapng_put_packet(bytes, room, &packet), 0);
	}
}

static void test_statistics(void **state)
{
	const struct pcapng_statistics statistics = {
		.interface = 2,
		.start_ns = 0x1111111122222222ULL,
		.time_ns = 0x3333333344444444ULL,
		.received = 10,
		.accepted = 9,
		.dropped = 2,
		.delivered = 7,
	};
	struct wanted wanted = { .size = 0 };
	uint8_t bytes[512];

	(void)state;
	want_u32(&wanted, 5);
	want_u32(&wanted, 100);
	want_u32(&wanted, 2);
	want_u32(&wanted, 0x33333333);
	want_u32(&wanted, 0x44444444);
	want_option(&wanted, 2, 8);
	want_u32(&wanted, 0x11111111);
	want_u32(&wanted, 0x22222222);
	want_option(&wanted, 3, 8);
	want_u32(&wanted, 0x33333333);
	want_u32(&wanted, 0x44444444);
	want_number(&wanted, 4, 10);
	want_number(&wanted, 6, 9);
	want_number(&wanted, 7, 2);
	want_number(&wanted, 8, 7);
	want_option(&wanted, 0, 0);
	want_u32(&wanted, 100);
	check(&wanted, bytes, pcapng_put_statistics(bytes, sizeof(bytes), &statistics));
}

/* The length of an option has 16 bits, and a filter has a byte before its text. */
static void test_a_long_text_is_cut(void **state)
{
	size_t room = 80000, size;
	uint8_t *bytes = malloc(room);
	char *text = malloc(70001);
	uint16_t length;

	(void)state;
	memset(text, 'x', 70000);
	text[70000] = '\0';
	size = pcapng_put_interface(bytes, room,
				    &(struct pcapng_interface){ .name = "e", .filter = text });
	memcpy(&length, bytes + 34, sizeof(length));
	assert_int_equal(length, 65533);
	assert_int_equal(size, 36 + 65536 + 4 + 4);
	assert_int_equal(pcapng_whole(bytes, size).size, size);
	free(text);
	free(bytes);
}

static size_t put_packet(uint8_t *bytes, size_t room, uint32_t kept)
{
	static const uint8_t zeros[65536];

	return pcapng_put_packet(bytes, room,
				 &(struct pcapng_packet){
					 .kept = kept, .length = kept, .data = zeros });
}

static void test_whole_blocks_are_found(void **state)
{
	uint8_t bytes[1024];
	size_t first = put_packet(bytes, sizeof(bytes), 60), size = first;

	(void)state;
	size += put_packet(bytes + size, sizeof(bytes) - size, 61);
	for (size_t part = 0; part <= size; part++) {
		struct pcapng_span span = pcapng_whole(bytes, part);

		assert_int_equal(span.size, part < first ? 0 : part < size ? first : size);
		assert_int_equal(span.packets, part < first ? 0 : part < size ? 1 : 2);
		assert_int_equal(span.kept, part < first ? 0 : part < size ? 60 : 121);
	}
	memset(bytes + 4, 0, 4);
	assert_int_equal(pcapng_whole(bytes, size).size, 0);
	memset(bytes + 4, 0xff, 4);
	assert_int_equal(pcapng_whole(bytes, size).size, 0);
}

/* ---- the buffer before a file -------------------------------------------------------------------- */

#define BLOCK_KEPT 1000U

/* One block; false where there is no room. */
static bool add_packet(struct capture_out *out)
{
	uint8_t *to = capture_out_room(out, BLOCK_KEPT + PCAPNG_OVERHEAD);

	if (to)
		capture_out_add(out, put_packet(to, BLOCK_KEPT + PCAPNG_OVERHEAD, BLOCK_KEPT));
	return to;
}

static size_t block_size(void)
{
	uint8_t bytes[BLOCK_KEPT + PCAPNG_OVERHEAD];

	return put_packet(bytes, sizeof(bytes), BLOCK_KEPT);
}

static struct pcapng_span read_file(int fd, size_t *ret_size)
{
	struct stat status;
	struct pcapng_span span;
	void *bytes;

	assert_int_equal(fstat(fd, &status), 0);
	*ret_size = (size_t)status.st_size;
	if (!status.st_size)
		return (struct pcapng_span){ 0 };
	bytes = mmap(NULL, *ret_size, PROT_READ, MAP_SHARED, fd, 0);
	assert_ptr_not_equal(bytes, MAP_FAILED);
	span = pcapng_whole(bytes, *ret_size);
	munmap(bytes, *ret_size);
	return span;
}

/* A file without a name, and one more descriptor of it, which the test keeps. */
static int open_file(int *ret_mine)
{
	char path[] = "/tmp/bpfhost-capture-XXXXXX";
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	unlink(path);
	*ret_mine = dup(fd);
	return fd;
}

static void test_all_is_written(void **state)
{
	struct capture_out out = CAPTURE_OUT_NONE;
	int mine, fd = open_file(&mine);
	struct pcapng_span span;
	size_t size;

	(void)state;
	assert_int_equal(capture_out_open(&out, fd, true), 0);
	for (int i = 0; i < 1000; i++)
		assert_true(add_packet(&out));
	assert_int_equal(capture_out_size(&out), 1000 * block_size());
	assert_int_equal(capture_out_close(&out).packets, 0);
	span = read_file(mine, &size);
	assert_int_equal(span.packets, 1000);
	assert_int_equal(span.size, size);
	close(mine);
}

static void limit_files(rlim_t size)
{
	const struct rlimit limit = { size, RLIM_INFINITY };

	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* Wherever the disk is full: the file ends with a whole block, and goes on from there later. */
static void test_a_full_disk(void **state)
{
	size_t limit, size, block = block_size();
	struct pcapng_span span;

	(void)state;
	for (limit = block; limit < block * 3; limit += 97) {
		struct capture_out out = CAPTURE_OUT_NONE;
		int mine, fd = open_file(&mine);

		assert_int_equal(capture_out_open(&out, fd, true), 0);
		for (int i = 0; i < 10; i++)
			assert_true(add_packet(&out));
		limit_files(limit);
		assert_int_equal(capture_out_flush(&out), -EFBIG);
		span = read_file(mine, &size);
		assert_int_equal(span.size, size);
		assert_int_equal(size, limit / block * block);
		assert_int_equal(capture_out_size(&out), 10 * block);
		limit_files(RLIM_INFINITY);
		assert_int_equal(capture_out_flush(&out), 0);
		assert_true(add_packet(&out));
		limit_files(limit);
		assert_int_equal(capture_out_close(&out).packets, 1);
		limit_files(RLIM_INFINITY);
		assert_int_equal(read_file(mine, &size).packets, 10);
		assert_int_equal(size, 10 * block);
		close(mine);
	}
}

/* While the disk is full the buffer fills, and then no more is taken. */
static void test_a_full_disk_and_a_full_buffer(void **state)
{
	struct capture_out out = CAPTURE_OUT_NONE;
	int mine, fd = open_file(&mine);
	size_t added = 0, fit = CAPTURE_OUT_SIZE / block_size(), size;

	(void)state;
	assert_int_equal(capture_out_open(&out, fd, true), 0);
	limit_files(block_size() * 10 + 1);
	while (add_packet(&out))
		added++;
	assert_in_range(added, 10 + fit - 1, 10 + fit);
	assert_int_equal(out.error, -EFBIG);
	assert_int_equal(capture_out_close(&out).packets, added - 10);
	limit_files(RLIM_INFINITY);
	assert_int_equal(read_file(mine, &size).packets, 10);
	close(mine);
}

/* A FIFO takes a part of a block: the rest follows, and nothing is torn. */
static void test_a_full_pipe(void **state)
{
	struct capture_out out = CAPTURE_OUT_NONE;
	size_t room = 4 << 20, size = 0, added = 0;
	uint8_t *bytes = malloc(room);
	int ends[2];
	ssize_t n;

	(void)state;
	assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
	assert_int_equal(capture_out_open(&out, ends[1], false), 0);
	for (int round = 0; round < 20; round++) {
		while (add_packet(&out))
			added++;
		assert_int_equal(out.error, 0);
		/* Not a multiple of anything. */
		n = read(ends[0], bytes + size, 12345);
		assert_true(n > 0);
		size += (size_t)n;
	}
	do {
		n = read(ends[0], bytes + size, room - size);
		size += n > 0 ? (size_t)n : 0;
		capture_out_flush(&out);
	} while (n > 0 || out.used);
	while ((n = read(ends[0], bytes + size, room - size)) > 0)
		size += (size_t)n;
	assert_int_equal(size, added * block_size());
	assert_int_equal(pcapng_whole(bytes, size).packets, added);
	assert_int_equal(pcapng_whole(bytes, size).size, size);
	while (add_packet(&out))
		added++;
	assert_true(out.begun > 0);
	while ((n = read(ends[0], bytes, room)) > 0)
		;
	assert_int_equal(capture_out_close(&out).packets > 0, true);
	close(ends[0]);
	free(bytes);
}

/* ---- names --------------------------------------------------------------------------------------- */

static void check_name(const char *given, uint32_t number, const char *wanted)
{
	char name[64];

	/* 2026-01-02 03:04:05 */
	assert_int_equal(capture_name_numbered(given, number, 1767323045, name, sizeof(name)), 0);
	assert_string_equal(name, wanted);
}

static void test_names(void **state)
{
	char name[16];

	(void)state;
	setenv("TZ", "UTC", 1);
	check_name("web.pcapng", 1, "web_00001_20260102030405.pcapng");
	check_name("web", 123456, "web_123456_20260102030405");
	check_name("a.b.c", 2, "a.b_00002_20260102030405.c");
	check_name(".web", 3, ".web_00003_20260102030405");
	assert_int_equal(capture_name_again("web.pcapng", 2, name, sizeof(name)), 0);
	assert_string_equal(name, "web_2.pcapng");
	assert_int_equal(capture_name_again("a-long-name.pcapng", 2, name, sizeof(name)),
			 -ENAMETOOLONG);
	assert_int_equal(capture_name_numbered("w", 2, 0, name, sizeof(name)), -ENAMETOOLONG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_section),
		cmocka_unit_test(test_interface),
		cmocka_unit_test(test_packet),
		cmocka_unit_test(test_statistics),
		cmocka_unit_test(test_a_long_text_is_cut),
		cmocka_unit_test(test_whole_blocks_are_found),
		cmocka_unit_test(test_all_is_written),
		cmocka_unit_test(test_a_full_disk),
		cmocka_unit_test(test_a_full_disk_and_a_full_buffer),
		cmocka_unit_test(test_a_full_pipe),
		cmocka_unit_test(test_names),
	};

	signal(SIGXFSZ, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
