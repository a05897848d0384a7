/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* bpfhost: reads what it is asked to do and hands over to the command. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bpfhost/host.h>

#include "bpfhost_version.h"
#include "command/command.h"
#include "command/print.h"
#include "config/cli.h"
#include "config/config.h"
#include "control/ctl.h"
#include "doctor/doctor.h"
#include "kernel_types/kernel_types.h"
#include "log/journal.h"
#include "new/new.h"
#include "supervisor/supervisor.h"
#include "validate/validate.h"

#define MAIN_MISUSED 2

static int main_dispatch(const struct config *config, char **argv)
{
	switch (config->command) {
	case CONFIG_RUN:
		return supervisor_run(config);
	case CONFIG_VERSION:
		puts("bpfhost " BPFHOST_VERSION);
		return 0;
	case CONFIG_LIST:
		return command_list(config, stdout, stderr);
	case CONFIG_INSPECT:
		return command_inspect(config, stdout, stderr);
	case CONFIG_PROBES:
		return command_probes(config, stdout, stderr);
	case CONFIG_TYPES:
		return command_types(config, stdout, stderr);
	case CONFIG_DOCTOR:
		return command_doctor(config, stdout, stderr);
	case CONFIG_NEW:
		return command_new(config, stdout, stderr);
	case CONFIG_VALIDATE:
		return command_validate(config, argv, stdout, stderr);
	case CONFIG_CTL:
		return control_ctl(config, stdout, stderr);
	case CONFIG_HELP:
		if (config->target)
			return command_help_plugin(config, stdout, stderr);
		cli_print_help(stdout);
		return 0;
	}
	return MAIN_MISUSED;
}

/*
 * Descriptors 0 to 2 are taken, by what fails when it is used: else the first files that we open would
 * be written to as stdout and stderr.
 */
static int main_hold_streams(void)
{
	int fd;

	do
		fd = open("/dev/null", O_PATH);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

static void main_tell_error(const char *text)
{
	if (journal_reads(STDERR_FILENO))
		fputs(journal_priority(BPFHOST_ERROR), stderr);
	fputs("bpfhost: error: ", stderr);
	print_text(stderr, text);
	fputc('\n', stderr);
}

int main(int argc, char **argv)
{
	struct bpfhost_error why = { 0 };
	struct config config;
	mode_t mask = umask(077);
	int status, err;

	/* Where whoever started us ignores it, children would leave no status behind. */
	signal(SIGCHLD, SIG_DFL);
	err = main_hold_streams();
	if (err) {
		fprintf(stderr, "bpfhost: error: failed to open /dev/null: %s\n", strerror(-err));
		return 1;
	}
	config_setup(&config);
	config.umask = mask;
	err = config_gather(&config, argc, argv, CONFIG_DEFAULT_FILE, &why);
	if (err == -ENODATA)
		cli_print_usage(stderr);
	if (err) {
		main_tell_error(why.text);
		status = MAIN_MISUSED;
	} else {
		status = main_dispatch(&config, argv);
	}
	config_free(&config);
	return fflush(stdout) && status == 0 ? 1 : status;
}
