/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * --pid, --comm, --uid and --cgroup, decided in the kernel. The values stand in read-only data that is
 * frozen before the program is loaded, so the verifier removes what is not asked for: unset, it costs
 * nothing.
 */
#ifndef BPFHOST_FILTER_BPF_H
#define BPFHOST_FILTER_BPF_H

#ifdef BPFHOST_NO_TASK

static __always_inline bool bpfhost_filter_passes_task(__u64 task)
{
	(void)task;
	return true;
}

static __always_inline bool bpfhost_filter_passes(void)
{
	return true;
}

#else

const volatile struct bpfhost_filter_values bpfhost_filter SEC(".rodata.bpfhost_filter") = {};

static __always_inline bool bpfhost_filter_pid(__u32 pid)
{
	for (__u32 i = 0; i < BPFHOST_FILTER_IDS && i < bpfhost_filter.npids; i++)
		if (bpfhost_filter.pids[i] == pid)
			return true;
	return false;
}

static __always_inline bool bpfhost_filter_uid(void)
{
	__u32 uid = (__u32)bpf_get_current_uid_gid();

	for (__u32 i = 0; i < BPFHOST_FILTER_IDS && i < bpfhost_filter.nuids; i++)
		if (bpfhost_filter.uids[i] == uid)
			return true;
	return false;
}

static __always_inline bool bpfhost_filter_comm(void)
{
	__u64 comm[2] = {};

	bpf_get_current_comm(comm, sizeof(comm));
	for (__u32 i = 0; i < BPFHOST_FILTER_NAMES && i < bpfhost_filter.ncomms; i++) {
		const volatile __u64 *name = (const volatile __u64 *)bpfhost_filter.comms[i];

		if (name[0] == comm[0] && name[1] == comm[1])
			return true;
	}
	return false;
}

/* A cgroup stands for all below it: the ancestor at its depth must be it. */
static __always_inline bool bpfhost_filter_cgroup(void)
{
	for (__u32 i = 0; i < BPFHOST_FILTER_NAMES && i < bpfhost_filter.ncgroups; i++)
		if (bpf_get_current_ancestor_cgroup_id(bpfhost_filter.cgroup_levels[i]) ==
		    bpfhost_filter.cgroups[i])
			return true;
	return false;
}

/* task: what bpf_get_current_pid_tgid() gave. */
static __always_inline bool bpfhost_filter_passes_task(__u64 task)
{
	if (bpfhost_filter.npids && !bpfhost_filter_pid(task >> 32))
		return false;
	if (bpfhost_filter.nuids && !bpfhost_filter_uid())
		return false;
	if (bpfhost_filter.ncomms && !bpfhost_filter_comm())
		return false;
	return !bpfhost_filter.ncgroups || bpfhost_filter_cgroup();
}

static __always_inline bool bpfhost_filter_passes(void)
{
	return bpfhost_filter_passes_task(bpfhost_filter.npids ? bpf_get_current_pid_tgid() : 0);
}

#endif
#endif
