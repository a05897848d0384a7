/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The status for people. */
#include <inttypes.h>
#include <unistd.h>

#include "bpfhost_version.h"
#include "command/print.h"
#include "config/config.h"
#include "control/status.h"
#include "supervisor/instance.h"
#include "supervisor/instances.h"

#define MIB (1ULL << 20)

static void text_duration(FILE *out, uint64_t ns)
{
	uint64_t seconds = ns / 1000000000ULL;

	if (seconds >= 3600)
		fprintf(out, "%" PRIu64 "h%02um", seconds / 3600, (unsigned)(seconds / 60 % 60));
	else if (seconds >= 60)
		fprintf(out, "%" PRIu64 "m%02us", seconds / 60, (unsigned)(seconds % 60));
	else
		fprintf(out, "%" PRIu64 ".%us", seconds, (unsigned)(ns / 100000000ULL % 10));
}

static void text_host(const struct supervisor *run, FILE *out)
{
	fprintf(out, "bpfhost %s, pid %d, for ", BPFHOST_VERSION, (int)getppid());
	text_duration(out, run->now - run->since);
	fprintf(out, ", %" PRIu64 " events written", run->committed);
	if (run->stopping_since)
		fputs(", stopping", out);
	fputs(run->sink_blocked ? ", the output takes no more at this moment\n" : "\n", out);
}

static void text_head(const struct status_instance *status, FILE *out)
{
	const struct instance *instance = status->instance;
	const struct condition *condition = &instance->condition;

	fprintf(out, "\n%s: %s", instance->config->name, status->state);
	if (condition->wanted && instance->state == INSTANCE_RUNNING)
		fprintf(out, ", %u of %u probes", status->attached, condition->wanted);
	fprintf(out, "; plugin %s", instance->config->plugin);
	if (status->worker)
		fprintf(out, ", worker %d", (int)status->worker);
	if (instance->running_since && instance->state == INSTANCE_RUNNING) {
		fputs(", for ", out);
		text_duration(out, instance->run->now - instance->running_since);
	}
	if (instance->state == INSTANCE_WAITING && instance->restart_at > instance->run->now) {
		fputs(", again in ", out);
		text_duration(out, instance->restart_at - instance->run->now);
	}
	fputc('\n', out);
}

static void text_why(const char *what, const char *why, FILE *out)
{
	if (!why)
		return;
	fprintf(out, "  %s: ", what);
	print_text(out, why);
	fputc('\n', out);
}

static void text_troubles(const struct condition *condition, const char *reason, FILE *out)
{
	text_why("reason", reason, out);
	text_why("last restart", condition->last_restart, out);
	for (int i = 0; i < CONDITION_MISSED_MAX && condition->missed[i]; i++) {
		fputs("  ", out);
		print_text(out, condition->missed[i]);
		fputc('\n', out);
	}
	if (condition->missed_count > CONDITION_MISSED_MAX)
		fprintf(out, "  and %" PRIu64 " more\n",
			condition->missed_count - CONDITION_MISSED_MAX);
}

static void text_program(uint32_t id, bool counts, FILE *out)
{
	struct status_program program;

	if (!status_program(id, &program))
		return;
	fprintf(out, "  program %-6u ", id);
	print_text(out, program.name);
	fprintf(out, " (%s)", program.type);
	if (!counts)
		fputs(", runs unknown", out);
	else
		fprintf(out, ", %" PRIu64 " runs, %" PRIu64 " ns each", program.runs,
			program.runs ? program.run_ns / program.runs : 0);
	if (program.missed)
		fprintf(out, ", %" PRIu64 " left out by the kernel", program.missed);
	fputc('\n', out);
}

static void text_instance(const struct instance *instance, bool counts, FILE *out)
{
	struct status_instance status;
	char line[1024];

	status_look(instance, &status);
	text_head(&status, out);
	text_troubles(&instance->condition, status.reason, out);
	ledger_text(&status.ledger, instance->config->name, instance->config->plugin, line,
		    sizeof(line));
	fprintf(out, "  %s\n", line);
	for (size_t i = 0; i < status.holdings.programs.count; i++)
		text_program(status.holdings.programs.items[i].id, counts, out);
	if (status.holdings.maps.count)
		fprintf(out, "  %zu maps, %.1f MiB\n", status.holdings.maps.count,
			(double)holdings_map_bytes(&status.holdings) / (double)MIB);
	holdings_free(&status.holdings);
}

void status_text(const struct supervisor *run, void *request, FILE *out)
{
	bool counts = status_counts_runs(run);
	const struct instance *instance;

	text_host(run, out);
	SUPERVISOR_EACH(run, instance)
		if (status_wants(request, instance))
			text_instance(instance, counts, out);
	if (!counts)
		fputs("\nRuns are counted with --bpf-statistics, or bpf_statistics = true.\n", out);
}

void stats_text(const struct supervisor *run, void *request, FILE *out)
{
	const struct instance *instance;

	SUPERVISOR_EACH(run, instance) {
		struct ledger ledger;
		char line[1024];

		if (!status_wants(request, instance))
			continue;
		instances_ledger(instance, &ledger);
		ledger_text(&ledger, instance->config->name, instance->config->plugin, line,
			    sizeof(line));
		fprintf(out, "%s\n", line);
	}
}
