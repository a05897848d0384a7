/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <string.h>

#include <bpfhost/option.h>

#include "command/command.h"
#include "command/print.h"
#include "loader/catalogue.h"

static void help_type(FILE *out, const struct bpfhost_option *option)
{
	char limits[BPFHOST_OPTION_LIMITS];

	fputs(descriptor_type_name(option->type), out);
	if (option->min || option->max) {
		bpfhost_option_limits(option, limits, sizeof(limits));
		fprintf(out, ", %s", limits);
	}
	for (size_t i = 0; option->choices && option->choices[i]; i++) {
		fputs(i ? " | " : ": ", out);
		print_text(out, option->choices[i]);
	}
	if (option->flags & BPFHOST_OPT_LIST)
		fputs(", may be repeated", out);
	if (option->flags & BPFHOST_OPT_REQUIRED)
		fputs(", required", out);
}

static void help_option(FILE *out, const struct bpfhost_option *option)
{
	fprintf(out, "  %s (", option->name);
	help_type(out, option);
	fputc(')', out);
	if (option->default_text) {
		fputs(" [", out);
		print_text(out, option->default_text);
		fputc(']', out);
	}
	fputc('\n', out);
	if (option->help[0]) {
		fputs("        ", out);
		print_text(out, option->help);
		fputc('\n', out);
	}
}

/* A string of libconfig: \ and " are escaped. */
static void help_quoted(FILE *out, const char *text)
{
	fputc('"', out);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			fputc('\\', out);
		fputc(*text, out);
	}
	fputc('"', out);
}

/* As a file has it; numbers and booleans stand without quotes, and what has no default is quoted out. */
static void help_setting(FILE *out, const struct bpfhost_option *option)
{
	const char *text = option->default_text;
	int bare = option->type == BPFHOST_OPT_INT || option->type == BPFHOST_OPT_UINT;

	fprintf(out, "      %s%s = %s", text ? "" : "# ", option->name,
		option->flags & BPFHOST_OPT_LIST ? "[ " : "");
	if (text && bare)
		fputs(text, out);
	else
		help_quoted(out, text ? text : "...");
	fputs(option->flags & BPFHOST_OPT_LIST ? " ];\n" : ";\n", out);
}

static void help_print(FILE *out, const struct descriptor *descriptor)
{
	fprintf(out, "%s %s", descriptor->name, descriptor->version);
	fputs(descriptor->description[0] ? ": " : "", out);
	print_text(out, descriptor->description);
	fprintf(out, "\n\nusage: bpfhost --plugin %s%s\n", descriptor->name,
		descriptor->option_count ? " [--set KEY=VALUE]..." : "");
	if (descriptor->option_count)
		fputs("\noptions:\n", out);
	for (size_t i = 0; i < descriptor->option_count; i++)
		help_option(out, &descriptor->options[i]);
	fprintf(out, "\nin a configuration file:\n  plugins = (\n    {\n      plugin = \"%s\";\n",
		descriptor->name);
	for (size_t i = 0; i < descriptor->option_count; i++)
		help_setting(out, &descriptor->options[i]);
	fputs("    }\n  );\n", out);
}

int command_help_plugin(const struct config *config, FILE *out, FILE *log)
{
	struct bpfhost_error err = { .text = "out of memory" };
	struct loader_plugin *plugin = NULL;
	struct catalogue_paths paths = { 0 };
	int e = catalogue_paths_setup(config, &paths);

	if (!e)
		e = catalogue_open(&paths, config->target, &plugin, &err);
	catalogue_paths_free(&paths);
	if (e) {
		fputs("bpfhost: error: ", log);
		print_text(log, err.text);
		fputc('\n', log);
		return e == -ENOENT || !plugin ? 2 : 1;
	}
	help_print(out, plugin->descriptor);
	loader_free(plugin);
	return fflush(out) ? 1 : 0;
}
