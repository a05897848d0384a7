/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Messages and descriptors of a worker that sends what it likes. */
#include "worker/protocol.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <bpf/libbpf.h>
#include <cmocka.h>

#include "supervisor/kernel_view.h"

#define MANY 8
#define WALL 0x5a5a5a5a

/* What stands behind the message must stay as it is. */
struct walled {
	struct protocol_message message;
	int wall[MANY];
};

static int open_descriptors(void)
{
	int n = 0;

	for (int fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

/* nfds copies of stdin with these bytes. */
static void send_raw(int socket, const void *bytes, size_t size, size_t nfds)
{
	union {
		struct cmsghdr head;
		char bytes[CMSG_SPACE(MANY * sizeof(int))];
	} control = { 0 };
	struct iovec part = { (void *)bytes, size };
	struct msghdr header = { .msg_iov = &part, .msg_iovlen = 1 };
	int zeroes[MANY] = { 0 };

	header.msg_control = control.bytes;
	header.msg_controllen = CMSG_SPACE(nfds * sizeof(int));
	control.head = (struct cmsghdr){ .cmsg_len = CMSG_LEN(nfds * sizeof(int)),
					 .cmsg_level = SOL_SOCKET,
					 .cmsg_type = SCM_RIGHTS };
	memcpy(CMSG_DATA(&control.head), zeroes, nfds * sizeof(int));
	assert_int_equal(sendmsg(socket, &header, 0), size);
}

static int receive(const int *pair, struct walled *walled, const void *bytes, size_t size,
		   size_t nfds)
{
	int got;

	for (int i = 0; i < MANY; i++)
		walled->wall[i] = WALL;
	send_raw(pair[1], bytes, size, nfds);
	got = protocol_receive(pair[0], &walled->message);
	for (int i = 0; i < MANY; i++)
		assert_int_equal(walled->wall[i], WALL);
	return got;
}

static void test_too_many_descriptors(void **state)
{
	const uint32_t head[4] = { PROTOCOL_RING };
	struct walled walled;
	int pair[2], before;
	(void)state;

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	before = open_descriptors();
	for (size_t n = 1; n <= MANY; n++) {
		int most = n < PROTOCOL_FDS_MAX ? (int)n : PROTOCOL_FDS_MAX;

		assert_int_equal(receive(pair, &walled, head, sizeof(head), n), 1);
		assert_int_equal(walled.message.nfds, most);
		assert_int_equal(open_descriptors(), before + most);
		protocol_close_fds(&walled.message);
		assert_int_equal(open_descriptors(), before);
	}
	close(pair[0]);
	close(pair[1]);
}

static void test_broken_messages_leave_no_descriptors(void **state)
{
	const uint32_t head[4] = { PROTOCOL_RING, 0, 0, 1 }; /* its text is missing */
	struct walled walled;
	int pair[2], before;
	(void)state;

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	before = open_descriptors();
	assert_int_equal(receive(pair, &walled, head, sizeof(head), 2), -EBADMSG);
	assert_int_equal(receive(pair, &walled, head, 3, 2), -EBADMSG);
	assert_int_equal(receive(pair, &walled, head, 0, 2), 0);
	assert_int_equal(open_descriptors(), before);
	close(pair[0]);
	close(pair[1]);
}

/* A worker that sends and never reads: the supervisor must not wait for it. */
static void test_tells_nobody_who_does_not_listen(void **state)
{
	int pair[2], err = 0, told = 0;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	for (; told < 1000000 && !err; told++)
		err = protocol_tell(pair[0], PROTOCOL_STOP, 0);
	assert_int_equal(err, -EAGAIN);
	assert_in_range(told, 2, 999999);
	close(pair[0]);
	close(pair[1]);
}

/* A worker that fails just as it is told to stop: why it failed must not get lost. */
static void test_last_words_of_one_that_did_not_listen(void **state)
{
	struct protocol_message message;
	int pair[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	assert_int_equal(protocol_send(pair[1], PROTOCOL_FAILED, 1, 2, "why", NULL, 0), 0);
	assert_int_equal(protocol_send(pair[0], PROTOCOL_STOP, 0, 0, NULL, NULL, 0), 0);
	close(pair[1]);
	assert_int_equal(protocol_receive(pair[0], &message), 1);
	assert_int_equal(message.kind, PROTOCOL_FAILED);
	assert_string_equal(message.text, "why");
	assert_int_equal(protocol_receive(pair[0], &message), 0);
	close(pair[0]);
}

/* Reading beyond the end of a mapped file is SIGBUS. */
static void test_counters_that_are_no_map(void **state)
{
	int file = memfd_create("counters", MFD_CLOEXEC);
	struct kernel_view view;
	struct kernel_sums sums;
	(void)state;

	assert_true(kernel_view_open(&view, file, file, (uint32_t)libbpf_num_possible_cpus()) < 0);
	kernel_view_sums(&view, &sums);
	assert_int_equal(sums.produced, 0);
	close(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_too_many_descriptors),
		cmocka_unit_test(test_broken_messages_leave_no_descriptors),
		cmocka_unit_test(test_tells_nobody_who_does_not_listen),
		cmocka_unit_test(test_last_words_of_one_that_did_not_listen),
		cmocka_unit_test(test_counters_that_are_no_map),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
