/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * bpfhost probes: the only looking command that runs a plugin, since nobody else knows what it could
 * attach. So it does that in a child, which may crash or hang without taking the answer of the host.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command/command.h"
#include "command/print.h"
#include "log/log.h"
#include "supervisor/tracefs.h"
#include "worker/plugin.h"

struct probes {
	const struct config *config;
	FILE *out;
	struct log *log;
	struct worker_plugin plugin;
	char error[1024];
	uint64_t found;
};

/* ---- the host as such a plugin sees it: it can talk, and nothing else ------------------------ */

static void probes_log(const struct bpfhost_host *host, uint32_t level, const char *file,
		       uint32_t line, const char *text)
{
	struct probes *probes = host->context;

	(void)file;
	(void)line;
	log_write(probes->log, level, probes->config->target, "%s", text);
}

static void probes_fail(const struct bpfhost_host *host, const char *text)
{
	struct probes *probes = host->context;

	snprintf(probes->error, sizeof(probes->error), "%s", text);
}

static int probes_no_schema(const struct bpfhost_host *host, const void *schema, uint32_t size)
{
	(void)host, (void)schema, (void)size;
	return 0;
}

static int probes_no_emit(const struct bpfhost_host *host, const void *record, uint32_t size)
{
	(void)host, (void)record, (void)size;
	return -ENOTSUP;
}

static int probes_no_emit_user(const struct bpfhost_host *host, struct bpfhost_event *record,
			       uint32_t size)
{
	(void)host, (void)record, (void)size;
	return -ENOTSUP;
}

static int probes_no_fd(const struct bpfhost_host *host, int fd)
{
	(void)host, (void)fd;
	return -ENOTSUP;
}

static int probes_no_timer(const struct bpfhost_host *host, uint64_t interval)
{
	(void)host, (void)interval;
	return -ENOTSUP;
}

static int probes_no_ring(const struct bpfhost_host *host, const struct bpfhost_ring_fds *fds)
{
	(void)host, (void)fds;
	return -ENOTSUP;
}

static void probes_no_taken(const struct bpfhost_host *host, uint64_t records)
{
	(void)host, (void)records;
}

static void probes_no_miss(const struct bpfhost_host *host, const char *probe, const char *cause)
{
	(void)host, (void)probe, (void)cause;
}

static void probes_no_count(const struct bpfhost_host *host, uint32_t attached, uint32_t wanted)
{
	(void)host, (void)attached, (void)wanted;
}

static void probes_no_drained(const struct bpfhost_host *host)
{
	(void)host;
}

static void probes_no_plan(const struct bpfhost_host *host, const char *text)
{
	(void)host, (void)text;
}

static const void *probes_no_extension(const struct bpfhost_host *host, const char *id)
{
	(void)host, (void)id;
	return NULL;
}

static struct bpfhost_host probes_host(struct probes *probes)
{
	static const struct bpfhost_filter_values no_filter;

	return (struct bpfhost_host){
		.size = sizeof(struct bpfhost_host),
		.abi_major = BPFHOST_ABI_MAJOR,
		.abi_minor = BPFHOST_ABI_MINOR,
		.context = probes,
		.instance = probes->config->target,
		.filter = &no_filter,
		.options = probes->plugin.options->values,
		.log_level = (uint32_t)probes->config->log_level + BPFHOST_ERROR,
		.flags = BPFHOST_RUN_DRY,
		.log = probes_log,
		.fail = probes_fail,
		.schema = probes_no_schema,
		.emit = probes_no_emit,
		.emit_user = probes_no_emit_user,
		.taken = probes_no_taken,
		.watch = probes_no_fd,
		.unwatch = probes_no_fd,
		.timer = probes_no_timer,
		.ring = probes_no_ring,
		.probe_failed = probes_no_miss,
		.probes = probes_no_count,
		.drained = probes_no_drained,
		.plan = probes_no_plan,
		.extension = probes_no_extension,
	};
}

/* ---- the child --------------------------------------------------------------------------------- */

/* Names in it may be a stranger's; only its lines are the plugin's. */
static void probes_detail(FILE *out, const char *detail)
{
	while (*detail) {
		size_t length = strcspn(detail, "\n");
		char *line = strndup(detail, length);

		if (line)
			print_text(out, line);
		fputc('\n', out);
		free(line);
		detail += length + (detail[length] != '\0');
	}
}

static void probes_found(void *ctx, const char *probe, const char *detail)
{
	struct probes *probes = ctx;

	probes->found++;
	print_text(probes->out, probe);
	fputc('\n', probes->out);
	if (detail)
		probes_detail(probes->out, detail);
}

static int probes_none(struct probes *probes)
{
	const char *glob = probes->config->glob ? probes->config->glob : "*";
	const char *colon = strrchr(glob, ':'), *name = colon ? colon + 1 : glob;

	if (strpbrk(glob, "*?"))
		log_write(probes->log, BPFHOST_ERROR, probes->config->target,
			  "no probe matches \"%s\"", glob);
	else /* what stands before the name is a file for some plugins */
		log_write(probes->log, BPFHOST_ERROR, probes->config->target,
			  "no probe matches \"%s\"; try \"%.*s*%s*\"", glob, (int)(name - glob),
			  glob, name);
	return 1;
}

static int probes_list(struct probes *probes)
{
	const struct bpfhost_ext_probes *extension =
		worker_plugin_extension(&probes->plugin, BPFHOST_EXT_PROBES);
	struct bpfhost_host host = probes_host(probes);
	struct bpfhost_instance instance = {
		.size = sizeof(instance),
		.host = &host,
		.plugin = probes->plugin.code,
	};
	int err;

	if (!extension || extension->size < sizeof(*extension) || !extension->list) {
		log_write(probes->log, BPFHOST_ERROR, probes->config->target,
			  "this plugin has no list of probes");
		return 1;
	}
	err = extension->list(&instance, probes->config->glob, probes->config->verbose,
			      probes_found, probes);
	if (err) {
		log_write(probes->log, BPFHOST_ERROR, probes->config->target, "%s",
			  probes->error[0] ? probes->error : strerror(-err));
		return 1;
	}
	return probes->found ? 0 : probes_none(probes);
}

/* Of parent and child each: a child has not got the memory that the log of its parent is kept in. */
static int probes_begin_log(struct probes *probes, FILE *log)
{
	const struct config *config = probes->config;

	return log_new(fileno(log), (uint32_t)config->log_level + BPFHOST_ERROR, &probes->log);
}

static int probes_run(struct probes *probes)
{
	const struct config_instance *instance = &probes->config->instances[0];
	struct bpfhost_error why = { 0 };
	int status;

	alarm((unsigned int)(probes->config->call_limit_ns / 1000000000ULL) + 1);
	if (worker_plugin_open(probes->config, instance, &probes->plugin, &why) ||
	    worker_plugin_options(instance, &probes->plugin, &why)) {
		log_write(probes->log, BPFHOST_ERROR, NULL, "%s", why.text);
		return 2;
	}
	if (worker_plugin_load(&probes->plugin, &why)) {
		log_write(probes->log, BPFHOST_ERROR, NULL, "%s", why.text);
		return 1;
	}
	status = probes_list(probes);
	return fflush(probes->out) ? 1 : status;
}

static int probes_child(struct probes *probes, FILE *log)
{
	int status = 1;

	if (!probes_begin_log(probes, log))
		status = probes_run(probes);
	log_free(probes->log);
	return status;
}

static int probes_await(struct probes *probes, pid_t child)
{
	int status;

	if (child < 0 || waitpid(child, &status, 0) < 0)
		return 1;
	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	if (WTERMSIG(status) == SIGPIPE)
		return 0; /* whoever reads has seen enough */
	log_write(probes->log, BPFHOST_ERROR, probes->config->target,
		  "the plugin was ended by SIG%s while it listed its probes",
		  sigabbrev_np(WTERMSIG(status)));
	return 1;
}

int command_probes(const struct config *config, FILE *out, FILE *log)
{
	struct probes probes = { .config = config, .out = out };
	pid_t child;
	int status;

	if (probes_begin_log(&probes, log) < 0)
		return 1;
	tracefs_ensure(probes.log);
	fflush(out);
	child = fork();
	if (child == 0)
		_exit(probes_child(&probes, log));
	status = probes_await(&probes, child);
	log_free(probes.log);
	return status;
}
