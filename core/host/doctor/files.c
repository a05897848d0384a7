/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the kernel tells in files: nothing here changes or tries anything. */
#include <errno.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bpfhost/sdk.h>

#include "doctor/machine.h"
#include "sdk/kernel/kernel.h"

#define FILES_BTF    "/sys/kernel/btf/vmlinux"
#define FILES_LSM    "/sys/kernel/security/lsm"
#define FILES_KPROBE "/sys/bus/event_source/devices/kprobe/type"

/* The first line of a small file, without its end. 0 or -errno. */
static int files_line(const char *path, char *out, size_t size)
{
	FILE *file = fopen(path, "re");
	char *line = file ? fgets(out, (int)size, file) : NULL;
	int err = file ? line ? 0 : -ENODATA : -errno;

	if (file)
		fclose(file);
	if (!err)
		out[strcspn(out, "\n")] = '\0';
	return err;
}

static void files_kernel(const struct machine *machine, struct fact *fact)
{
	const struct utsname *system = &machine->system;

	if (machine->version >= BPFHOST_KERNEL(6, 1))
		fact_yes(fact, "%s %.60s on %.30s", system->sysname, system->release,
			 system->machine);
	else
		fact_no(fact, "run Linux 6.1 or newer", "%s %.60s on %.30s is too old",
			system->sysname, system->release, system->machine);
}

static void files_lockdown(struct fact *fact)
{
	char line[128] = "";

	if (kernel_locked_down())
		fact_no(fact,
			"boot without lockdown=confidentiality (and without what sets it: secure "
			"boot, a line of the distribution); integrity does no harm",
			"this kernel is locked down to confidentiality: nobody may trace");
	else if (files_line("/sys/kernel/security/lockdown", line, sizeof(line)))
		fact_yes(fact, "this kernel tells of none");
	else
		fact_yes(fact, "%s", line);
}

static void files_btf(struct fact *fact)
{
	struct stat found;

	if (!access(FILES_BTF, R_OK) && !stat(FILES_BTF, &found))
		fact_yes(fact, FILES_BTF ", %llu KiB", (unsigned long long)found.st_size / 1024);
	else
		fact_no(fact, "boot a kernel with CONFIG_DEBUG_INFO_BTF=y; distributions' have it",
			"failed to read " FILES_BTF ": %s", strerror(errno));
}

/* Without it no worker runs: what a plugin could do afterwards would have no bounds. */
static void files_seccomp(struct fact *fact)
{
	const uint32_t action = SECCOMP_RET_TRAP;

	if (!syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action))
		fact_yes(fact, "workers get a filter of system calls");
	else
		fact_no(fact, "boot a kernel with CONFIG_SECCOMP_FILTER=y",
			"this kernel has none: %s", strerror(errno));
}

static void files_user(const struct machine *machine, struct fact *fact)
{
	const uint64_t ids = 1ULL << CAP_SETUID | 1ULL << CAP_SETGID;
	const unsigned int uid = machine->worker.uid;
	char missing[64];

	if (machine->uid) {
		fact_yes(fact, "uid %u, as whoever started it", (unsigned int)machine->uid);
	} else if ((machine->held & ids) != ids) {
		machine_name_capabilities(ids & ~machine->held, missing, sizeof(missing));
		fact_no(fact,
			"start it with CAP_SETUID and CAP_SETGID, or as the user that it should "
			"stay, with the capabilities that it needs",
			"root without %s cannot give up being root", missing);
	} else {
		fact_yes(fact, "uid %u%s", uid,
			 uid == 65534 ? " (there is no user " CONFINE_USER_NAME ")" : "");
	}
}

static void files_kprobe(struct fact *fact)
{
	if (!access(FILES_KPROBE, R_OK))
		fact_yes(fact, "perf events for kprobes");
	else
		fact_no(fact, "boot a kernel with CONFIG_KPROBE_EVENTS=y",
			"this kernel has no perf events for them: %s: %s", FILES_KPROBE,
			strerror(errno));
}

static void files_lsm(struct fact *fact)
{
	char line[256];
	int err = files_line(FILES_LSM, line, sizeof(line));

	if (!err && strstr(line, "bpf"))
		fact_yes(fact, "among %s", line);
	else
		fact_no(fact, "boot with CONFIG_BPF_LSM=y and bpf in the list of lsm=",
			"not among the active ones (%s)", err ? strerror(-err) : line);
}

static void files_jit(struct fact *fact)
{
	char line[32];
	int err = files_line("/proc/sys/net/core/bpf_jit_enable", line, sizeof(line));

	if (err)
		fact_unknown(fact, "failed to read net.core.bpf_jit_enable: %s", strerror(-err));
	else if (line[0] == '0')
		fact_no(fact, "sysctl net.core.bpf_jit_enable=1",
			"programs are interpreted: each event costs several times as much");
	else
		fact_yes(fact, "net.core.bpf_jit_enable=%s", line);
}

/* ---- memory --------------------------------------------------------------------------------------- */

static uint64_t files_number(const char *path)
{
	char line[32];

	/* "max" is no number. */
	if (files_line(path, line, sizeof(line)) || line[0] < '0' || line[0] > '9')
		return UINT64_MAX;
	return strtoull(line, NULL, 10);
}

/* The two that there are: in /proc/self/cgroup marked so, mounted there, with files of these names. */
struct files_hierarchy {
	const char *mark;
	const char *root;
	const char *most;
	const char *used;
};

static const struct files_hierarchy files_hierarchies[] = {
	{ "0::/", "/sys/fs/cgroup", "memory.max", "memory.current" },
	{ ":memory:/", "/sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes" },
};

/* What the limit of a cgroup leaves. */
static uint64_t files_left_of(const struct files_hierarchy *hierarchy, const char *group)
{
	char path[4400];
	uint64_t most, used;

	snprintf(path, sizeof(path), "%s%s/%s", hierarchy->root, group, hierarchy->most);
	most = files_number(path);
	snprintf(path, sizeof(path), "%s%s/%s", hierarchy->root, group, hierarchy->used);
	used = files_number(path);
	if (most == UINT64_MAX || used == UINT64_MAX)
		return UINT64_MAX;
	return most > used ? most - used : 0;
}

/* The least of a cgroup and all above it. */
static uint64_t files_least_of(const struct files_hierarchy *hierarchy, char *group)
{
	uint64_t least = UINT64_MAX;
	char *slash;

	group[strcspn(group, "\n")] = '\0';
	while ((slash = strrchr(group, '/'))) {
		uint64_t left = files_left_of(hierarchy, group);

		least = left < least ? left : least;
		*slash = '\0';
	}
	return least;
}

/* UINT64_MAX where nothing limits us. */
static uint64_t files_left_of_groups(void)
{
	const size_t count = sizeof(files_hierarchies) / sizeof(files_hierarchies[0]);
	FILE *file = fopen("/proc/self/cgroup", "re");
	uint64_t least = UINT64_MAX;
	char line[4200];

	while (file && fgets(line, sizeof(line), file)) {
		for (size_t i = 0; i < count; i++) {
			const struct files_hierarchy *hierarchy = &files_hierarchies[i];
			char *mark = strstr(line, hierarchy->mark);
			uint64_t left = UINT64_MAX;

			if (mark)
				left = files_least_of(hierarchy,
						      mark + strlen(hierarchy->mark) - 1);
			least = left < least ? left : least;
		}
	}
	if (file)
		fclose(file);
	return least;
}

static uint64_t files_available(void)
{
	FILE *file = fopen("/proc/meminfo", "re");
	unsigned long long kib = 0;
	char line[128];
	int found = 0;

	while (file && !found && fgets(line, sizeof(line), file))
		found = sscanf(line, "MemAvailable: %llu kB", &kib) == 1;
	if (file)
		fclose(file);
	return found ? kib * 1024 : UINT64_MAX;
}

/* How much that is for a plugin is told with the plugin. Locked memory does not count since Linux 5.11. */
static void files_memory(struct machine *machine, struct fact *fact)
{
	uint64_t available = files_available(), left = files_left_of_groups();

	machine->memory = left < available ? left : available;
	if (machine->memory == UINT64_MAX)
		fact_unknown(fact, "neither /proc/meminfo nor a cgroup tells how much is left");
	else
		fact_yes(fact, "%llu MiB left%s", (unsigned long long)machine->memory >> 20,
			 left < available ? " by the limit of its cgroup" : "");
}

void machine_read_files(struct machine *machine)
{
	files_kernel(machine, &machine->facts[FACT_KERNEL]);
	files_lockdown(&machine->facts[FACT_LOCKDOWN]);
	files_btf(&machine->facts[FACT_BTF]);
	files_seccomp(&machine->facts[FACT_SECCOMP]);
	files_user(machine, &machine->facts[FACT_USER]);
	files_kprobe(&machine->facts[FACT_KPROBE]);
	files_lsm(&machine->facts[FACT_LSM]);
	files_jit(&machine->facts[FACT_JIT]);
	files_memory(machine, &machine->facts[FACT_MEMORY]);
}
