/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "protocol.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#define PROTOCOL_HEAD offsetof(struct protocol_message, text)

union protocol_control {
	struct cmsghdr head;
	char bytes[CMSG_SPACE(PROTOCOL_FDS_MAX * sizeof(int))];
};

static void protocol_put_fds(struct msghdr *header, union protocol_control *control, const int *fds,
			     int nfds)
{
	struct cmsghdr *head;

	memset(control, 0, sizeof(*control));
	header->msg_control = control->bytes;
	header->msg_controllen = CMSG_SPACE((size_t)nfds * sizeof(int));
	head = CMSG_FIRSTHDR(header);
	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN((size_t)nfds * sizeof(int));
	memcpy(CMSG_DATA(head), fds, (size_t)nfds * sizeof(int));
}

int protocol_tell(int fd, enum protocol_kind kind, uint32_t a)
{
	const uint32_t head[4] = { kind, a, 0, 0 };

	while (send(fd, head, sizeof(head), MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		if (errno != EINTR)
			return -errno;
	return 0;
}

int protocol_send(int fd, enum protocol_kind kind, uint32_t a, uint32_t b, const char *text,
		  const int *fds, int nfds)
{
	uint32_t head[4] = { kind, a, b, text ? (uint32_t)strlen(text) : 0 };
	union protocol_control control;
	struct iovec parts[2] = { { head, sizeof(head) }, { (void *)text, 0 } };
	struct msghdr header = { .msg_iov = parts, .msg_iovlen = 2 };

	if (head[3] >= PROTOCOL_TEXT_MAX)
		head[3] = PROTOCOL_TEXT_MAX - 1;
	parts[1].iov_len = head[3];
	if (nfds)
		protocol_put_fds(&header, &control, fds, nfds);
	while (sendmsg(fd, &header, MSG_NOSIGNAL) < 0)
		if (errno != EINTR)
			return -errno;
	return 0;
}

/* There is one head of this type at most, whatever the sender's were: unix(7), SCM_RIGHTS. */
static void protocol_take_fds(struct msghdr *header, struct protocol_message *message)
{
	struct cmsghdr *head = CMSG_FIRSTHDR(header);
	size_t size;

	message->nfds = 0;
	if (!head || head->cmsg_level != SOL_SOCKET || head->cmsg_type != SCM_RIGHTS)
		return;
	size = head->cmsg_len - CMSG_LEN(0);
	if (size > sizeof(message->fds))
		size = sizeof(message->fds);
	memcpy(message->fds, CMSG_DATA(head), size);
	message->nfds = (int)(size / sizeof(int));
}

static bool protocol_is_whole(const struct protocol_message *message, size_t got)
{
	return got >= PROTOCOL_HEAD && message->text_size <= got - PROTOCOL_HEAD &&
	       message->text_size < PROTOCOL_TEXT_MAX;
}

void protocol_close_fds(struct protocol_message *message)
{
	for (int i = 0; i < message->nfds; i++)
		close(message->fds[i]);
	message->nfds = 0;
}

int protocol_receive(int fd, struct protocol_message *message)
{
	union protocol_control control;
	struct iovec part = { message, PROTOCOL_HEAD + PROTOCOL_TEXT_MAX };
	struct msghdr header = { .msg_iov = &part, .msg_iovlen = 1 };
	ssize_t got;

	header.msg_control = control.bytes;
	/* Not CMSG_SPACE, whose padding has room for one more descriptor. */
	header.msg_controllen = CMSG_LEN(sizeof(message->fds));
	/* An end that closed without having read all is told once as ECONNRESET, before what it had sent. */
	do
		got = recvmsg(fd, &header, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
	while (got < 0 && (errno == EINTR || errno == ECONNRESET));
	if (got < 0)
		return -errno;
	protocol_take_fds(&header, message);
	if (!protocol_is_whole(message, (size_t)got)) {
		protocol_close_fds(message);
		return got ? -EBADMSG : 0;
	}
	message->text[message->text_size] = '\0';
	return 1;
}
