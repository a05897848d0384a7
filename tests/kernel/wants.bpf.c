/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* See tests/live/test_doctor.sh. */
#include <bpfhost/bpf.h>

struct task_struct {
	int pid;
} __attribute__((preserve_access_index));

SEC("lsm/file_open")
int wants_lsm(void *ctx)
{
	(void)ctx;
	return 0;
}

SEC("kprobe/do_exit")
int wants_kprobe(void *ctx)
{
	const struct task_struct *task = (const struct task_struct *)bpf_get_current_task();
	int pid = 0;

	(void)ctx;
	bpf_probe_read_kernel(&pid, sizeof(pid), &task->pid);
	return pid == 0;
}

SEC("kprobe.multi/do_exi*")
int wants_kprobe_multi(void *ctx)
{
	(void)ctx;
	return 0;
}

/* Only loaded if somebody asks, so nobody needs it. */
SEC("?xdp")
int wants_xdp(void *ctx)
{
	(void)ctx;
	return 2;
}
