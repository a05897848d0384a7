/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "cli.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "ctl.h"
#include "option.h"

/* The column at which the explanations begin. */
#define INDENT 28

void cli_print_usage(FILE *out)
{
	fputs("usage: bpfhost [run] --plugin NAME [--set KEY=VALUE]... [OPTION]...\n"
	      "       bpfhost [run] --config FILE [OPTION]...\n"
	      "       bpfhost --list [--format json]\n"
	      "       bpfhost inspect NAME|FILE\n"
	      "       bpfhost probes NAME [--set KEY=VALUE]... [[TARGET] GLOB] [-v]\n"
	      "       bpfhost types NAME|GLOB...\n"
	      "       bpfhost doctor [--format json]\n"
	      "       bpfhost new NAME [--kind tracepoint|uprobe|usdt|xdp|custom]\n"
	      "       bpfhost validate FILE [--set KEY=VALUE]... [--dry-run]\n"
	      "       bpfhost ctl [--control PATH] REQUEST...\n"
	      "       bpfhost --help [NAME]\n"
	      "       bpfhost --version\n",
	      out);
}

static void print_explanation(FILE *out, int column, const char *text)
{
	size_t length = strcspn(text, "\n");

	if (column > INDENT - 2) {
		fputc('\n', out);
		column = 0;
	}
	fprintf(out, "%*s%.*s\n", INDENT - column, "", (int)length, text);
	while (text[length]) {
		text += length + 1;
		length = strcspn(text, "\n");
		fprintf(out, "%*s%.*s\n", INDENT, "", (int)length, text);
	}
}

static void print_option(FILE *out, const struct config_option *option)
{
	int column;

	if (option->letter)
		column = fprintf(out, "  -%c, --%s", option->letter, option->name);
	else
		column = fprintf(out, "      --%s", option->name);
	if (option->argument)
		column += fprintf(out, " %s", option->argument);
	print_explanation(out, column, option->help);
}

static void print_requests(FILE *out)
{
	const struct ctl_word *request;

	for (size_t i = 0; (request = ctl_word_at(i)); i++)
		print_explanation(out,
				  fprintf(out, "  ctl %s%s%s", request->word,
					  *request->arguments ? " " : "", request->arguments),
				  request->help);
}

void cli_print_help(FILE *out)
{
	const struct config_option *option;

	fputs("bpfhost runs plugins that trace Linux with eBPF, and writes their events.\n\n", out);
	cli_print_usage(out);
	fputs("\n"
	      "  run                       run plugins until they end or SIGINT comes; the default\n"
	      "  inspect NAME|FILE         show what a plugin holds, without running it\n"
	      "  probes NAME [[TARGET] GLOB]\n"
	      "                            show what a plugin could attach to here; TARGET is a file,\n"
	      "                            a library, a program or a process\n"
	      "  types NAME|GLOB...        print C definitions of types of this kernel, for BPF programs;\n"
	      "                            of a GLOB, which types there are\n"
	      "  doctor                    show what this machine allows, and which plugins will work\n"
	      "  new NAME                  write a folder with a plugin that builds and runs as it is\n"
	      "  validate FILE             try on a plugin what every plugin has to keep; runs it, also\n"
	      "                            for real unless --dry-run\n",
	      out);
	print_requests(out);
	fputc('\n', out);
	for (size_t i = 0; (option = config_option_at(i)); i++)
		print_option(out, option);
	fputs("\n"
	      "Sizes are written as 64MiB, times as 250ms. Options on the command line win over the\n"
	      "file's; plugins and folders of both are used.\n"
	      "\n"
	      "Exit status: 0 clean, 1 something failed while running, 2 usage or configuration.\n",
	      out);
}
