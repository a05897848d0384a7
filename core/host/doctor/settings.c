/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Switches of the running kernel, and what it was configured with: /boot/config-VERSION as distributions
 * install it, or /proc/config.gz of the kernel itself.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

#include "doctor/machine.h"

static const struct {
	const char *name; /* as bpftool has it */
	const char *path;
} settings_switches[] = {
	{ "unprivileged_bpf_disabled", "/proc/sys/kernel/unprivileged_bpf_disabled" },
	{ "perf_event_paranoid", "/proc/sys/kernel/perf_event_paranoid" },
	{ "kptr_restrict", "/proc/sys/kernel/kptr_restrict" },
	{ "bpf_jit_enable", "/proc/sys/net/core/bpf_jit_enable" },
	{ "bpf_jit_harden", "/proc/sys/net/core/bpf_jit_harden" },
};

static const char *const settings_options[] = {
	"CONFIG_BPF",
	"CONFIG_BPF_SYSCALL",
	"CONFIG_BPF_JIT",
	"CONFIG_BPF_EVENTS",
	"CONFIG_DEBUG_INFO_BTF",
	"CONFIG_DEBUG_INFO_BTF_MODULES",
	"CONFIG_KPROBE_EVENTS",
	"CONFIG_UPROBE_EVENTS",
	"CONFIG_FTRACE_SYSCALLS",
	"CONFIG_TRACING",
	"CONFIG_NET",
};

static struct machine_setting *settings_add(struct machine *machine, const char *name)
{
	struct machine_setting *setting = &machine->settings[machine->setting_count++];

	snprintf(setting->name, sizeof(setting->name), "%s", name);
	return setting;
}

_Static_assert(sizeof(settings_switches) / sizeof(settings_switches[0]) +
			       sizeof(settings_options) / sizeof(settings_options[0]) <=
		       MACHINE_SETTINGS,
	       "all have room");

static void settings_read_switch(struct machine *machine, const char *name, const char *path)
{
	struct machine_setting *setting = settings_add(machine, name);
	FILE *file = fopen(path, "re");

	if (!file)
		return;
	if (!fgets(setting->value, sizeof(setting->value), file))
		setting->value[0] = '\0';
	setting->value[strcspn(setting->value, "\n")] = '\0';
	fclose(file);
}

/* "CONFIG_BPF=y" */
static void settings_take(struct machine *machine, char *line)
{
	char *value = strchr(line, '=');

	if (!value)
		return;
	*value++ = '\0';
	value[strcspn(value, "\n")] = '\0';
	for (uint32_t i = 0; i < machine->setting_count; i++) {
		struct machine_setting *setting = &machine->settings[i];

		if (!strcmp(setting->name, line))
			snprintf(setting->value, sizeof(setting->value), "%s", value);
	}
}

/* Reads the file whether it is compressed or not. */
static bool settings_read_options(struct machine *machine, const char *path)
{
	gzFile file = gzopen(path, "re");
	char line[512];

	if (!file)
		return false;
	while (gzgets(file, line, sizeof(line)))
		settings_take(machine, line);
	gzclose(file);
	return true;
}

void machine_read_settings(struct machine *machine)
{
	char path[128];

	for (size_t i = 0; i < sizeof(settings_switches) / sizeof(settings_switches[0]); i++)
		settings_read_switch(machine, settings_switches[i].name, settings_switches[i].path);
	for (size_t i = 0; i < sizeof(settings_options) / sizeof(settings_options[0]); i++)
		settings_add(machine, settings_options[i]);
	snprintf(path, sizeof(path), "/boot/config-%s", machine->system.release);
	if (!settings_read_options(machine, path))
		settings_read_options(machine, "/proc/config.gz");
}
