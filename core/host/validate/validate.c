/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "validate/validate.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "command/print.h"
#include "loader/catalogue.h"
#include "sdk/kernel/kernel.h"
#include "validate/look.h"
#include "validate/network.h"
#include "validate/report.h"
#include "validate/suite.h"

/* One check makes many calls; a hang is one call that takes longer than --call-limit. */
#define VALIDATE_CALLS 2

/*
 * Chunks that malloc keeps for each thread count as given out: begin anew without them. A program that gained
 * privileges when it began never sees that variable: it would begin anew for ever.
 */
static void validate_count_exactly(char **argv)
{
	if (getenv("GLIBC_TUNABLES") || getauxval(AT_SECURE))
		return;
	setenv("GLIBC_TUNABLES", "glibc.malloc.tcache_count=0", 1);
	execv("/proc/self/exe", argv);
}

/* file is NULL where the sentence names what is wrong itself. */
static int validate_misused(FILE *log, const char *file, const char *why)
{
	fputs("bpfhost: error: ", log);
	print_text(log, file ? file : "");
	fputs(file ? ": " : "", log);
	print_text(log, why);
	fputc('\n', log);
	return 2;
}

/*
 * One that is told nothing chooses for itself, which may be an interface of this machine: it gets a network of its own.
 * Where that cannot be had, only who may not attach to an interface either goes on.
 */
static int validate_leave_network(const struct suite *suite, struct bpfhost_error *err)
{
	int failed = suite->instance->setting_count ? 0 : network_leave(err);

	return failed && kernel_capabilities_held() & 1ULL << CAP_NET_ADMIN ? failed : 0;
}

/* Whether to load its programs, for real; where that is asked for and may not be, says so. */
static bool validate_goes_live(const struct config *config, const struct suite *suite,
			       struct report *report)
{
	struct bpfhost_error why = { .text = "" };

	if (config->dry_run)
		return false;
	if (!look_allows(suite->plugin.file, suite->instance->allowed, &why) &&
	    !validate_leave_network(suite, &why))
		return true;
	report_line(report, REPORT_WARNING, "live: not tried", why.text);
	return false;
}

static void validate_suite(const struct suite *suite, bool live, struct report *report)
{
	static const enum report_level levels[] = {
		[SUITE_PASSED] = REPORT_OK,
		[SUITE_FAILED] = REPORT_ERROR,
		[SUITE_SKIPPED] = REPORT_WARNING,
	};
	char why[SUITE_TEXT_MAX];

	for (const struct suite_check *check = suite_checks; check->name; check++) {
		enum suite_verdict verdict;

		if (!live && check->mode == SUITE_LIVE)
			continue;
		verdict = suite_run(suite, check, why);
		report_line(report, levels[verdict], check->name, *why ? why : NULL);
	}
}

static int validate_admit(const struct config *config, struct suite *suite,
			  struct bpfhost_error *err)
{
	struct catalogue_paths paths;
	int ret = catalogue_paths_setup(config, &paths);

	if (ret)
		return ret;
	ret = loader_look(suite->file, &paths.trust, &suite->plugin.file, err);
	catalogue_paths_free(&paths);
	return ret;
}

static int validate_all(const struct config *config, struct suite *suite, struct report *report,
			FILE *log)
{
	const char *const what = "can be let in";
	struct bpfhost_error why = { .text = "out of memory" };
	int err = validate_admit(config, suite, &why);

	if (err == -ENOENT)
		return validate_misused(log, suite->file, why.text);
	report_line(report, err ? REPORT_ERROR : REPORT_OK, what, err ? why.text : NULL);
	if (err)
		return 1;
	if (worker_plugin_options(suite->instance, &suite->plugin, &why))
		return validate_misused(log, NULL, why.text);
	look_at(suite->plugin.file, report);
	validate_suite(suite, validate_goes_live(config, suite, report), report);
	return report->errors ? 1 : 0;
}

int command_validate(const struct config *config, char **argv, FILE *out, FILE *log)
{
	struct report report = {
		.out = out,
		.file = config->target,
		.json = config->format == CONFIG_FORMAT_JSON,
	};
	struct suite suite = {
		.file = config->target,
		.instance = &config->instances[0],
		.limit = (unsigned int)(config->call_limit_ns / 1000000000 * VALIDATE_CALLS) + 1,
	};
	int status;

	validate_count_exactly(argv);
	status = validate_all(config, &suite, &report, log);
	if (status != 2)
		report_end(&report);
	worker_plugin_close(&suite.plugin);
	return fflush(out) && !status ? 1 : status;
}
