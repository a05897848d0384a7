/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Attaches empty BPF programs to a tracepoint until the kernel takes no more, says how many, and keeps them until
 * its standard input ends.
 *
 *	occupy ID
 */
#include <errno.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define OCCUPY_MOST 1000

static long load_program(void)
{
	static const struct bpf_insn nothing[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.prog_type = BPF_PROG_TYPE_TRACEPOINT;
	attr.insns = (uint64_t)(uintptr_t)nothing;
	attr.insn_cnt = sizeof(nothing) / sizeof(nothing[0]);
	attr.license = (uint64_t)(uintptr_t) "GPL";
	return syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));
}

/* The descriptors are closed by the end of the process. */
static int attach(unsigned long id)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_TRACEPOINT,
		.size = sizeof(attr),
		.config = id,
	};
	long program = load_program();
	long event = syscall(SYS_perf_event_open, &attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);

	if (program < 0 || event < 0)
		return -errno;
	return ioctl((int)event, PERF_EVENT_IOC_SET_BPF, (int)program) < 0 ? -errno : 0;
}

int main(int argc, char **argv)
{
	unsigned long id = argc == 2 ? strtoul(argv[1], NULL, 10) : 0;
	int count = 0, err = 0;

	while (count < OCCUPY_MOST && !(err = attach(id)))
		count++;
	printf("%d %s\n", count, err == -E2BIG ? "and no more" : strerror(-err));
	fflush(stdout);
	while (getchar() != EOF)
		;
	return 0;
}
