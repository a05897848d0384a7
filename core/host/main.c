/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* bpfhost: reads what it is asked to do and hands over to the command. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
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

#define MAIN_FAILED  1
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

/*
 * Writes what commands print. libc's own stdout forgets why a write has failed, and most of them happen where nobody
 * looks, in a child too: so it is told here, once.
 */
static ssize_t main_print(void *cookie, const char *bytes, size_t size)
{
	bool *told = cookie;
	char text[128];
	size_t done = 0;

	while (done < size) {
		ssize_t written = write(STDOUT_FILENO, bytes + done, size - done);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			break;
		done += (size_t)written;
	}
	if (done == size || *told)
		return (ssize_t)done;
	snprintf(text, sizeof(text), "failed to write stdout: %s", strerror(errno));
	main_tell_error(text);
	*told = true;
	return (ssize_t)done;
}

/* told lives as long as stdout does. */
static int main_open_stdout(bool *told)
{
	FILE *out = fopencookie(told, "w", (cookie_io_functions_t){ .write = main_print });

	if (!out)
		return -errno;
	setvbuf(out, NULL, isatty(STDOUT_FILENO) ? _IOLBF : _IOFBF, BUFSIZ);
	stdout = out;
	return 0;
}

static int main_close_stdout(int status)
{
	bool failed = ferror(stdout);

	failed |= fclose(stdout) != 0;
	return failed && !status ? MAIN_FAILED : status;
}

int main(int argc, char **argv)
{
	struct bpfhost_error why = { 0 };
	struct config config;
	mode_t mask = umask(077);
	bool told = false;
	int status, err;

	/* Where whoever started us ignores it, children would leave no status behind. */
	signal(SIGCHLD, SIG_DFL);
	err = main_hold_streams();
	if (!err)
		err = main_open_stdout(&told);
	if (err) {
		fprintf(stderr, "bpfhost: error: failed to open stdout: %s\n", strerror(-err));
		return MAIN_FAILED;
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
	return main_close_stdout(status);
}
