/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The stations of a worker's life, in order. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "config/fail.h"
#include "confine/calls.h"
#include "confine/limits.h"
#include "confine/refusal.h"
#include "loader/changes.h"
#include "options/place.h"
#include "worker/privileges.h"
#include "sdk/confine/confine.h"
#include "sdk/confine/sanitized.h"
#include "worker/state.h"

/* The descriptors that a worker keeps, moved down to stand in a row behind stderr. */
enum {
	WORKER_FD_CONTROL = 3,
	WORKER_FD_NOTIFY,
	WORKER_FD_WAKE,
	WORKER_FD_FIRST_FREE,
	WORKER_FD_HIGHEST = 32, /* those above are closed at once */
};

/* ---- a process of its own -------------------------------------------------------------------- */

static void worker_null_streams(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0)
		_exit(1);
	dup2(null, 0);
	dup2(null, 1);
#ifndef CONFINE_SANITIZED /* whose reports go there */
	dup2(null, 2);
#endif
	if (null > 2)
		close(null);
}

static void worker_close_between(int *const keep[3])
{
	bool kept;

	for (int fd = WORKER_FD_CONTROL; fd <= WORKER_FD_HIGHEST; fd++) {
		kept = fd == *keep[0] || fd == *keep[1] || fd == *keep[2];
		if (!kept)
			close(fd);
	}
}

/*
 * Keeps three of the supervisor's descriptors and nothing else, whatever numbers they had. What is low
 * is closed first, so that there is room to move even with few descriptors allowed.
 */
static void worker_keep_descriptors(struct worker_setup *setup)
{
	int *const keep[] = { &setup->control, &setup->notify, &setup->wake };

	worker_close_between(keep);
	for (int i = 0; i < 3; i++) {
		*keep[i] = fcntl(*keep[i], F_DUPFD_CLOEXEC, WORKER_FD_FIRST_FREE);
		if (*keep[i] < 0)
			_exit(1);
	}
	for (int i = 0; i < 3; i++) {
		if (dup3(*keep[i], WORKER_FD_CONTROL + i, O_CLOEXEC) < 0)
			_exit(1);
		*keep[i] = WORKER_FD_CONTROL + i;
	}
	close_range(WORKER_FD_FIRST_FREE, ~0U, 0);
}

static void worker_reset_signals(void)
{
	static const int ours[] = { SIGINT, SIGTERM, SIGUSR1, SIGHUP, SIGCHLD, SIGPIPE };
	sigset_t none;

	/* Ctrl-C goes to the whole group of the terminal; ending is the supervisor's to decide. */
	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		signal(ours[i], ours[i] == SIGCHLD ? SIG_DFL : SIG_IGN);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static void worker_own_process(struct worker_setup *setup)
{
	char name[16];

	worker_keep_descriptors(setup);
	worker_null_streams();
	worker_reset_signals();
	confine_limits_raise_files();
	/* An arena of a thread's own asks /proc how it may give memory back, which the filter refuses. */
	mallopt(M_ARENA_MAX, 1);
	setpgid(0, 0); /* the supervisor ends the group when this process has ended */
	if (confine_limits_begin(setup->config->memory_limit) < 0)
		_exit(1);
	snprintf(name, sizeof(name), "bpfhost:%s", setup->instance->name);
	prctl(PR_SET_NAME, name);
	if (confine_parent(setup->supervisor) < 0)
		_exit(1);
}

/* ---- stations -------------------------------------------------------------------------------- */

static _Noreturn void worker_end(struct worker *worker, enum protocol_kind kind, uint32_t a,
				 int err, const char *text)
{
	worker_publish(worker);
	protocol_send(worker->setup->control, kind, a, (uint32_t)-err, text, NULL, 0);
	_exit(kind == PROTOCOL_DETACHED ? 0 : 1);
}

/* Which plugin it is and, where its owner did not count, by whose word it was let in. */
static void worker_tell_opened(const struct worker *worker)
{
	const struct descriptor *descriptor = worker->plugin.file->descriptor;
	const char *trusted = worker->plugin.file->admission->trusted_by;
	char text[PROTOCOL_TEXT_MAX];

	snprintf(text, sizeof(text), "%s %s%s%s%s", descriptor->name, descriptor->version,
		 trusted ? "; --trust " : "", trusted ? trusted : "",
		 trusted ? " lets it in, whoever owns it" : "");
	protocol_send(worker->setup->control, PROTOCOL_OPENED, (uint32_t)descriptor->needs,
		      trusted != NULL, text, NULL, 0);
}

/* Before any code of the plugin runs. What cannot be read is libbpf's to refuse. */
static void worker_check_changes(struct worker *worker)
{
	const struct loader_plugin *file = worker->plugin.file;
	const struct descriptor *descriptor = file->descriptor;
	struct bpfhost_error why = { 0 };
	char text[PROTOCOL_TEXT_MAX];
	uint64_t used = 0;
	int err = 0;

	if (descriptor->object_size)
		err = changes_read(image_bytes(file->image, descriptor->object_offset,
					       descriptor->object_size),
				   descriptor->object_size, &used, &why);
	if (!err)
		err = changes_check(used, descriptor->needs, worker->setup->instance->allowed,
				    &why);
	if (!err)
		return;
	snprintf(text, sizeof(text), "%s: %s", file->admission->path, why.text);
	worker_end(worker, PROTOCOL_REFUSED, 0, err, text);
}

static void worker_open(struct worker *worker)
{
	const struct worker_setup *setup = worker->setup;
	struct bpfhost_error why = { 0 };
	int err;

	err = worker_plugin_open(setup->config, setup->instance, &worker->plugin, &why);
	if (err == -ENOENT)
		config_fail_at(&why, err, setup->instance->origin);
	if (err)
		worker_end(worker, PROTOCOL_REFUSED, err == -ENOENT, err, why.text);
	worker_check_changes(worker);
	err = worker_plugin_options(setup->instance, &worker->plugin, &why);
	if (err)
		worker_end(worker, PROTOCOL_REFUSED, 1, err, why.text);
	bus_call_enter(worker->bus, WORKER_CALL_OPEN, worker_now());
	err = worker_plugin_load(&worker->plugin, &why);
	worker_call_leave(worker);
	if (err)
		worker_end(worker, PROTOCOL_REFUSED, 0, err, why.text);
	worker_tell_opened(worker);
}

/* The supervisor starts nobody until every worker has opened its plugin. */
static void worker_await_start(struct worker *worker)
{
	if (!worker_hear_start(worker))
		worker_end(worker, PROTOCOL_DETACHED, 0, 0, NULL);
	worker->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (worker->epoll < 0 || worker_watch(worker, worker->setup->control, false) < 0 ||
	    worker_watch(worker, worker->setup->wake, true) < 0) {
		int err = -errno;
		char text[128];

		snprintf(text, sizeof(text), "failed to prepare for waiting: %s", strerror(-err));
		worker_end(worker, PROTOCOL_FAILED, WORKER_CALL_NONE, err, text);
	}
}

/* What could not be done need not be wrong in what the plugin was told. */
static const char *worker_place_load(const struct worker *worker)
{
	const struct config_instance *instance = worker->setup->instance;
	const char *place = options_place(instance, worker->error);

	if (place)
		return place;
	return strncmp(worker->error, "failed to ", strlen("failed to ")) ? instance->origin : NULL;
}

/* Where none could be attached, the error is the first one's. */
static const char *worker_place_attach(const struct worker *worker)
{
	if (worker->missed && !worker->attached)
		return worker->first_missed_place;
	return options_place(worker->setup->instance, worker->error);
}

/* Where the mistake stands that the plugin tells of; NULL: it is none, or nobody knows. */
static const char *worker_place(const struct worker *worker, enum worker_call call, int err)
{
	if (call == WORKER_CALL_LOAD && err == -EINVAL)
		return worker_place_load(worker);
	return call == WORKER_CALL_ATTACH ? worker_place_attach(worker) : NULL;
}

/* What the plugin said, or what it did when it said nothing. */
static void worker_reason(const struct worker *worker, enum worker_call call, int err, char *out,
			  size_t size)
{
	const char *place = worker_place(worker, call, err);
	int used = place ? snprintf(out, size, "%.255s: ", place) : 0;

	if (worker->error[0])
		snprintf(out + used, size - (size_t)used, "%.*s", (int)size - used - 1,
			 worker->error);
	else
		snprintf(out, size, "plugin %s: %s failed without a word of why: %s",
			 worker->setup->instance->plugin, worker_call_name(call), strerror(-err));
}

/* Undoes a half made instance, then tells what had failed. */
static _Noreturn void worker_give_up(struct worker *worker, enum worker_call call, int err)
{
	char text[PROTOCOL_TEXT_MAX];

	worker_reason(worker, call, err, text, sizeof(text));
	worker_call(worker, WORKER_CALL_DETACH);
	worker_end(worker, PROTOCOL_FAILED, call, err, text);
}

static _Noreturn void worker_finish(struct worker *worker)
{
	char text[PROTOCOL_TEXT_MAX];
	int err;

	err = worker_call(worker, WORKER_CALL_DETACH);
	if (err < 0) {
		worker_reason(worker, WORKER_CALL_DETACH, err, text, sizeof(text));
		worker_end(worker, PROTOCOL_FAILED, WORKER_CALL_DETACH, err, text);
	}
	bus_complete_set(worker->bus, UINT64_MAX);
	worker_end(worker, PROTOCOL_DETACHED, 0, 0, NULL);
}

/* Where another is to give way to this one, that one runs until it is known that this one can be loaded. */
static void worker_await_attach(struct worker *worker)
{
	protocol_send(worker->setup->control, PROTOCOL_LOADED, 0, 0, NULL, NULL, 0);
	if (!worker_hear_start(worker))
		worker_finish(worker);
}

static void worker_start(struct worker *worker)
{
	int err;

	worker_host_setup(worker);
	err = worker_call(worker, WORKER_CALL_LOAD);
	if (err < 0)
		worker_give_up(worker, WORKER_CALL_LOAD, err);
	if (worker->hold)
		worker_await_attach(worker);
	err = worker_call(worker, WORKER_CALL_ATTACH);
	if (err == -ECANCELED && worker->stop)
		worker_finish(worker);
	if (err < 0)
		worker_give_up(worker, WORKER_CALL_ATTACH, err);
}

/* What the plugin may need later; of that it may say that this instance does not. */
static uint64_t worker_late_needs(struct worker *worker)
{
	const uint64_t late = BPFHOST_NEED_LATE_ATTACH | BPFHOST_NEED_LATE_OPEN;
	uint64_t needs = worker->plugin.file->descriptor->needs & late;
	const struct bpfhost_ext_late *extension;

	if (!needs)
		return 0;
	bus_call_enter(worker->bus, WORKER_CALL_ATTACH, worker_now());
	extension = worker_plugin_extension(&worker->plugin, BPFHOST_EXT_LATE);
	if (extension && extension->size >= sizeof(*extension) && extension->needs)
		needs &= extension->needs(&worker->instance);
	worker_call_leave(worker);
	return needs;
}

/* In a signal handler, so nothing but sending. */
static void worker_tell_refusal(void *ctx, int call, uint32_t argument)
{
	const struct worker *worker = ctx;

	protocol_send(worker->setup->control, PROTOCOL_DENIED, (uint32_t)call, argument, NULL, NULL,
		      0);
}

static void worker_tell_sent(void *ctx, pid_t from)
{
	const struct worker *worker = ctx;

	protocol_send(worker->setup->control, PROTOCOL_SIGSYS, (uint32_t)from, 0, NULL, NULL, 0);
}

static _Noreturn void worker_fail_drop(struct worker *worker, const char *what, int err,
				       const char *why)
{
	snprintf(worker->error, sizeof(worker->error), "failed to %s: %s%s", what, strerror(-err),
		 why);
	worker_give_up(worker, WORKER_CALL_ATTACH, err);
}

static void worker_drop_privileges(struct worker *worker, uint64_t keep)
{
	int err = privileges_drop(keep, &worker->setup->user, worker->setup->supervisor);
	char missing[1100];

	if (!err)
		return;
	privileges_missing(keep, missing, sizeof(missing));
	worker_fail_drop(worker, "give up privileges", err, missing);
}

static void worker_tell_held(const struct worker *worker, uint64_t needs)
{
	char held[1400], text[1500];

	privileges_describe(held, sizeof(held));
	snprintf(text, sizeof(text), "its worker (pid %d) has %s%s%s", (int)getpid(), held,
		 needs & BPFHOST_NEED_LATE_OPEN ? ", late_open" : "",
		 needs & BPFHOST_NEED_LATE_ATTACH ? ", late_attach" : "");
	protocol_send(worker->setup->control, PROTOCOL_HELD, 0, 0, text, NULL, 0);
}

static int worker_highest_descriptor(void)
{
	DIR *folder = opendir("/proc/self/fd");
	const struct dirent *entry;
	int highest = 0, fd;

	while (folder && (entry = readdir(folder))) {
		fd = (int)strtol(entry->d_name, NULL, 10);
		highest = fd > highest ? fd : highest;
	}
	if (folder)
		closedir(folder);
	return highest;
}

static void worker_drop(struct worker *worker)
{
	const struct descriptor *descriptor = worker->plugin.file->descriptor;
	const struct confine_refusal_tell tell = { worker_tell_refusal, worker_tell_sent, worker };
	uint64_t needs = worker_late_needs(worker);
	int err;

	/* Attaching or opening later needs the user that could do it at first. */
	if (!needs)
		worker_drop_privileges(worker, descriptor->capabilities);
	err = confine_limits_attached(worker_highest_descriptor(), needs);
	if (err)
		worker_fail_drop(worker, "set its limits", err, "");
	err = confine_on_refusal(&tell);
	if (!err)
		err = confine_worker_calls(needs | (descriptor->needs & BPFHOST_NEED_NETLINK),
					   descriptor->capabilities);
	if (err)
		worker_fail_drop(worker, "install the filter of system calls", err, "");
	worker_tell_held(worker, needs);
}

/*
 * When a process dies, the kernel closes its descriptors from the highest down (it queues them from the
 * lowest up and works that off from the last: close_files() and task_work_run()). Behind hundreds of perf
 * events, 100 ms each, the supervisor would hear of the death after minutes; so this one goes on top.
 */
static void worker_raise_control(struct worker *worker, struct worker_setup *setup)
{
	int above = worker_highest_descriptor() + 1, old = setup->control;
	int raised = fcntl(old, F_DUPFD_CLOEXEC, above);

	if (raised < 0)
		return;
	if (worker_watch(worker, raised, false) < 0) {
		close(raised);
		return;
	}
	epoll_ctl(worker->epoll, EPOLL_CTL_DEL, old, NULL);
	close(old);
	setup->control = raised;
}

_Noreturn void worker_main(const struct worker_setup *given)
{
	struct worker_setup setup = *given;
	struct worker worker = {
		.setup = &setup,
		.bus = setup.bus,
		.ring = KERNEL_RING_NONE,
		.pid = getpid(),
		.host = { .log_level = setup.log_level },
	};
	int err;

	worker_own_process(&setup);
	worker_open(&worker);
	worker_await_start(&worker);
	worker_start(&worker);
	worker_raise_control(&worker, &setup);
	worker_drop(&worker);
	protocol_send(setup.control, PROTOCOL_ATTACHED, worker.attached, worker.wanted, NULL, NULL,
		      0);
	if (setup.config->dry_run)
		worker_finish(&worker);
	err = worker_loop(&worker);
	if (err)
		worker_give_up(&worker, WORKER_CALL_POLL, err);
	worker_finish(&worker);
}
