/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "read.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define FIRST_SIZE 65536

/* Files below /proc have no size to ask for, so the room is doubled until all is there. */
static int grow(char **data, size_t *capacity, size_t most)
{
	size_t more = *capacity ? *capacity * 2 : FIRST_SIZE;
	char *grown;

	if (*capacity > most)
		return -EFBIG;
	grown = realloc(*data, more + 1);
	if (!grown)
		return -ENOMEM;
	*data = grown;
	*capacity = more;
	return 0;
}

static int read_all(int fd, size_t most, char **data, size_t *size)
{
	size_t capacity = 0;
	ssize_t got;
	int err;

	do {
		err = *size == capacity ? grow(data, &capacity, most) : 0;
		if (err)
			return err;
		got = read(fd, *data + *size, capacity - *size);
		if (got < 0 && errno != EINTR)
			return -errno;
		*size += got > 0 ? (size_t)got : 0;
	} while (got);
	return *size > most ? -EFBIG : 0;
}

int target_read(int fd, size_t most, char **ret_data, size_t *ret_size)
{
	char *data = NULL;
	size_t size = 0;
	int err = read_all(fd, most, &data, &size);

	if (err) {
		free(data);
		return err;
	}
	data[size] = '\0';
	*ret_data = data;
	*ret_size = size;
	return 0;
}
