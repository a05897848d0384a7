/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The kernel tells of changes to the folders on the way, where files and links are put in the place of
 * others, and to the file, wherever a link may lead. Who writes in place empties the file first: between
 * that and closing it again nothing is read. For closing is no promise that all is there
 * (": >file; cat new >>file"), a short while without changes must follow. But who renames one file after
 * another into its place, without a break, has each of them whole: then it is read all the same after a time.
 */
#include "drop_watch.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define WATCH_CALM_NS     50000000ULL
#define WATCH_PATIENCE_NS 500000000ULL
#define WATCH_READS_MAX   64
#define WATCH_FILE_MASK   (IN_MODIFY | IN_CLOSE_WRITE | IN_ATTRIB)

/* The file that the path leads to now. */
static void watch_file(struct xdp_drop_watch *watch)
{
	int added = inotify_add_watch(watch->inotify, watch->path, WATCH_FILE_MASK);

	if (watch->file_watch >= 0 && watch->file_watch != added)
		inotify_rm_watch(watch->inotify, watch->file_watch);
	watch->file_watch = added;
}

/* Who makes a file goes on to write it, but not who makes another name of one, or a link, which is on the way. */
static bool watch_will_be_written(struct xdp_drop_watch *watch, const struct inotify_event *event)
{
	struct stat status;

	xdp_drop_folders_watch(&watch->folders, watch->inotify, watch->path);
	return xdp_drop_folders_ask(&watch->folders, event) == XDP_DROP_PART_FILE &&
	       !stat(watch->path, &status) && S_ISREG(status.st_mode) && status.st_nlink == 1;
}

static void watch_set_timer(struct xdp_drop_watch *watch)
{
	uint64_t now = bpfhost_now(), end, calm = now + WATCH_CALM_NS;
	struct itimerspec at = { 0 };

	if (watch->is_writing || !watch->since_ns)
		watch->since_ns = now;
	end = watch->since_ns + WATCH_PATIENCE_NS;
	end = end < calm ? end : calm;
	at.it_value.tv_sec = (time_t)(end / 1000000000ULL);
	at.it_value.tv_nsec = (long)(end % 1000000000ULL);
	watch->is_running = !timerfd_settime(watch->timer, TFD_TIMER_ABSTIME, &at, NULL);
}

static void watch_take_file(struct xdp_drop_watch *watch, const struct inotify_event *event)
{
	uint32_t mask = event->mask;

	watch->is_changed = true;
	if (mask & IN_MODIFY)
		watch->is_writing = true;
	else if (mask & IN_CREATE)
		watch->is_writing = watch_will_be_written(watch, event);
	else if (mask & (IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_Q_OVERFLOW))
		watch->is_writing = false;
	if (mask & (IN_CREATE | IN_MOVED_TO | IN_Q_OVERFLOW))
		watch_file(watch);
	watch_set_timer(watch);
}

static void watch_take(struct xdp_drop_watch *watch, const struct inotify_event *event)
{
	enum xdp_drop_part part = xdp_drop_folders_ask(&watch->folders, event);

	if (event->mask & IN_IGNORED) {
		if (event->wd == watch->file_watch)
			watch->file_watch = -1;
	} else if (event->mask & IN_Q_OVERFLOW || event->wd == watch->file_watch ||
		   part == XDP_DROP_PART_FILE) {
		watch_take_file(watch, event);
	} else if (part == XDP_DROP_PART_WAY) {
		/* Whoever writes the file of before does not matter any more. */
		watch->is_writing = false;
		watch_set_timer(watch);
	}
}

static void watch_listen(struct xdp_drop_watch *watch)
{
	char buffer[sizeof(struct inotify_event) + NAME_MAX + 1 + 4096]
		__attribute__((aligned(__alignof__(struct inotify_event))));
	const struct inotify_event *event;
	ssize_t length;

	for (int i = 0; i < WATCH_READS_MAX; i++) {
		length = read(watch->inotify, buffer, sizeof(buffer));
		if (length <= 0)
			break;
		for (ssize_t at = 0; at < length; at += (ssize_t)(sizeof(*event) + event->len)) {
			event = (const void *)(buffer + at);
			watch_take(watch, event);
		}
	}
}

/* Some folders are changed by renaming what the file's link leads through. */
static bool watch_is_another(struct xdp_drop_watch *watch)
{
	struct stat status = { 0 };
	bool is_another;

	if (stat(watch->path, &status))
		status.st_ino = 0;
	is_another = status.st_ino != watch->seen.st_ino || status.st_dev != watch->seen.st_dev ||
		     status.st_size != watch->seen.st_size ||
		     status.st_mtim.tv_sec != watch->seen.st_mtim.tv_sec ||
		     status.st_mtim.tv_nsec != watch->seen.st_mtim.tv_nsec;
	watch->seen = status;
	return is_another;
}

bool xdp_drop_watch_due(struct xdp_drop_watch *watch)
{
	uint64_t expired;
	bool is_due;

	if (watch->inotify < 0)
		return false;
	watch_listen(watch);
	if (read(watch->timer, &expired, sizeof(expired)) != sizeof(expired))
		return false;
	watch->is_running = false;
	if (watch->is_writing)
		return false;
	/* In another folder somebody may be writing the file just now: that is seen from here on. */
	if (xdp_drop_folders_watch(&watch->folders, watch->inotify, watch->path)) {
		watch_file(watch);
		watch_set_timer(watch);
		return false;
	}
	watch->since_ns = 0;
	watch_file(watch);
	is_due = watch_is_another(watch) || watch->is_changed;
	watch->is_changed = false;
	return is_due;
}

bool xdp_drop_watch_disturbed(struct xdp_drop_watch *watch)
{
	if (watch->inotify < 0)
		return false;
	watch_listen(watch);
	return watch->is_writing;
}

static int watch_open(struct bpfhost_instance *self, struct xdp_drop_watch *watch)
{
	int err;

	watch->inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	watch->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (watch->inotify < 0 || watch->timer < 0)
		return -errno;
	xdp_drop_folders_watch(&watch->folders, watch->inotify, watch->path);
	if (!xdp_drop_folders_stand(&watch->folders))
		return -ENOENT;
	err = self->host->watch(self->host, watch->inotify);
	return err ? err : self->host->watch(self->host, watch->timer);
}

int xdp_drop_watch_start(struct bpfhost_instance *self, struct xdp_drop_watch *watch,
			 const char *path)
{
	int err;

	watch->path = path;
	err = watch_open(self, watch);
	if (err)
		return bpfhost_fail(self, err, "failed to watch drop_file %s: %s", path,
				    strerror(-err));
	watch_file(watch);
	watch_is_another(watch);
	return 0;
}

void xdp_drop_watch_free(struct xdp_drop_watch *watch)
{
	if (watch->inotify >= 0)
		close(watch->inotify);
	if (watch->timer >= 0)
		close(watch->timer);
	xdp_drop_folders_free(&watch->folders);
	*watch = XDP_DROP_WATCH_NONE;
}
