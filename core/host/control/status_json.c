/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The status for programs. Times are seconds, or nanoseconds where the name says so. */
#include <inttypes.h>
#include <unistd.h>

#include "bpfhost_version.h"
#include "command/print.h"
#include "config/config.h"
#include "control/status.h"
#include "supervisor/instance.h"
#include "supervisor/instances.h"

static void json_number(FILE *out, const char *key, uint64_t value)
{
	fprintf(out, ",\"%s\":%" PRIu64, key, value);
}

static void json_bool(FILE *out, const char *key, bool value)
{
	fprintf(out, ",\"%s\":%s", key, value ? "true" : "false");
}

static void json_seconds(FILE *out, const char *key, uint64_t ns)
{
	fprintf(out, ",\"%s\":%" PRIu64 ".%03u", key, (uint64_t)(ns / 1000000000ULL),
		(unsigned)(ns / 1000000ULL % 1000));
}

/* Members without braces: "produced":1,... */
static void json_ledger(const struct ledger *ledger, FILE *out)
{
	char key[16];

	fprintf(out, "\"produced\":%" PRIu64, ledger->produced);
	json_number(out, "delivered", ledger->delivered);
	json_number(out, "filtered", ledger->filtered);
	json_number(out, "lost", ledger_lost(ledger));
	for (enum ledger_loss loss = 0; loss < LEDGER_NLOSSES; loss++) {
		snprintf(key, sizeof(key), "lost_%s", ledger_loss_name(loss));
		json_number(out, key, ledger->lost[loss]);
	}
	json_number(out, "late", ledger->late);
	json_number(out, "truncated", ledger->truncated);
	json_number(out, "restarts", ledger->restarts);
	json_number(out, "pending", ledger_pending(ledger));
}

/* What is not known is null: runs that nobody counts. */
static void json_program(const struct status_program *program, bool counts, FILE *out)
{
	fprintf(out, "{\"id\":%u", program->id);
	print_json_member(out, "name", program->name);
	print_json_member(out, "type", program->type);
	if (counts) {
		json_number(out, "run_count", program->runs);
		json_number(out, "run_time_ns", program->run_ns);
		json_number(out, "mean_ns", program->runs ? program->run_ns / program->runs : 0);
	} else {
		fputs(",\"run_count\":null,\"run_time_ns\":null,\"mean_ns\":null", out);
	}
	json_number(out, "missed", program->missed);
	fputc('}', out);
}

static void json_programs(const struct holding_list *programs, bool counts, FILE *out)
{
	struct status_program program;
	const char *between = "";

	fputs(",\"programs\":[", out);
	for (size_t i = 0; i < programs->count; i++) {
		if (!status_program(programs->items[i].id, &program))
			continue;
		fputs(between, out);
		json_program(&program, counts, out);
		between = ",";
	}
	fputc(']', out);
}

static void json_condition(const struct status_instance *status, FILE *out)
{
	const struct condition *condition = &status->instance->condition;

	fprintf(out, ",\"probes\":{\"attached\":%u,\"wanted\":%u,\"failed\":[", status->attached,
		condition->wanted);
	for (int i = 0; i < CONDITION_MISSED_MAX && condition->missed[i]; i++) {
		fputs(i ? "," : "", out);
		print_json(out, condition->missed[i]);
	}
	fputs("]}", out);
	print_json_member(out, "reason", status->reason);
	print_json_member(out, "last_restart", condition->last_restart);
}

static void json_instance(const struct instance *instance, bool counts, FILE *out)
{
	struct status_instance status;

	status_look(instance, &status);
	fputs("{\"instance\":", out);
	print_json(out, instance->config->name);
	print_json_member(out, "plugin", instance->config->plugin);
	print_json_member(out, "state", status.state);
	if (status.worker)
		json_number(out, "worker", (uint64_t)status.worker);
	else
		fputs(",\"worker\":null", out);
	json_condition(&status, out);
	fputs(",\"ledger\":{", out);
	json_ledger(&status.ledger, out);
	fputc('}', out);
	json_number(out, "restarts", status.ledger.restarts);
	json_programs(&status.holdings.programs, counts, out);
	fprintf(out, ",\"maps\":{\"count\":%zu,\"bytes\":%" PRIu64 "}}", status.holdings.maps.count,
		holdings_map_bytes(&status.holdings));
	holdings_free(&status.holdings);
}

void status_json(const struct supervisor *run, void *request, FILE *out)
{
	bool counts = status_counts_runs(run);
	const struct instance *instance;
	const char *between = "";

	fputs("{\"version\":", out);
	print_json(out, BPFHOST_VERSION);
	json_number(out, "pid", (uint64_t)getppid());
	json_seconds(out, "uptime", run->now - run->since);
	json_number(out, "events", run->committed);
	json_bool(out, "output_blocked", run->sink_blocked);
	json_bool(out, "stopping", run->stopping_since != 0);
	json_bool(out, "runs_counted", counts);
	fputs(",\"instances\":[", out);
	SUPERVISOR_EACH(run, instance) {
		if (!status_wants(request, instance))
			continue;
		fputs(between, out);
		json_instance(instance, counts, out);
		between = ",";
	}
	fputs("]}\n", out);
}

void stats_json(const struct supervisor *run, void *request, FILE *out)
{
	const struct instance *instance;

	SUPERVISOR_EACH(run, instance) {
		struct ledger ledger;

		if (!status_wants(request, instance))
			continue;
		instances_ledger(instance, &ledger);
		fputs("{\"instance\":", out);
		print_json(out, instance->config->name);
		print_json_member(out, "plugin", instance->config->plugin);
		fputc(',', out);
		json_ledger(&ledger, out);
		fputs("}\n", out);
	}
}
