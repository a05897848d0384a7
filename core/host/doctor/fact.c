/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "doctor/fact.h"

#include <stdarg.h>
#include <stdio.h>

static const struct {
	const char *name;
	const char *title;
} fact_words[FACT_COUNT] = {
	[FACT_KERNEL] = { "kernel", "kernel" },
	[FACT_LOCKDOWN] = { "lockdown", "lockdown" },
	[FACT_BPF] = { "bpf", "bpf(2)" },
	[FACT_JIT] = { "jit", "BPF compiler" },
	[FACT_RING] = { "ring_buffer", "ring buffer" },
	[FACT_BTF] = { "btf", "kernel's BTF" },
	[FACT_SECCOMP] = { "seccomp", "seccomp filters" },
	[FACT_USER] = { "user", "user of workers" },
	[FACT_MEMORY] = { "memory", "memory" },
	[FACT_PERF] = { "perf", "perf events" },
	[FACT_TRACEFS] = { "tracefs", "tracefs" },
	[FACT_SYSCALLS] = { "syscall_tracepoints", "syscall events" },
	[FACT_UPROBE] = { "uprobe", "uprobes one by one" },
	[FACT_UPROBE_MULTI] = { "uprobe_multi", "uprobes by one link" },
	[FACT_KPROBE] = { "kprobe", "kprobes" },
	[FACT_KPROBE_MULTI] = { "kprobe_multi", "kprobes by one link" },
	[FACT_LSM] = { "lsm", "BPF LSM" },
	[FACT_XDP] = { "xdp_link", "XDP links" },
};

const char *fact_name(enum fact_id id)
{
	return fact_words[id].name;
}

const char *fact_title(enum fact_id id)
{
	return fact_words[id].title;
}

void fact_yes(struct fact *fact, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(fact->detail, sizeof(fact->detail), format, args);
	va_end(args);
	fact->fix[0] = '\0';
	fact->state = FACT_YES;
}

void fact_unknown(struct fact *fact, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(fact->detail, sizeof(fact->detail), format, args);
	va_end(args);
	fact->fix[0] = '\0';
	fact->state = FACT_UNKNOWN;
}

void fact_no(struct fact *fact, const char *fix, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(fact->detail, sizeof(fact->detail), format, args);
	va_end(args);
	snprintf(fact->fix, sizeof(fact->fix), "%s", fix);
	fact->state = FACT_NO;
}
