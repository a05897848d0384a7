/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Plays a service manager (sd_notify(3)): makes the socket, a path or @name, and writes each line that comes
 * as "PID MS LINE": who sent it by the kernel's word, and how many milliseconds after this program began.
 *
 *	manager SOCKET
 */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static long long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static int listen_on(const char *name)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name));
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), yes = 1;

	if (fd < 0 || strlen(name) >= sizeof(at.sun_path))
		return -1;
	memcpy(at.sun_path, name, strlen(name));
	if (name[0] == '@')
		at.sun_path[0] = '\0';
	if (bind(fd, (struct sockaddr *)&at, size) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &yes, sizeof(yes)) < 0)
		return -1;
	return fd;
}

static int sender_of(struct msghdr *message)
{
	struct cmsghdr *control = CMSG_FIRSTHDR(message);
	struct ucred sender;

	if (!control || control->cmsg_type != SCM_CREDENTIALS)
		return 0;
	memcpy(&sender, CMSG_DATA(control), sizeof(sender));
	return sender.pid;
}

int main(int argc, char **argv)
{
	long long began = now_ms();
	int fd = argc == 2 ? listen_on(argv[1]) : -1;
	char control[CMSG_SPACE(sizeof(struct ucred))], text[4096];

	if (fd < 0) {
		perror("manager");
		return 1;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	puts("listens");
	for (;;) {
		struct iovec room = { .iov_base = text, .iov_len = sizeof(text) - 1 };
		struct msghdr message = { .msg_iov = &room,
					  .msg_iovlen = 1,
					  .msg_control = control,
					  .msg_controllen = sizeof(control) };
		ssize_t n = recvmsg(fd, &message, 0);

		if (n < 0)
			return 1;
		text[n] = '\0';
		for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
			printf("%d %lld %s\n", sender_of(&message), now_ms() - began, line);
	}
}
