/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* bpfhost: reads what it is asked to do and hands over to the command. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bpfhost_version.h"
#include "command/command.h"
#include "command/print.h"
#include "config/cli.h"
#include "config/config.h"
#include "control/ctl.h"
#include "supervisor/supervisor.h"

#define MAIN_MISUSED 2

static int main_dispatch(const struct config *config)
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

int main(int argc, char **argv)
{
	struct bpfhost_error why = { 0 };
	struct config config;
	int status, err;

	umask(077);
	/* Where whoever started us ignores it, children would leave no status behind. */
	signal(SIGCHLD, SIG_DFL);
	err = main_hold_streams();
	if (err) {
		fprintf(stderr, "bpfhost: error: failed to open /dev/null: %s\n", strerror(-err));
		return 1;
	}
	config_setup(&config);
	err = config_gather(&config, argc, argv, CONFIG_DEFAULT_FILE, &why);
	if (err == -ENODATA)
		cli_print_usage(stderr);
	if (err) {
		fputs("bpfhost: error: ", stderr);
		print_text(stderr, why.text);
		fputc('\n', stderr);
		status = MAIN_MISUSED;
	} else {
		status = main_dispatch(&config);
	}
	config_free(&config);
	return fflush(stdout) && status == 0 ? 1 : status;
}
