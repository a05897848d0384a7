/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What was checked must be what runs. A file can be overwritten between the check and the use, and a
 * loaded .so that is overwritten in place ends its process. So the bytes are copied once, into
 * memory that is then sealed against every change; all checks read the copy, and the copy is run.
 */
#include "loader/admission.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "loader/walk.h"

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U /* Linux 6.3: linux/memfd.h */
#endif

/* Not executable as a program; kernels that do not know the flag refuse it, newer may demand it. */
static int admission_memory(void)
{
	int fd = memfd_create("bpfhost-plugin", MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL);

	if (fd < 0 && errno == EINVAL)
		fd = memfd_create("bpfhost-plugin", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	return fd;
}

static int admission_write(int fd, const char *bytes, size_t size)
{
	while (size) {
		ssize_t n = write(fd, bytes, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? -errno : -EIO;
		bytes += n;
		size -= n;
	}
	return 0;
}

static int admission_too_large(struct bpfhost_error *err)
{
	bpfhost_error_set(err, 0, "it is larger than %u MiB", ADMISSION_SIZE_MAX >> 20);
	return -EFBIG;
}

/* Reads to the end, whatever size the file had when it was looked at. */
static int admission_copy(int from, int to, size_t *ret_size, struct bpfhost_error *err)
{
	char bytes[65536];
	size_t size = 0;

	for (;;) {
		ssize_t n = read(from, bytes, sizeof(bytes));
		int e;

		if (n < 0 && errno == EINTR)
			continue;
		if (!n)
			break;
		if (n > 0 && size + n > ADMISSION_SIZE_MAX)
			return admission_too_large(err);
		e = n < 0 ? -errno : admission_write(to, bytes, n);
		if (e) {
			bpfhost_error_set(err, 0, "failed to %s it: %s", n < 0 ? "read" : "copy",
					  strerror(-e));
			return e;
		}
		size += n;
	}
	if (!size) {
		bpfhost_error_set(err, 0, "it is empty");
		return -ENODATA;
	}
	*ret_size = size;
	return 0;
}

static int admission_fill(struct admission *admission, const struct walk_found *found,
			  struct bpfhost_error *err)
{
	int e;

	if (found->st.st_size > ADMISSION_SIZE_MAX)
		return admission_too_large(err);

	admission->fd = admission_memory();
	if (admission->fd < 0) {
		e = -errno;
		bpfhost_error_set(err, 0, "failed to make a memory file: %s", strerror(-e));
		return e;
	}
	e = admission_copy(found->fd, admission->fd, &admission->size, err);
	if (e)
		return e;
	if (fcntl(admission->fd, F_ADD_SEALS,
		  F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)) {
		e = -errno;
		bpfhost_error_set(err, 0, "failed to seal a memory file: %s", strerror(-e));
	}
	return e;
}

static char *admission_absolute(const char *path)
{
	char here[PATH_MAX];
	char *absolute;

	if (path[0] == '/')
		return strdup(path);
	if (!getcwd(here, sizeof(here)) || asprintf(&absolute, "%s/%s", here, path) < 0)
		return NULL;
	return absolute;
}

static void admission_drop(struct admission **padmission)
{
	admission_free(*padmission);
}

static int admission_make(const char *path, const struct walk_found *found,
			  struct admission **ret_admission, struct bpfhost_error *err)
{
	__attribute__((cleanup(admission_drop))) struct admission *admission = NULL;
	int e;

	admission = calloc(1, sizeof(*admission));
	if (admission) {
		admission->fd = -1;
		admission->path = admission_absolute(path);
		if (found->trusted_by)
			admission->trusted_by = strdup(found->trusted_by);
	}
	if (!admission || !admission->path || (found->trusted_by && !admission->trusted_by)) {
		bpfhost_error_set(err, 0, "out of memory");
		return -ENOMEM;
	}
	e = admission_fill(admission, found, err);
	if (e)
		return e;
	*ret_admission = admission;
	admission = NULL;
	return 0;
}

/* What whoever is refused can do; where he could have put the plugin, if it were his. */
static void admission_hint(const char *path, struct bpfhost_error *err)
{
	const char *slash = strrchr(path, '/');
	int folder = slash > path ? (int)(slash - path) : 1;
	struct bpfhost_error told = *err;

	bpfhost_error_set(err, 0,
			  "%s (chown it to %s and chmod go-w it; or let it in with --trust %.*s)",
			  told.text, geteuid() ? "you or root" : "root", folder,
			  slash ? path : ".");
}

int admission_open(const char *path, const struct admission_trust *trust,
		   struct admission **ret_admission, struct bpfhost_error *err)
{
	const struct admission_trust none = { NULL, 0 };
	struct walk_want want = {
		.trust = trust ? trust : &none,
		.owner = geteuid(),
		.type = S_IFREG,
	};
	struct walk_found found;
	int e = walk_to(path, &want, &found, err);

	if (e == -EPERM)
		admission_hint(path, err);
	if (e)
		return e;
	e = admission_make(path, &found, ret_admission, err);
	close(found.fd);
	return e;
}

void admission_free(struct admission *admission)
{
	if (!admission)
		return;
	if (admission->fd >= 0)
		close(admission->fd);
	free(admission->path);
	free(admission->trusted_by);
	free(admission);
}

int admission_check_folder(const char *path, struct bpfhost_error *err)
{
	const struct walk_want want = { .trust = NULL, .owner = 0, .type = S_IFDIR };
	struct walk_found found;
	int e = walk_to(path, &want, &found, err);

	if (!e)
		close(found.fd);
	return e;
}
