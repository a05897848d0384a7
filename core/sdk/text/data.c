/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bpfhost/data.h>

/* Up to size bytes; how many, or -errno. */
static ssize_t data_slurp(int fd, char *text, size_t size)
{
	size_t used = 0;
	ssize_t got;

	while (used < size && (got = read(fd, text + used, size - used)) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		used += (size_t)got;
	}
	return (ssize_t)used;
}

static int data_check(int fd, size_t most)
{
	struct stat status;

	if (fstat(fd, &status) < 0)
		return -errno;
	if (!S_ISREG(status.st_mode))
		return -EINVAL;
	return (size_t)status.st_size > most ? -EFBIG : 0;
}

int bpfhost_data_read(const char *path, size_t most, char **ret_text, size_t *ret_length)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	int ret = fd < 0 ? -errno : data_check(fd, most);
	char *text = ret ? NULL : malloc(most + 1);
	ssize_t length = 0;

	if (!ret && !text)
		ret = -ENOMEM;
	if (!ret)
		length = data_slurp(fd, text, most + 1); /* one more: it may have grown */
	if (!ret && length < 0)
		ret = (int)length;
	if (!ret && (size_t)length > most)
		ret = -EFBIG;
	if (fd >= 0)
		close(fd);
	if (ret) {
		free(text);
		return ret;
	}
	text[length] = '\0';
	*ret_text = text;
	*ret_length = (size_t)length;
	return 0;
}
