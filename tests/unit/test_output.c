/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "sink/output.h"
#include "sink/type.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define OWNERS 4

struct account {
	uint64_t count[OWNERS];
	unsigned int calls;
};

static void told(void *ctx, uint32_t owner, uint64_t count)
{
	struct account *account = ctx;

	assert_true(owner < OWNERS && count > 0);
	account->count[owner] += count;
	account->calls++;
}

/* One line of this size, its newline included. */
static bool add_line(struct output *output, size_t size, uint32_t owner)
{
	char *line = output_reserve(output, size);

	if (!line)
		return false;
	memset(line, 'a' + (int)(owner % 26), size - 1);
	line[size - 1] = '\n';
	output_commit(output, size, owner);
	return true;
}

static uint64_t sum(const struct account *account)
{
	uint64_t total = 0;

	for (int i = 0; i < OWNERS; i++)
		total += account->count[i];
	return total;
}

static char folder[] = "/tmp/bpfhost-output-XXXXXX";

static const char *path_of(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static int make_folder(void **state)
{
	(void)state;
	signal(SIGPIPE, SIG_IGN);
	return mkdtemp(folder) ? 0 : -1;
}

static int drop_folder(void **state)
{
	(void)state;
	return rmdir(folder);
}

static void test_file(void **state)
{
	struct account done = { 0 };
	struct output *output;
	struct stat status;
	char text[8] = "";
	int fd;

	(void)state;
	assert_int_equal(output_open_file(path_of("a"), &output), 0);
	output_delivered(output, told, &done);
	assert_true(add_line(output, 2, 1));
	assert_true(add_line(output, 2, 1));
	assert_true(add_line(output, 2, OUTPUT_OWNER_NONE));
	assert_true(add_line(output, 1, 3));
	assert_int_equal(output_pending(output), 7);
	assert_int_equal(sum(&done), 0);
	assert_int_equal(output_flush(output), 0);
	assert_int_equal(output_pending(output), 0);
	assert_int_equal(done.count[1], 2);
	assert_int_equal(done.count[3], 1);
	assert_int_equal(done.calls, 2);
	output_close(output);
	fd = open(path_of("a"), O_RDONLY);
	assert_int_equal(read(fd, text, sizeof(text)), 7);
	assert_memory_equal(text, "b\nb\n", 4);
	assert_int_equal(fstat(fd, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0600);
	close(fd);
	unlink(path_of("a"));
}

static void test_refused_files(void **state)
{
	struct output *output;

	(void)state;
	assert_int_equal(symlink("/dev/null", path_of("link")), 0);
	assert_int_equal(output_open_file(path_of("link"), &output), -ELOOP);
	unlink(path_of("link"));
	assert_int_equal(mkfifo(path_of("fifo"), 0600), 0);
	assert_int_equal(output_open_file(path_of("fifo"), &output), -ENXIO);
	unlink(path_of("fifo"));
	assert_int_equal(output_open_file(folder, &output), -EISDIR);
	assert_int_equal(output_open_fd(9999, &output), -EBADF);
}

/* Reads until the descriptor has nothing more at the moment; the bytes read. */
static size_t drain(int fd, size_t *lines)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	static char bytes[65536];
	size_t total = 0;

	while (poll(&poll_fd, 1, 0) == 1 && poll_fd.revents & POLLIN) {
		ssize_t n = read(fd, bytes, sizeof(bytes));

		if (n <= 0)
			break;
		total += (size_t)n;
		for (ssize_t i = 0; i < n; i++)
			*lines += bytes[i] == '\n';
	}
	return total;
}

/* A full pipe says EAGAIN at once, loses nothing, and its shared flags stay as they were. */
static void fill_and_drain(int reader, int writer, struct output *output)
{
	struct account done = { 0 };
	struct pollfd poll_fd = { .events = POLLOUT };
	size_t lines = 0, added = 0, bytes = 0;
	int flags = fcntl(writer, F_GETFL), err;

	output_delivered(output, told, &done);
	while (added < 20000) {
		if (add_line(output, 100, added % OWNERS)) {
			added++;
			continue;
		}
		err = output_flush(output);
		if (!err)
			continue;
		assert_int_equal(err, -EAGAIN);
		assert_int_equal(fcntl(writer, F_GETFL), flags);
		bytes += drain(reader, &lines);
		assert_true(sum(&done) * 100 <= bytes && bytes < (sum(&done) + 1) * 100);
		poll_fd.fd = output_poll_fd(output);
		assert_int_equal(poll(&poll_fd, 1, 1000), 1);
	}
	while (output_flush(output) == -EAGAIN)
		bytes += drain(reader, &lines);
	bytes += drain(reader, &lines);
	assert_int_equal(bytes, 2000000);
	assert_int_equal(lines, 20000);
	for (int i = 0; i < OWNERS; i++)
		assert_int_equal(done.count[i], 5000);
	output_close(output);
	assert_true(fcntl(writer, F_GETFD) >= 0);
}

static void test_pipe(void **state)
{
	struct output *output;
	int fds[2];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(output_open_fd(fds[1], &output), 0);
	assert_true(output_poll_fd(output) != fds[1]);
	fill_and_drain(fds[0], fds[1], output);
	close(fds[0]);
	close(fds[1]);
}

/* Somebody else's pipe cannot be opened a second time. */
static void test_pipe_of_others(void **state)
{
	struct output *output;
	int fds[2];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	if (seteuid(65534)) {
		print_message("no privilege to change the user\n");
		skip();
	}
	assert_int_equal(output_open_fd(fds[1], &output), 0);
	assert_int_equal(seteuid(0), 0);
	assert_int_equal(output_poll_fd(output), fds[1]);
	fill_and_drain(fds[0], fds[1], output);
	close(fds[0]);
	close(fds[1]);
}

static void test_socket(void **state)
{
	struct output *output;
	int fds[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	assert_int_equal(output_open_fd(fds[1], &output), 0);
	fill_and_drain(fds[0], fds[1], output);
	close(fds[0]);
	close(fds[1]);
}

/* The reader goes away with half of a line: what was whole is delivered, the rest is given up. */
static void test_closed_pipe(void **state)
{
	struct account done = { 0 }, lost = { 0 };
	struct output *output;
	size_t added = 0;
	int fds[2];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(output_open_fd(fds[1], &output), 0);
	output_delivered(output, told, &done);
	while (add_line(output, 130, added % OWNERS))
		added++;
	assert_int_equal(output_flush(output), -EAGAIN);
	assert_true(sum(&done) > 0 && sum(&done) < added);
	close(fds[0]);
	assert_int_equal(output_flush(output), -EPIPE);
	assert_int_equal(output_flush(output), -EPIPE);
	assert_null(output_reserve(output, 1));
	output_abandon(output, told, &lost);
	assert_int_equal(sum(&done) + sum(&lost), added);
	assert_int_equal(output_pending(output), 0);
	assert_int_equal(output_flush(output), -EPIPE);
	output_close(output);
	close(fds[1]);
}

static void test_stop_while_blocked(void **state)
{
	struct account done = { 0 }, lost = { 0 };
	struct output *output;
	size_t added = 0;
	int fds[2];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(output_open_fd(fds[1], &output), 0);
	output_delivered(output, told, &done);
	while (add_line(output, 100, 0))
		added++;
	assert_int_equal(output_flush(output), -EAGAIN);
	output_abandon(output, told, &lost);
	assert_int_equal(done.count[0] + lost.count[0], added);
	assert_int_equal(output_flush(output), -ECANCELED);
	output_close(output);
	close(fds[0]);
	close(fds[1]);
}

#define LINE 130

/* What a reader got until now: lines of owner 0, and of nobody. */
struct lines {
	char line[LINE];
	size_t have;
	uint64_t owned, nobodys;
};

/* As much as there is; each line is whole, and of one letter. */
static void read_lines(int fd, struct lines *lines)
{
	ssize_t n;

	while ((n = read(fd, lines->line + lines->have, LINE - lines->have)) > 0) {
		lines->have += (size_t)n;
		if (lines->have < LINE)
			continue;
		assert_int_equal(lines->line[LINE - 1], '\n');
		for (size_t i = 1; i + 1 < LINE; i++)
			assert_int_equal(lines->line[i], lines->line[0]);
		++*(lines->line[0] == 'a' ? &lines->owned : &lines->nobodys);
		lines->have = 0;
	}
}

/* Lines of nobody stay, and so does the one that was begun; the others in between are told. */
static void test_drop_owned(void **state)
{
	struct account done = { 0 }, lost = { 0 };
	struct lines lines = { .have = 0 };
	uint64_t added = 0, nobodys = 0;
	struct output *output;
	int fds[2];

	(void)state;
	assert_int_equal(pipe2(fds, O_NONBLOCK), 0);
	assert_int_equal(output_open_fd(fds[1], &output), 0);
	output_delivered(output, told, &done);
	output_drop_owned(output, told, &lost);
	for (; add_line(output, LINE, added % 8 ? 0 : OUTPUT_OWNER_NONE); added++)
		nobodys += added % 8 == 0;
	assert_int_equal(output_flush(output), -EAGAIN);
	output_drop_owned(output, told, &lost);
	assert_true(lost.count[0] > 1000 && nobodys > 100);
	assert_true(add_line(output, LINE, OUTPUT_OWNER_NONE));
	while (output_flush(output) == -EAGAIN)
		read_lines(fds[0], &lines);
	read_lines(fds[0], &lines);
	assert_int_equal(lines.have, 0);
	assert_int_equal(lines.nobodys, nobodys + 1);
	assert_int_equal(lines.owned, done.count[0]);
	assert_int_equal(done.count[0] + lost.count[0], added - nobodys);
	output_close(output);
	close(fds[0]);
	close(fds[1]);
}

static void test_dev_full(void **state)
{
	struct account done = { 0 }, lost = { 0 };
	struct output *output;
	int fd = open("/dev/full", O_WRONLY);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(output_open_fd(fd, &output), 0);
	output_delivered(output, told, &done);
	assert_true(add_line(output, 10, 2));
	assert_int_equal(output_flush(output), -ENOSPC);
	output_abandon(output, told, &lost);
	assert_int_equal(sum(&done), 0);
	assert_int_equal(lost.count[2], 1);
	output_close(output);
	close(fd);
}

static void fill_disk(const char *path, struct account *done, struct account *lost, size_t *added)
{
	struct output *output;
	int err = 0;

	assert_int_equal(output_open_file(path, &output), 0);
	output_delivered(output, told, done);
	while (!err) {
		if (add_line(output, 77, *added % OWNERS))
			++*added;
		else
			err = output_flush(output);
	}
	assert_int_equal(err, -ENOSPC);
	output_abandon(output, told, lost);
	output_close(output);
}

/* On a full disk the file ends with a whole line, and the account is exact. */
static void test_disk_full(void **state)
{
	struct account done = { 0 }, lost = { 0 };
	struct stat status;
	char path[160];
	size_t added = 0;

	(void)state;
	/* In a mount namespace of its own, so that nothing can be left behind. */
	if (unshare(CLONE_NEWNS) || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("tmpfs", folder, "tmpfs", 0, "size=1m")) {
		print_message("no privilege to mount a tmpfs\n");
		skip();
	}
	snprintf(path, sizeof(path), "%s/file", folder);
	fill_disk(path, &done, &lost, &added);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(umount(folder), 0);
	assert_int_equal(sum(&done) + sum(&lost), added);
	assert_int_equal(status.st_size, sum(&done) * 77);
	assert_true(sum(&done) > 10000);
}

/* A line that is larger than the buffer waits until it is empty. */
static void test_oversize_line(void **state)
{
	struct account done = { 0 };
	struct output *output;

	(void)state;
	assert_int_equal(output_open_file(path_of("b"), &output), 0);
	output_delivered(output, told, &done);
	assert_true(add_line(output, 100, 0));
	assert_false(add_line(output, SINK_LINE_MAX, 1));
	assert_int_equal(output_flush(output), 0);
	assert_true(add_line(output, SINK_LINE_MAX, 1));
	assert_null(output_reserve(output, 2 * SINK_LINE_MAX));
	assert_int_equal(output_flush(output), 0);
	assert_int_equal(done.count[1], 1);
	output_close(output);
	unlink(path_of("b"));
}

/* Many short lines: the ring of lines fills before the bytes do. */
static void test_many_short_lines(void **state)
{
	struct account done = { 0 };
	struct output *output;
	size_t added = 0;

	(void)state;
	assert_int_equal(output_open_file(path_of("c"), &output), 0);
	output_delivered(output, told, &done);
	for (int round = 0; round < 5; round++) {
		while (add_line(output, 2, added % 3 ? 1 : 2))
			added++;
		assert_int_equal(output_flush(output), 0);
		assert_int_equal(sum(&done), added);
	}
	assert_true(added >= 5 * 8192);
	output_close(output);
	output_close(NULL);
	unlink(path_of("c"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_file),
		cmocka_unit_test(test_refused_files),
		cmocka_unit_test(test_pipe),
		cmocka_unit_test(test_socket),
		cmocka_unit_test(test_pipe_of_others),
		cmocka_unit_test(test_closed_pipe),
		cmocka_unit_test(test_stop_while_blocked),
		cmocka_unit_test(test_drop_owned),
		cmocka_unit_test(test_dev_full),
		cmocka_unit_test(test_disk_full),
		cmocka_unit_test(test_oversize_line),
		cmocka_unit_test(test_many_short_lines),
	};

	return cmocka_run_group_tests(tests, make_folder, drop_folder);
}
