/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the kernel tells in files: nothing here changes or tries anything. */
#include <errno.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <stdio.h>
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
}
