/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "netns.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpfhost/nearest.h>

#define NETNS_FOLDER "/run/netns" /* ip-netns(8) */
#define NETNS_LISTED 256

static bool netns_is_pid(const char *text)
{
	return text[0] && strspn(text, "0123456789") == strlen(text);
}

static int netns_path(const char *text, char *path, size_t size)
{
	int length;

	if (!text[0] || text[0] == '.' || strchr(text, '/'))
		return -EINVAL;
	length = netns_is_pid(text) ? snprintf(path, size, "/proc/%s/ns/net", text)
				    : snprintf(path, size, NETNS_FOLDER "/%s", text);
	return length < 0 || (size_t)length >= size ? -EINVAL : 0;
}

/* The name that was probably meant, the caller's to free, or NULL. */
static char *netns_nearest(const char *text)
{
	char *names[NETNS_LISTED], *ret = NULL;
	DIR *folder = opendir(NETNS_FOLDER);
	const struct dirent *entry;
	const char *nearest;
	size_t count = 0;

	while (folder && count < NETNS_LISTED && (entry = readdir(folder)))
		if (entry->d_name[0] != '.' && (names[count] = strdup(entry->d_name)))
			count++;
	nearest = bpfhost_nearest(text, (const char *const *)names, count);
	if (nearest)
		ret = strdup(nearest);
	while (count)
		free(names[--count]);
	if (folder)
		closedir(folder);
	return ret;
}

static int netns_missing(struct bpfhost_instance *self, const char *text)
{
	char *nearest;

	if (netns_is_pid(text))
		return bpfhost_fail(self, -EINVAL, "option netns: there is no process %s", text);
	nearest = netns_nearest(text);
	bpfhost_fail(self, -EINVAL,
		     "option netns: there is no network namespace '%s' in " NETNS_FOLDER "%s%s%s",
		     text, nearest ? "; did you mean '" : "", nearest ? nearest : "",
		     nearest ? "'?" : "");
	free(nearest);
	return -EINVAL;
}

static const char *netns_reason(int err)
{
	if (err == EINVAL)
		return "it is no network namespace";
	return err == EPERM || err == EACCES ? "CAP_SYS_ADMIN is needed for it" : strerror(err);
}

int xdp_netns_enter(struct bpfhost_instance *self)
{
	const char *text = bpfhost_option_text(self, "netns");
	char path[300];
	int fd, err;

	if (!text)
		return 0;
	if (netns_path(text, path, sizeof(path)))
		return bpfhost_fail(self, -EINVAL,
				    "option netns: '%s' is neither the name of a network namespace "
				    "in " NETNS_FOLDER " nor a pid",
				    text);
	/* What lies there may be anything: a pipe would wait for its other end. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 && errno == ENOENT)
		return netns_missing(self, text);
	err = fd < 0 || setns(fd, CLONE_NEWNET) < 0 ? errno : 0;
	if (fd >= 0)
		close(fd);
	if (!err)
		return 0;
	return bpfhost_fail(self, err == EINVAL ? -EINVAL : -err, "failed to enter %s: %s", path,
			    netns_reason(err));
}
