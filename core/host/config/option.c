/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "option.h"

#include <stdio.h>
#include <string.h>

#include "fail.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

#define IN_FILE   CONFIG_OPTION_IN_FILE
#define FILE_LIST (CONFIG_OPTION_IN_FILE | CONFIG_OPTION_LIST)
#define FOLDERS   (FILE_LIST | CONFIG_OPTION_ADDS)

static const struct config_option options[] = {
	{ "plugin", 'p', CONFIG_OPTION_LIST, "NAME[@INSTANCE]",
	  "run this plugin; each use needs a name of its own", config_apply_plugin },
	{ "set", 's', CONFIG_OPTION_LIST, "KEY=VALUE",
	  "set an option of the --plugin before it;\nrepeat it where the option is a list",
	  config_apply_set },
	{ "allow", 0, CONFIG_OPTION_LIST, "CHANGE",
	  "let programs of the --plugin before it change what they\n"
	  "trace: write_user, override or signal; repeatable",
	  config_apply_allow },
	{ "config", 'c', 0, "FILE",
	  "read plugins and options from FILE\n(default: " CONFIG_DEFAULT_FILE ")",
	  config_apply_config },
	{ "format", 'f', IN_FILE, "text|json", "how events are written (default: text)",
	  config_apply_format },
	{ "output", 'o', IN_FILE, "FILE", "write events to FILE instead of stdout",
	  config_apply_output },
	{ "pid", 0, FILE_LIST, "N", "only this process, without its children; repeatable",
	  config_apply_pid },
	{ "comm", 0, FILE_LIST, "NAME", "only processes of this name; repeatable",
	  config_apply_comm },
	{ "uid", 0, FILE_LIST, "N", "only this user, by number or name; repeatable",
	  config_apply_uid },
	{ "cgroup", 0, FILE_LIST, "PATH", "only processes in this cgroup; repeatable",
	  config_apply_cgroup },
	{ "filter", 0, IN_FILE, "EXPR",
	  "only events for which EXPR holds, such as\n'latency_ns > 1000000 && comm == \"nginx\"'",
	  config_apply_filter },
	{ "duration", 0, IN_FILE, "TIME", "stop after TIME, such as 250ms or 1.5h",
	  config_apply_duration },
	{ "count", 0, IN_FILE, "N", "stop after N events", config_apply_count },
	{ "on-error", 0, IN_FILE, "continue|abort",
	  "whether the others go on when an instance fails\n(default: continue)",
	  config_apply_on_error },
	{ "log-level", 0, IN_FILE, "LEVEL", "error, warn, info, debug or trace (default: info)",
	  config_apply_log_level },
	{ "plugin-dir", 0, FOLDERS, "DIR", "look for plugins in DIR first; repeatable",
	  config_apply_plugin_dir },
	{ "trust", 0, FOLDERS, "DIR", "take plugins from DIR whoever owns it; repeatable",
	  config_apply_trust },
	{ "verifier-log", 0, IN_FILE, "DIR",
	  "keep there what the kernel's verifier says of a program\nthat it refuses (default: " CONFIG_DEFAULT_VERIFIER_LOG
	  ")",
	  config_apply_verifier_log },
	{ "ring-size", 0, IN_FILE, "SIZE", "kernel buffer of each instance, such as 8MiB",
	  config_apply_ring_size },
	{ "memory-limit", 0, IN_FILE, "SIZE",
	  "memory that a plugin may take in its worker; 0 for\nany (default: 1GiB)",
	  config_apply_memory_limit },
	{ "call-limit", 0, IN_FILE, "TIME",
	  "a call into a plugin that takes longer is a hang\n(default: 10s)",
	  config_apply_call_limit },
	{ "window", 0, IN_FILE, "TIME",
	  "how long events wait to be put in order of time\n(default: 10ms)", config_apply_window },
	{ "restart-limit", 0, IN_FILE, "N",
	  "how often a failed plugin is started again (default: 5)", config_apply_restart_limit },
	{ "control", 0, IN_FILE, "PATH",
	  "run: answer requests of \"bpfhost ctl\" there;\nctl: ask the host that listens there\n(default: " CONFIG_DEFAULT_CONTROL
	  ")",
	  config_apply_control },
	{ "timeout", 0, 0, "TIME",
	  "ctl: how long to wait for the host's answer\n(default: 15s, 1m where something is to be changed)",
	  config_apply_timeout },
	{ "bpf-statistics", 0, IN_FILE, NULL,
	  "have the kernel count and time the runs of its BPF\nprograms, for \"ctl status\"; makes each run slower",
	  config_apply_bpf_statistics },
	{ "dry-run", 0, 0, NULL, "load nothing, say what would be attached where",
	  config_apply_dry_run },
	{ "list", 0, 0, NULL, "list the installed plugins; runs none of them", config_apply_list },
	{ "kind", 0, 0, "KIND",
	  "what a new plugin begins with: tracepoint, uprobe, usdt,\nxdp or custom (default: tracepoint)",
	  config_apply_kind },
	{ "quiet", 'q', IN_FILE, NULL, "log errors only", config_apply_quiet },
	{ "verbose", 'v', 0, NULL, "say more: fields of probes; log at level debug",
	  config_apply_verbose },
	{ "help", 'h', 0, NULL,
	  "print this text, or with a plugin's NAME behind it,\n"
	  "the options of that plugin",
	  config_apply_help },
	{ "version", 'V', 0, NULL, "print the version", config_apply_version },
};

_Static_assert(ARRAY_SIZE(options) <= 64, "config.given has 64 bits");

const struct config_option *config_option_at(size_t index)
{
	return index < ARRAY_SIZE(options) ? &options[index] : NULL;
}

const struct config_option *config_option_by_letter(char letter)
{
	for (size_t i = 0; letter && i < ARRAY_SIZE(options); i++) {
		if (options[i].letter == letter)
			return &options[i];
	}
	return NULL;
}

#define MAX_SPELT 32

/* The name as a file has it, or with its dashes; the buffer has room for each of the table. */
static const char *spell(const struct config_option *option, bool in_file, char buffer[MAX_SPELT])
{
	char *p;

	snprintf(buffer, MAX_SPELT, "%s%s", in_file ? "" : "--", option->name);
	for (p = buffer; in_file && *p; p++) {
		if (*p == '-')
			*p = '_';
	}
	return buffer;
}

static int fail_name(struct bpfhost_error *err, const char *name, bool in_file)
{
	char spelt[ARRAY_SIZE(options) + 1][MAX_SPELT];
	const char *candidates[ARRAY_SIZE(options) + 1];
	size_t count = 0;

	for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
		if (in_file && !(options[i].flags & CONFIG_OPTION_IN_FILE))
			continue;
		candidates[count] = spell(&options[i], in_file, spelt[count]);
		count++;
	}
	if (in_file)
		candidates[count++] = "plugins";
	return config_fail_unknown(err, in_file ? "setting" : "option", name, candidates, count);
}

const struct config_option *config_option_by_name(const char *name, bool in_file,
						  struct bpfhost_error *err)
{
	char spelt[MAX_SPELT];

	for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
		if (in_file && !(options[i].flags & CONFIG_OPTION_IN_FILE))
			continue;
		if (!strcmp(spell(&options[i], in_file, spelt), name))
			return &options[i];
	}
	fail_name(err, name, in_file);
	return NULL;
}

bool config_option_is(const char *word)
{
	struct bpfhost_error ignored;

	if (word[0] != '-' || !word[1])
		return false;
	if (word[1] != '-')
		return !word[2] && config_option_by_letter(word[1]);
	return config_option_by_name(word, false, &ignored);
}

static uint64_t bit_of(const struct config_option *option)
{
	return 1ULL << (option - options);
}

uint64_t config_option_bit(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
		if (!strcmp(options[i].name, name))
			return bit_of(&options[i]);
	}
	return 0;
}

int config_option_apply(const struct config_option *option, struct config *config, const char *text,
			const char *origin, struct bpfhost_error *err)
{
	int ret = option->apply(config, text, origin, err);

	if (!ret)
		config->given |= bit_of(option);
	return ret;
}
