/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "supervisor/manager.h"

#include <stdio.h>
#include <string.h>

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

static uint32_t manager_count_running(const struct supervisor *run)
{
	uint32_t running = 0;

	for (uint32_t i = 0; i < run->ninstances; i++)
		running += run->instances[i].state == INSTANCE_RUNNING;
	return running;
}

/* Not ready before all had their turn, nor where none came up: then the run ends by itself. */
static void manager_tell_running(struct supervisor *run)
{
	uint32_t running = manager_count_running(run);
	char text[96];

	if (running == run->told_running || run->stopping_since ||
	    (!run->told_ready && !(running && supervisor_all_run(run))))
		return;
	snprintf(text, sizeof(text), "%sSTATUS=%u of %u instances run",
		 run->told_ready ? "" : "READY=1\n", running, run->ninstances);
	run->told_ready = true;
	run->told_running = running;
	manager_tell(run, text);
}

void manager_tick(struct supervisor *run)
{
	if (!run->notify.to_size)
		return;
	manager_tell_running(run);
	notify_live(&run->notify, run->now);
}

void manager_tell_stopping(struct supervisor *run)
{
	manager_tell(run, "STOPPING=1\nSTATUS=stopping");
}
