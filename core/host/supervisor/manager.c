/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "supervisor/manager.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Between two tries to tell a manager that is busy, in ns. */
#define MANAGER_BUSY_TIME 100000000ULL

static void manager_complain(const struct supervisor *run, int err)
{
	log_write(run->log, BPFHOST_WARN, NULL, "failed to tell the service manager: %s",
		  strerror(-err));
}

static void manager_tell(const struct supervisor *run, const char *text)
{
	int err = notify_tell(&run->notify, text);

	if (err)
		manager_complain(run, err);
}

/*
 * Events do not wait for a manager that is busy: false, it is to be told later. Nothing else may happen by then, and
 * "systemctl reload" waits for the end of a reload: so the loop is woken for it.
 */
static bool manager_mention(struct supervisor *run, const char *text)
{
	int err = notify_mention(&run->notify, text);

	if (err == -EAGAIN)
		run->mention_at = supervisor_now() + MANAGER_BUSY_TIME;

	if (err && err != -EAGAIN)
		manager_complain(run, err);
	return err != -EAGAIN;
}

void manager_open(struct supervisor *run)
{
	int err = notify_open(&run->notify);

	if (err)
		manager_complain(run, err);
}

void manager_close(struct supervisor *run)
{
	notify_close(&run->notify);
}

/* Those that have ended, or are to, are none; nor those that a change only tries. */
static bool manager_counts(const struct instance *instance)
{
	return instance->role == INSTANCE_STAYS && instance->state != INSTANCE_ENDED;
}

static uint32_t manager_count(const struct supervisor *run, uint32_t *ret_running)
{
	const struct instance *instance;
	uint32_t count = 0;

	*ret_running = 0;
	SUPERVISOR_EACH(run, instance) {
		if (!manager_counts(instance))
			continue;
		*ret_running += instance->state == INSTANCE_RUNNING;
		count++;
	}
	return count;
}

/* Not ready before all had their turn, nor where none came up: then the run ends by itself. */
static void manager_tell_running(struct supervisor *run)
{
	uint32_t running, count = manager_count(run, &running);
	char text[96];

	if ((running == run->told_running && count == run->told_count && run->told_ready) ||
	    run->change || run->stopping_since ||
	    (!run->told_ready && !((running || run->control) && supervisor_all_run(run))))
		return;
	snprintf(text, sizeof(text), "%sSTATUS=%u of %u instances run",
		 run->told_ready ? "" : "READY=1\n", running, count);
	if (!run->told_ready)
		manager_tell(run, text);
	else if (!manager_mention(run, text))
		return;
	run->told_ready = true;
	run->told_running = running;
	run->told_count = count;
}

/* What a Type=notify-reload waits for, and others show (sd_notify(3)). */
static void manager_tell_reload(struct supervisor *run)
{
	char text[64];

	if (!run->reloading_since || run->stopping_since)
		return;
	snprintf(text, sizeof(text), "RELOADING=1\nMONOTONIC_USEC=%llu",
		 (unsigned long long)(run->reloading_since / 1000));
	run->told_reloading = run->told_reloading || manager_mention(run, text);
	if (!run->told_reloading || run->change || !manager_mention(run, "READY=1"))
		return;
	run->told_reloading = false;
	run->reloading_since = 0;
}

void manager_begin_reload(struct supervisor *run)
{
	if (run->told_ready)
		run->reloading_since = supervisor_now();
	manager_tell_reload(run);
}

void manager_tick(struct supervisor *run)
{
	if (!run->notify.to_size)
		return;
	run->mention_at = 0;
	manager_tell_reload(run);
	manager_tell_running(run);
	notify_live(&run->notify, run->now);
}

uint64_t manager_due(const struct supervisor *run)
{
	uint64_t due = notify_due(&run->notify);

	return run->mention_at && run->mention_at < due ? run->mention_at : due;
}

void manager_tell_stopping(struct supervisor *run)
{
	manager_tell(run, "STOPPING=1\nSTATUS=stopping");
}
