/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "supervisor/supervisor.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "command/print.h"
#include "config/fail.h"
#include "confine/limits.h"
#include "control/control.h"
#include "supervisor/change.h"
#include "supervisor/filter_names.h"
#include "supervisor/filter_values.h"
#include "supervisor/instance.h"
#include "supervisor/instances.h"
#include "supervisor/manager.h"
#include "supervisor/reload.h"
#include "supervisor/stop.h"
#include "supervisor/stream.h"
#include "supervisor/tracefs.h"

#define SUPERVISOR_NEVER   UINT64_MAX
#define SUPERVISOR_EVENTS  64
#define SUPERVISOR_SIGNALS ((uint64_t)INSTANCE_SOURCE_NONE)
#define SUPERVISOR_SINK    (1ULL << 2 | INSTANCE_SOURCE_NONE)
#define SUPERVISOR_CONTROL (2ULL << 2 | INSTANCE_SOURCE_NONE)

uint64_t supervisor_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000ULL + (uint64_t)now.tv_nsec;
}

void supervisor_set_log_level(struct supervisor *run, uint32_t level)
{
	struct instance *instance;

	run->log_level = level;
	log_set_level(run->log, level);
	SUPERVISOR_EACH(run, instance)
		instance_set_log_level(instance, level);
}

void supervisor_tell_plan(struct instance *instance, const char *text)
{
	printf("%s: ", instance->config->name);
	print_text(stdout, text);
	putchar('\n');
}

/* ---- what happens ------------------------------------------------------------------------------ */

static void supervisor_on_signal(struct supervisor *run)
{
	struct signalfd_siginfo info;

	if (read(run->signals, &info, sizeof(info)) != sizeof(info))
		return;
	if (info.ssi_signo == SIGUSR1) {
		stop_tell_ledgers(run);
		return;
	}
	if (info.ssi_signo == SIGHUP && run->control)
		run->reload_wanted = true;
	else
		supervisor_stop(run);
}

/* What SIGHUP asks for; where a change is under way, as soon as that is through. */
static void supervisor_reload(struct supervisor *run)
{
	struct bpfhost_error why = { 0 };

	if (!run->reload_wanted || run->change || run->stopping_since || !run->started)
		return;
	run->reload_wanted = false;
	reload_begin(run, CONFIG_FORMAT_TEXT, &why);
}

static void supervisor_on_event(struct supervisor *run, uint64_t data, uint32_t events)
{
	struct instance *instance = run->instances[(data >> 2) % SUPERVISOR_INSTANCES_MAX];

	switch ((enum instance_source)(data & 3)) {
	case INSTANCE_SOURCE_CONTROL:
		if (instance)
			instance_listen(instance);
		break;
	case INSTANCE_SOURCE_PROCESS:
		if (instance)
			instance_reap(instance);
		break;
	case INSTANCE_SOURCE_NONE:
		if (data == SUPERVISOR_SIGNALS)
			supervisor_on_signal(run);
		else if (data == SUPERVISOR_CONTROL)
			control_serve(run);
		else if (events & (EPOLLERR | EPOLLHUP))
			stream_sink_gone(run);
		break;
	case INSTANCE_SOURCE_NOTIFY:
		break; /* every round looks at every bus */
	}
}

/*
 * Has epoll tell when the sink's reader has gone, and while it is blocked when there is room. A regular file is
 * neither, and epoll knows none.
 */
static void supervisor_watch_sink(struct supervisor *run)
{
	enum sink_watch want = !stream_sink_lives(run) ? SINK_WATCH_NOTHING
			       : run->sink_blocked     ? SINK_WATCH_ROOM
						       : SINK_WATCH_END;
	struct epoll_event event = {
		.events = want == SINK_WATCH_ROOM ? EPOLLOUT : 0, /* and errors at any time */
		.data.u64 = SUPERVISOR_SINK,
	};
	int how = want == SINK_WATCH_NOTHING ? EPOLL_CTL_DEL
		  : run->sink_watched        ? EPOLL_CTL_MOD
					     : EPOLL_CTL_ADD;

	if (want == run->sink_watched)
		return;
	epoll_ctl(run->epoll, how, output_poll_fd(run->output), &event);
	run->sink_watched = want;
}

static uint64_t supervisor_due(const struct supervisor *run)
{
	uint64_t due = run->stop_at, other = stream_due(run);
	const struct instance *instance;

	if (other < due)
		due = other;
	SUPERVISOR_EACH(run, instance) {
		other = instance_due(instance);
		if (other < due)
			due = other;
	}
	other = manager_due(run);
	due = other < due ? other : due;
	other = control_due(run);
	due = other < due ? other : due;
	other = change_due(run);
	due = other < due ? other : due;
	other = stop_due(run);
	return other < due ? other : due;
}

static void supervisor_wait(struct supervisor *run)
{
	struct epoll_event events[SUPERVISOR_EVENTS];
	bool idle = stream_may_sleep(run);
	uint64_t due = supervisor_due(run), now = supervisor_now();
	uint64_t wait = !idle || due <= now ? 0 : due - now;
	struct timespec limit = { (time_t)(wait / 1000000000ULL), (long)(wait % 1000000000ULL) };
	int n;

	supervisor_watch_sink(run);
	n = epoll_pwait2(run->epoll, events, SUPERVISOR_EVENTS,
			 idle && due == SUPERVISOR_NEVER ? NULL : &limit, NULL);
	stream_awake(run);
	run->now = supervisor_now();
	for (int i = 0; i < n; i++)
		supervisor_on_event(run, events[i].data.u64, events[i].events);
}

/* ---- what is to be done ------------------------------------------------------------------------ */

/* Nobody begins before all have opened: a mistake in the configuration leaves no trace. */
static void supervisor_start_all(struct supervisor *run)
{
	struct instance *instance;

	if (run->started || run->stopping_since)
		return;
	SUPERVISOR_EACH(run, instance)
		if (instance->state < INSTANCE_OPENED || instance->state == INSTANCE_DRAINING)
			return;
	if (run->misconfigured) {
		supervisor_stop(run);
		return;
	}
	run->started = true;
	SUPERVISOR_EACH(run, instance)
		if (instance->state == INSTANCE_OPENED)
			instance_start(instance);
}

bool supervisor_all_run(const struct supervisor *run)
{
	const struct instance *instance;

	SUPERVISOR_EACH(run, instance)
		if (instance->state < INSTANCE_RUNNING)
			return false;
	return run->started;
}

/* --duration is the time of tracing: loading and attaching do not count. */
static void supervisor_begin_duration(struct supervisor *run)
{
	uint64_t duration = run->config->duration_ns;

	if (!duration || run->config->dry_run || run->stop_at != SUPERVISOR_NEVER)
		return;
	if (supervisor_all_run(run))
		run->stop_at = run->now + duration;
}

/* Names in --filter can be checked when every instance has told its schemas; those that come later see to it. */
static void supervisor_check_filter(struct supervisor *run)
{
	struct bpfhost_error why = { 0 };

	if (run->filter_checked || !supervisor_all_run(run))
		return;
	run->filter_checked = true;
	if (!filter_names_check(run, &why))
		return;
	log_write(run->log, BPFHOST_ERROR, NULL, "%s", why.text);
	run->misconfigured = true;
	supervisor_stop(run);
}

static void supervisor_tick_instance(struct instance *instance)
{
	if (instance->state == INSTANCE_DRAINING && instance->drained)
		instance_settle(instance);
	instance_tick(instance);
}

static void supervisor_loop(struct supervisor *run)
{
	struct instance *instance;

	while (!stop_is_over(run)) {
		supervisor_wait(run);
		stream_round(run);
		SUPERVISOR_EACH(run, instance)
			supervisor_tick_instance(instance);
		supervisor_start_all(run);
		supervisor_begin_duration(run);
		supervisor_check_filter(run);
		supervisor_reload(run);
		change_tick(run);
		control_tick(run);
		manager_tick(run);
		stop_tick(run);
		stop_close_books(run);
		log_flush(run->log);
	}
}

/* ---- begin and end ----------------------------------------------------------------------------- */

static int supervisor_take_signals(struct supervisor *run)
{
	struct epoll_event event = { .events = EPOLLIN, .data.u64 = SUPERVISOR_SIGNALS };
	sigset_t set;

	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* then a write says EFBIG, which is told like a full disk */
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGUSR1);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return -errno;
	run->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (run->signals < 0)
		return -errno;
	return epoll_ctl(run->epoll, EPOLL_CTL_ADD, run->signals, &event) < 0 ? -errno : 0;
}

static int supervisor_make_instances(struct supervisor *run)
{
	const struct config *config = run->config;
	struct instance *instance;
	int err = 0;

	for (size_t i = 0; i < config->instance_count && !err; i++) {
		err = instances_add(run, &config->instances[i], &instance);
		if (!err)
			instance->from_file = true;
	}
	run->began_empty = !config->instance_count;
	return err;
}

static int supervisor_open_filter(struct supervisor *run)
{
	struct bpfhost_error why = { 0 };
	int err = filter_values_gather(run->config, &run->filter_values, &why);

	if (err) {
		log_write(run->log, BPFHOST_ERROR, NULL, "%s", why.text);
		return err;
	}
	if (!run->config->filter.text)
		return 0;
	err = filter_new(run->config->filter.text, &run->filter, &why);
	if (err) {
		config_fail_option(&why, err, run->config->filter.origin, "filter");
		log_write(run->log, BPFHOST_ERROR, NULL, "%s", why.text);
	}
	return err;
}

static void supervisor_check_folders(const struct supervisor *run)
{
	const struct config_texts *folders = &run->config->plugin_dirs;

	for (size_t i = 0; i < folders->count; i++)
		if (access(folders->items[i].text, X_OK) < 0)
			log_write(run->log, BPFHOST_WARN, NULL, "--plugin-dir %s: %s",
				  folders->items[i].text, strerror(errno));
}

/* Only root becomes somebody else. */
static void supervisor_choose_user(struct supervisor *run)
{
	run->user = confine_user_find();
	if (run->user.is_unfit && geteuid() == 0)
		log_write(
			run->log, BPFHOST_WARN, NULL,
			"the user %s of /etc/passwd is not taken, for it is root or has no number of its "
			"own: workers become user %u, as others do",
			CONFINE_USER_NAME, run->user.uid);
}

/* The kernel counts as long as somebody has the descriptor (BPF_ENABLE_STATS, Linux 5.8). */
static void supervisor_begin_statistics(struct supervisor *run)
{
	if (!run->config->bpf_statistics || run->config->dry_run)
		return;
	run->statistics = bpf_enable_stats(BPF_STATS_RUN_TIME);
	if (run->statistics < 0)
		log_write(run->log, BPFHOST_WARN, NULL,
			  "failed to have runs of BPF programs counted: %s", strerror(errno));
}

static int supervisor_prepare(struct supervisor *run)
{
	int err;

	confine_limits_raise_files();
	supervisor_begin_statistics(run);
	run->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (run->epoll < 0)
		return -errno;
	err = supervisor_take_signals(run);
	return err ? err : supervisor_make_instances(run);
}

static int supervisor_listen(struct supervisor *run)
{
	struct epoll_event event = { .events = EPOLLIN, .data.u64 = SUPERVISOR_CONTROL };
	int err = control_open(run);

	if (err || !run->control)
		return err;
	return epoll_ctl(run->epoll, EPOLL_CTL_ADD, control_fd(run->control), &event) < 0 ? -errno
											  : 0;
}

static int supervisor_open(struct supervisor *run)
{
	int err;

	supervisor_check_folders(run);
	supervisor_choose_user(run);
	/* What goes wrong there is told by whoever asked for it, in the log. */
	libbpf_set_print(NULL);
	err = supervisor_prepare(run);
	if (err)
		log_write(run->log, BPFHOST_ERROR, NULL, "failed to start: %s", strerror(-err));
	if (!err)
		err = stream_open(run);
	return err ? err : supervisor_listen(run);
}

static void supervisor_close(struct supervisor *run)
{
	control_close(run);
	change_free(run);
	instances_free(run);
	stream_close(run);
	filter_free(run->filter);
	if (run->own_config)
		config_free(run->own_config);
	free(run->own_config);
	if (run->statistics >= 0)
		close(run->statistics);
	if (run->signals >= 0)
		close(run->signals);
	if (run->epoll >= 0)
		close(run->epoll);
}

static void supervisor_live(struct supervisor *run)
{
	struct instance *instance;

	run->since = run->now = supervisor_now();
	run->stop_at = SUPERVISOR_NEVER;
	SUPERVISOR_EACH(run, instance)
		if (!run->stopping_since)
			instance_spawn(instance);
	supervisor_loop(run);
	stop_finish(run);
}

static int supervisor_status(const struct supervisor *run)
{
	if (run->misconfigured || (run->load_misconfigured && !run->any_ran))
		return 2;
	return run->failed || run->had_crash ? 1 : 0;
}

int supervisor_run(const struct config *config)
{
	struct supervisor run = {
		.config = config,
		.epoll = -1,
		.signals = -1,
		.statistics = -1,
		.log_level = (uint32_t)config->log_level + BPFHOST_ERROR,
	};
	int status = 1;

	if (log_new(STDERR_FILENO, run.log_level, &run.log) < 0)
		return 1;
	manager_open(&run);
	tracefs_ensure(run.log);
	if (supervisor_open_filter(&run) < 0) {
		status = 2;
	} else if (supervisor_open(&run) == 0) {
		supervisor_live(&run);
		status = supervisor_status(&run);
	} else if (run.misconfigured) {
		status = 2;
	}
	supervisor_close(&run);
	manager_close(&run);
	log_free(run.log);
	return status;
}
