/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The process that reads, from inside. It trusts the worker; nobody trusts it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "frame.h"
#include "info.h"
#include "read.h"

#define SERVE_FAILED 4 /* the socket is not as it should be, or not even a request has room */

struct serve {
	int fd;
	struct reader_read **files; /* by id; NULL: closed */
	uint32_t count;
};

/* ---- bytes ---------------------------------------------------------------------------------------- */

static void serve_send(const struct serve *serve, const void *bytes, size_t size)
{
	for (size_t done = 0; done < size;) {
		ssize_t sent =
			send(serve->fd, (const char *)bytes + done, size - done, MSG_NOSIGNAL);

		if (sent < 0 && errno != EINTR)
			_exit(0);
		done += sent > 0 ? (size_t)sent : 0;
	}
}

static int serve_descriptor(const struct msghdr *message)
{
	const struct cmsghdr *head = CMSG_FIRSTHDR(message);
	int fd = -1;

	if (head && head->cmsg_type == SCM_RIGHTS)
		memcpy(&fd, CMSG_DATA(head), sizeof(fd));
	return fd;
}

/* All of them, and the descriptor that came along, -1 where none did. */
static int serve_receive(const struct serve *serve, void *bytes, size_t size)
{
	int fd = -1;

	for (size_t done = 0; done < size;) {
		_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(fd))];
		struct iovec part = { (char *)bytes + done, size - done };
		struct msghdr message = {
			.msg_iov = &part,
			.msg_iovlen = 1,
			.msg_control = control,
			.msg_controllen = sizeof(control),
		};
		ssize_t got = recvmsg(serve->fd, &message, MSG_CMSG_CLOEXEC);

		if (!got || (got < 0 && errno != EINTR))
			_exit(0);
		if (got < 0)
			continue;
		done += (size_t)got;
		if (fd < 0)
			fd = serve_descriptor(&message);
	}
	return fd;
}

static int serve_request(const struct serve *serve, struct reader_request *ret_head,
			 char **ret_body)
{
	int fd = serve_receive(serve, ret_head, sizeof(*ret_head));
	char *body = malloc(ret_head->size + 1);

	if (!body)
		_exit(SERVE_FAILED);
	serve_receive(serve, body, ret_head->size);
	*ret_body = body;
	return fd;
}

static void serve_reply(const struct serve *serve, uint32_t kind, int status, const void *bytes,
			size_t size)
{
	const struct reader_reply head = { .kind = kind, .status = status, .size = size };

	serve_send(serve, &head, sizeof(head));
	serve_send(serve, bytes, size);
}

static void serve_part(struct bpfhost_pack *answer)
{
	serve_reply(answer->ctx, READER_PART, 0, answer->bytes, answer->size);
	answer->size = 0;
}

/* ---- what is asked -------------------------------------------------------------------------------- */

/* A debug file has to be opened by who may. */
static int serve_want(void *ctx, const struct debug_wanted *wanted, int *ret_fd, char *ret_path)
{
	const struct serve *serve = ctx;
	struct bpfhost_unpack given = { 0 };
	struct reader_request head;
	char *body;
	int fd, ret;

	serve_reply(serve, READER_WANT, 0, wanted, sizeof(*wanted));
	fd = serve_request(serve, &head, &body);
	if (head.kind != READER_GIVE)
		_exit(SERVE_FAILED);
	given.at = body;
	given.end = body + head.size;
	ret = -(int)bpfhost_unpack_number(&given, 4095);
	strcpy(ret_path, bpfhost_unpack_some_text(&given, PATH_MAX - 1) ?: "");
	free(body);
	if (!ret && fd < 0)
		ret = -ENOENT;
	*ret_fd = fd;
	return ret;
}

static int serve_keep(struct serve *serve, uint32_t id, struct reader_read *read)
{
	struct reader_read **files = serve->files;

	if (id >= serve->count) {
		files = reallocarray(files, id + 1UL, sizeof(struct reader_read *));
		if (!files)
			return -ENOMEM;
		memset(files + serve->count, 0, (id + 1UL - serve->count) * sizeof(*files));
		serve->files = files;
		serve->count = id + 1;
	}
	files[id] = read;
	return 0;
}

/* Takes the descriptor. */
static int serve_open(struct serve *serve, uint32_t id, int fd, struct bpfhost_unpack *question,
		      struct bpfhost_pack *answer, struct bpfhost_error *err)
{
	struct reader_read *read = calloc(1, sizeof(*read));
	int ret;

	if (!read)
		return -ENOMEM;
	read->open = serve_want;
	read->ctx = serve;
	read->loaded = (const void *)bpfhost_unpack_number(question, UINTPTR_MAX);
	read->path = strdup(bpfhost_unpack_some_text(question, PATH_MAX) ?: "");
	ret = reader_read_open(read, fd, err);
	if (!ret)
		ret = serve_keep(serve, id, read);
	if (!ret)
		reader_pack_info(answer, bpfhost_elf_info(read->shown.elf));
	else
		reader_read_close(read);
	return ret;
}

static struct reader_read *serve_find(const struct serve *serve, uint32_t id)
{
	return id < serve->count ? serve->files[id] : NULL;
}

static void serve_close(const struct serve *serve, uint32_t id)
{
	if (!serve_find(serve, id))
		return;
	reader_read_close(serve->files[id]);
	serve->files[id] = NULL;
}

static int serve_ask(const struct serve *serve, const struct reader_request *head,
		     struct bpfhost_unpack *question, struct bpfhost_pack *answer,
		     struct bpfhost_error *err)
{
	struct reader_read *read = serve_find(serve, head->file);

	if (!read)
		return -EBADF;
	read->is_found = bpfhost_unpack_number(question, 1);
	return head->fn(&read->shown, question, answer, err);
}

static int serve_do(struct serve *serve, const struct reader_request *head, int fd,
		    struct bpfhost_unpack *question, struct bpfhost_pack *answer,
		    struct bpfhost_error *err)
{
	switch (head->kind) {
	case READER_OPEN:
		return serve_open(serve, head->file, fd, question, answer, err);
	case READER_CLOSE:
		serve_close(serve, head->file);
		return 0;
	case READER_ASK:
		return serve_ask(serve, head, question, answer, err);
	default:
		return -EINVAL;
	}
}

static void serve_done(const struct serve *serve, uint32_t id, int status,
		       const struct bpfhost_error *err)
{
	const struct reader_read *read = serve_find(serve, id);
	struct reader_done done = { .err = *err };

	if (read && read->symbols_note)
		snprintf(done.note, sizeof(done.note), "%s", read->symbols_note);
	serve_reply(serve, READER_DONE, status, &done, sizeof(done));
}

static void serve_one(struct serve *serve)
{
	struct bpfhost_pack answer = { .send = serve_part, .ctx = serve };
	struct bpfhost_unpack question = { 0 };
	struct bpfhost_error err = { 0 };
	struct reader_request head;
	char *body;
	int fd = serve_request(serve, &head, &body), ret;

	question.at = body;
	question.end = body + head.size;
	ret = serve_do(serve, &head, fd, &question, &answer, &err);
	if (answer.failed)
		ret = -ENOMEM;
	if (answer.size && !answer.failed)
		serve_part(&answer);
	serve_done(serve, head.file, ret, &err);
	bpfhost_pack_free(&answer);
	free(body);
}

_Noreturn void reader_serve(int fd)
{
	struct serve serve = { .fd = fd };

	for (;;)
		serve_one(&serve);
}
