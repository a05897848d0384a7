/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "control/status.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "config/config.h"
#include "supervisor/blockage.h"
#include "supervisor/instance.h"
#include "supervisor/instances.h"

#define STATUS_SYSCTL "/proc/sys/kernel/bpf_stats_enabled"

bool status_lists(const struct instance *instance)
{
	return instance->role != INSTANCE_COMES && instance->role != INSTANCE_COMES_DISABLED &&
	       instance->role != INSTANCE_GONE;
}

bool status_wants(const void *request, const struct instance *instance)
{
	const struct config_texts *names = &((const struct config *)request)->words;

	if (!status_lists(instance))
		return false;
	for (size_t i = 0; i < names->count; i++)
		if (!strcmp(names->items[i].text, instance->config->name))
			return true;
	return !names->count;
}

/* One that does nothing, whatever it was doing when somebody stopped it: why, else NULL. */
static const char *status_why_stopped(const struct instance *instance)
{
	bool works = instance->state >= INSTANCE_OPENING && instance->state <= INSTANCE_RUNNING;

	return works && instance_alive(instance) ? blockage_why_stopped(instance->pid) : NULL;
}

const char *status_state(const struct instance *instance)
{
	if (instance->role == INSTANCE_DISABLED)
		return "disabled";
	if (status_why_stopped(instance))
		return "stopped";
	switch (instance->state) {
	case INSTANCE_RUNNING:
		return instance->condition.attached < instance->condition.wanted ? "degraded"
										 : "ok";
	case INSTANCE_STOPPING:
		return "stopping";
	case INSTANCE_DRAINING:
		return instance->crashed ? "restarting" : "stopping";
	case INSTANCE_WAITING:
		return "restarting";
	case INSTANCE_ENDED:
		return "ended";
	case INSTANCE_FAILED:
		return "failed";
	default:
		return "starting";
	}
}

/* One that was disabled has nothing attached any more; what the kernel still frees of its worker is nobody's concern. */
static pid_t status_worker(const struct instance *instance)
{
	return instance_alive(instance) && instance->role != INSTANCE_DISABLED ? instance->pid : 0;
}

static uint32_t status_attached(const struct instance *instance)
{
	bool is_up = instance->state == INSTANCE_RUNNING || instance->state == INSTANCE_STOPPING;

	return is_up && status_worker(instance) && !instance->drained_all
		       ? instance->condition.attached
		       : 0;
}

void status_look(const struct instance *instance, struct status_instance *ret)
{
	*ret = (struct status_instance){
		.instance = instance,
		.state = status_state(instance),
		.reason = status_why_stopped(instance) ?: instance->condition.reason,
		.worker = status_worker(instance),
		.attached = status_attached(instance),
	};
	instances_ledger(instance, &ret->ledger);
	if (ret->worker)
		holdings_read(ret->worker, &ret->holdings);
}

bool status_program(uint32_t id, struct status_program *ret_program)
{
	struct bpf_prog_info info = { 0 };
	uint32_t size = sizeof(info);
	int fd = bpf_prog_get_fd_by_id(id), err;
	const char *type;

	if (fd < 0)
		return false;
	err = bpf_obj_get_info_by_fd(fd, &info, &size);
	close(fd);
	if (err)
		return false;
	type = libbpf_bpf_prog_type_str(info.type);
	*ret_program = (struct status_program){
		.id = id,
		.type = type ? type : "?",
		.runs = info.run_cnt,
		.run_ns = info.run_time_ns,
		.missed = info.recursion_misses,
	};
	memcpy(ret_program->name, info.name, sizeof(ret_program->name) - 1);
	return true;
}

bool status_counts_runs(const struct supervisor *run)
{
	int fd = open(STATUS_SYSCTL, O_RDONLY | O_CLOEXEC);
	char on = '0';

	if (fd >= 0) {
		(void)!read(fd, &on, 1);
		close(fd);
	}
	return run->statistics >= 0 || on == '1';
}
