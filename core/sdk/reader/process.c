/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../confine/confine.h"
#include "../elf/debug_internal.h"
#include "../session/patience.h"
#include "frame.h"

/* One call on its way. */
struct process_talk {
	struct bpfhost_reader *reader;
	const struct reader_call *call;
	uint64_t patience_ms;
	uint64_t deadline_ns;
	struct bpfhost_error *err;
	char *part;
	size_t room;
	uint64_t left; /* bytes that may still be answered */
	int taken;     /* what take returned */
};

/* ---- from fork to end ----------------------------------------------------------------------------- */

static _Noreturn void process_be(int fd, pid_t parent, uint64_t memory)
{
	const struct confine_limits limits = {
		.user = CONFINE_NOBODY,
		.group = CONFINE_NOBODY,
		.memory = memory,
		.cpu_seconds =
			RLIM_INFINITY, /* it may be asked for long; the worker looks at the clock */
	};

	prctl(PR_SET_NAME, "bpfhost-reader");
	confine_signals();
	if (confine_descriptors(&fd, 1) || confine_memory() || confine_privileges(&limits) ||
	    confine_parent(parent) || confine_filter(&fd, 1, NULL, 0))
		_exit(3);
	reader_serve(fd);
}

/* Descriptors 0 to 2 may have been closed, and are no place for it. */
static int process_socket(int pair[2])
{
	int low[2], ret = 0;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, low))
		return -errno;
	for (int i = 0; i < 2; i++) {
		pair[i] = fcntl(low[i], F_DUPFD_CLOEXEC, 3);
		if (pair[i] < 0)
			ret = -errno;
		close(low[i]);
	}
	for (int i = 0; i < 2 && ret; i++)
		if (pair[i] >= 0)
			close(pair[i]);
	return ret;
}

/* Whether it is our child still, ended or not. A plugin that waits for any child has let its number go to others. */
static bool process_is_ours(const struct bpfhost_reader *reader)
{
	siginfo_t about;

	return reader->pid &&
	       !waitid(P_PID, (id_t)reader->pid, &about, WEXITED | WNOHANG | WNOWAIT);
}

/* Killed and waited for; its status, -1 where there is none. */
static int process_reap(struct bpfhost_reader *reader)
{
	int status = -1;

	if (reader->fd >= 0)
		close(reader->fd);
	reader->fd = -1;
	if (process_is_ours(reader)) {
		kill(reader->pid, SIGKILL);
		while (waitpid(reader->pid, &status, 0) < 0)
			if (errno != EINTR)
				break;
	}
	reader->pid = 0;
	return status;
}

static int process_fork(struct bpfhost_reader *reader)
{
	pid_t parent = getpid();
	int pair[2], ret = process_socket(pair);

	if (ret)
		return ret;
	reader->pid = fork();
	if (!reader->pid)
		process_be(pair[1], parent, reader->memory ? reader->memory : READER_MEMORY_MAX);
	if (reader->pid < 0)
		ret = -errno;
	close(pair[1]);
	reader->fd = pair[0];
	reader->generation++;
	reader->files = 0;
	reader->is_strangers = false;
	if (ret) {
		reader->pid = 0;
		process_reap(reader);
	}
	return ret;
}

int reader_start(struct bpfhost_reader *reader, struct bpfhost_error *err)
{
	int ret = reader->pid ? 0 : process_fork(reader);

	if (ret)
		bpfhost_error_set(err, 0, "failed to start the process that reads it: %s",
				  strerror(-ret));
	return ret;
}

void bpfhost_reader_stop(struct bpfhost_reader *reader)
{
	process_reap(reader);
}

bool reader_is_running(struct bpfhost_reader *reader)
{
	siginfo_t about = { 0 };

	if (reader->pid &&
	    (waitid(P_PID, (id_t)reader->pid, &about, WEXITED | WNOHANG | WNOWAIT) || about.si_pid))
		process_reap(reader);
	return reader->pid;
}

int bpfhost_reader_new(const struct bpfhost_instance *self, struct bpfhost_reader **ret_reader)
{
	struct bpfhost_reader *reader = calloc(1, sizeof(*reader));

	if (!reader)
		return -ENOMEM;
	reader->fd = -1;
	reader->self = self;
	*ret_reader = reader;
	return 0;
}

void bpfhost_reader_free(struct bpfhost_reader *reader)
{
	if (!reader)
		return;
	process_reap(reader);
	free(reader);
}

/* ---- what became of it ---------------------------------------------------------------------------- */

/* Of its own limit and the one that it has from here the smaller. */
static unsigned long process_memory_mib(const struct bpfhost_reader *reader)
{
	uint64_t most = reader->memory ? reader->memory : READER_MEMORY_MAX;
	struct rlimit data;

	if (!getrlimit(RLIMIT_DATA, &data) && data.rlim_cur < most)
		most = data.rlim_cur;
	return (unsigned long)(most >> 20);
}

static int process_too_large(const struct process_talk *talk)
{
	bpfhost_error_set(talk->err, 0, "the process that reads it needed more than %lu MiB",
			  process_memory_mib(talk->reader));
	return -E2BIG;
}

/* It closed its socket, so it ends, unless it was made to do that; by itself, or by us. */
static int process_gone(const struct process_talk *talk)
{
	struct bpfhost_reader *reader = talk->reader;
	char how[64] = "ended";
	siginfo_t about = { 0 };
	int status;

	for (int i = 0; i < 100 && !about.si_pid; i++) {
		if (waitid(P_PID, (id_t)reader->pid, &about, WEXITED | WNOHANG | WNOWAIT))
			break;
		if (!about.si_pid)
			nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
	}
	status = process_reap(reader);
	if (status >= 0)
		confine_ended(status, how, sizeof(how));
	bpfhost_error_set(talk->err, 0, "the process that reads it %s", how);
	return -EIO;
}

static bool process_is_stopped(const struct bpfhost_reader *reader)
{
	siginfo_t about = { 0 };

	return !waitid(P_PID, (id_t)reader->pid, &about, WSTOPPED | WNOHANG | WNOWAIT) &&
	       about.si_pid;
}

static int process_late(const struct process_talk *talk)
{
	bool is_stopped = process_is_stopped(talk->reader);

	process_reap(talk->reader);
	bpfhost_error_set(talk->err, 0, "the process that reads it took longer than %u.%u s%s",
			  (unsigned int)(talk->patience_ms / 1000),
			  (unsigned int)(talk->patience_ms / 100 % 10),
			  is_stopped ? ": somebody has stopped it (SIGSTOP)" : "");
	return -ETIMEDOUT;
}

static int process_nonsense(const struct process_talk *talk)
{
	process_reap(talk->reader);
	bpfhost_error_set(talk->err, 0, "the process that reads it answered nonsense");
	return -EBADMSG;
}

/* ---- bytes ---------------------------------------------------------------------------------------- */

static uint64_t process_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* 0, or -errno and it has been ended. */
static int process_wait(const struct process_talk *talk, short events)
{
	struct pollfd pollfd = { .fd = talk->reader->fd, .events = events };

	for (;;) {
		uint64_t now = process_now();
		uint64_t left = now < talk->deadline_ns ? talk->deadline_ns - now : 0;
		int ready = left ? poll(&pollfd, 1, (int)(left / 1000000) + 1) : 0;

		if (ready > 0)
			return 0;
		if (!ready && !left)
			return process_late(talk);
	}
}

/* All of them. recv() takes no descriptors. */
static int process_receive(const struct process_talk *talk, void *bytes, size_t size)
{
	for (size_t done = 0; done < size;) {
		int ret = process_wait(talk, POLLIN);
		ssize_t got;

		if (ret)
			return ret;
		got = recv(talk->reader->fd, (char *)bytes + done, size - done, MSG_DONTWAIT);
		if (got > 0)
			done += (size_t)got;
		else if (!got || (errno != EAGAIN && errno != EINTR))
			return process_gone(talk);
	}
	return 0;
}

static void process_attach_fd(struct msghdr *message, char *control, size_t size, int fd)
{
	struct cmsghdr *head;

	message->msg_control = control;
	message->msg_controllen = size;
	head = CMSG_FIRSTHDR(message);
	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(head), &fd, sizeof(fd));
}

static int process_send(const struct process_talk *talk, const void *bytes, size_t size, int fd)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(fd))] = { 0 };

	for (size_t done = 0; done < size;) {
		struct iovec part = { (char *)bytes + done, size - done };
		struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
		ssize_t sent;

		if (!done && fd >= 0)
			process_attach_fd(&message, control, sizeof(control), fd);
		sent = sendmsg(talk->reader->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (sent > 0)
			done += (size_t)sent;
		else if (errno == EAGAIN && process_wait(talk, POLLOUT))
			return -ETIMEDOUT;
		else if (errno != EAGAIN && errno != EINTR)
			return process_gone(talk);
	}
	return 0;
}

static int process_request(const struct process_talk *talk, uint32_t kind,
			   const struct bpfhost_pack *body, int fd)
{
	struct reader_request head = {
		.kind = kind,
		.file = talk->call->file,
		.fn = talk->call->fn,
		.size = body ? body->size : 0,
	};
	int ret = process_send(talk, &head, sizeof(head), fd);

	return ret || !head.size ? ret : process_send(talk, body->bytes, body->size, -1);
}

/* ---- an answer ------------------------------------------------------------------------------------ */

static int process_take_part(struct process_talk *talk, const struct reader_reply *head)
{
	struct bpfhost_unpack part = { .is_bad = false };
	int ret;

	/* With the head, as an empty part may be kept too. */
	if (head->size > READER_PART_MAX || sizeof(*head) + head->size > talk->left)
		return process_nonsense(talk);
	talk->left -= sizeof(*head) + head->size;
	if (head->size > talk->room) {
		char *grown = realloc(talk->part, head->size);

		if (!grown)
			return -ENOMEM;
		talk->part = grown;
		talk->room = head->size;
	}
	ret = process_receive(talk, talk->part, head->size);
	if (ret || talk->taken || !talk->call->take)
		return ret;
	part.at = talk->part;
	part.end = talk->part + head->size;
	talk->taken = talk->call->take(talk->call->ctx, &part);
	return part.is_bad ? process_nonsense(talk) : 0;
}

/* It is a file like the other one, and opened as the worker finds it. */
static int process_give(struct process_talk *talk, const struct reader_reply *head)
{
	struct debug_wanted wanted;
	struct bpfhost_pack body = { 0 };
	char path[PATH_MAX] = "";
	int fd = -1, found, ret;

	if (head->size != sizeof(wanted) || !talk->call->want)
		return process_nonsense(talk);
	ret = process_receive(talk, &wanted, sizeof(wanted));
	if (ret)
		return ret;
	if (!debug_wanted_is_sane(&wanted))
		return process_nonsense(talk);
	found = talk->call->want(talk->call->want_ctx, &wanted, &fd, path);
	bpfhost_pack_number(&body, (uint64_t)-found);
	bpfhost_pack_text(&body, path);
	ret = body.failed ? -ENOMEM : process_request(talk, READER_GIVE, &body, fd);
	if (fd >= 0)
		close(fd);
	bpfhost_pack_free(&body);
	return ret;
}

static int process_finish(struct process_talk *talk, const struct reader_reply *head)
{
	struct reader_done done;
	int ret;

	if (head->size != sizeof(done) || head->status > 0 || head->status < -4095)
		return process_nonsense(talk);
	ret = process_receive(talk, &done, sizeof(done));
	if (ret)
		return ret;
	if (head->status == -ENOMEM)
		return process_too_large(talk);
	if (done.err.text[0])
		bpfhost_error_set(talk->err, done.err.offset, "%.*s",
				  (int)sizeof(done.err.text) - 1, done.err.text);
	if (talk->call->note)
		bpfhost_error_set(talk->call->note, 0, "%.*s", (int)sizeof(done.note) - 1,
				  done.note);
	return talk->taken ? talk->taken : head->status;
}

static int process_hear(struct process_talk *talk)
{
	struct reader_reply head;
	int ret = 0;

	while (!ret) {
		ret = process_receive(talk, &head, sizeof(head));
		if (ret)
			return ret;
		if (head.kind == READER_DONE)
			return process_finish(talk, &head);
		if (head.kind == READER_PART)
			ret = process_take_part(talk, &head);
		else if (head.kind == READER_WANT)
			ret = process_give(talk, &head);
		else
			ret = process_nonsense(talk);
	}
	/* In the middle of an answer there is no other question. */
	process_reap(talk->reader);
	return ret;
}

/* Somewhat less than the host has, which would end the worker. */
static uint64_t process_patience_ms(const struct bpfhost_reader *reader, uint32_t wanted_ms)
{
	uint64_t limit_ns = session_renew_patience(reader->self);
	uint64_t most_ms = limit_ns / 1000000 * 4 / 5;

	return limit_ns && most_ms < wanted_ms ? most_ms : wanted_ms;
}

int reader_call(struct bpfhost_reader *reader, const struct reader_call *call, bool *ret_ended,
		struct bpfhost_error *err)
{
	struct process_talk talk = {
		.reader = reader,
		.call = call,
		.patience_ms = process_patience_ms(reader, call->patience_ms),
		.left = reader->answer ? reader->answer : READER_ANSWER_MAX,
		.err = err,
	};
	int ret;

	talk.deadline_ns = process_now() + talk.patience_ms * 1000000;
	ret = process_request(&talk, call->kind, call->question, call->fd);

	if (!ret)
		ret = process_hear(&talk);
	free(talk.part);
	*ret_ended = !reader->pid;
	return ret;
}
