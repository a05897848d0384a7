/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Mounts a file system that knows its root and answers nothing else: who looks up a name in it waits, and no
 * signal ends that, as with a server that does not answer. Says "mounted", and goes on until its standard input
 * ends: then those that wait go on, with an error. Who started it unmounts.
 *
 *	hung_mount FOLDER
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define HUNG_REQUEST_MAX (1U << 20) /* no less than FUSE_MIN_READ_BUFFER */

static void hung_answer(int fd, uint64_t unique, const void *body, size_t size)
{
	struct fuse_out_header head = { .len = (uint32_t)(sizeof(head) + size), .unique = unique };
	struct iovec parts[] = { { &head, sizeof(head) }, { (void *)body, size } };

	if (writev(fd, parts, 2) < 0)
		perror("hung_mount: answer");
}

/* What the kernel asks of every file system when it is mounted, and of its root. */
static void hung_serve(int fd, const struct fuse_in_header *request)
{
	const struct fuse_init_in *wants = (const void *)(request + 1);
	const struct fuse_attr_out root = {
		.attr = { .ino = FUSE_ROOT_ID, .mode = S_IFDIR | 0755, .nlink = 2 },
	};
	struct fuse_init_out made = {
		.major = FUSE_KERNEL_VERSION,
		.minor = FUSE_KERNEL_MINOR_VERSION,
		.max_write = 4096,
	};

	if (request->opcode == FUSE_INIT) {
		if (wants->minor < made.minor)
			made.minor = wants->minor;
		hung_answer(fd, request->unique, &made, sizeof(made));
	} else if (request->opcode == FUSE_GETATTR && request->nodeid == FUSE_ROOT_ID) {
		hung_answer(fd, request->unique, &root, sizeof(root));
	}
}

int main(int argc, char **argv)
{
	int fd = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	struct pollfd fds[] = { { fd, POLLIN, 0 }, { STDIN_FILENO, POLLIN, 0 } };
	char *request = malloc(HUNG_REQUEST_MAX), options[128];

	snprintf(options, sizeof(options), "fd=%d,rootmode=40000,user_id=0,group_id=0,allow_other",
		 fd);
	if (argc != 2 || fd < 0 || !request ||
	    mount("hung", argv[1], "fuse", MS_NOSUID | MS_NODEV, options)) {
		printf("failed: %s\n", strerror(errno));
		return 1;
	}
	puts("mounted");
	fflush(stdout);
	while (poll(fds, 2, -1) >= 0 || errno == EINTR) {
		if (fds[1].revents)
			break;
		if (fds[0].revents && read(fd, request, HUNG_REQUEST_MAX) > 0)
			hung_serve(fd, (const void *)request);
	}
	free(request);
	return 0;
}
