/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * An open is two tracepoints: what was asked for is known on entry, what became of it on exit. In
 * between, the thread's id is the key.
 *
 * The path is read on exit. On entry its page may not be in memory, and a BPF program cannot wait for
 * it; on exit the kernel has just read it. (A program that changes the text while its call runs can
 * show us another one than the kernel has seen.)
 *
 * The context of a syscall's tracepoint is the same for all of them (struct syscall_tp_t in the
 * kernel's kernel/trace/trace_syscalls.c, and each events/syscalls/.../format): eight common bytes,
 * the number, then one long an argument from byte 16 on, or the result. That makes it the rare
 * tracepoint whose layout may stand in a program; others' fields move from kernel to kernel.
 */
#include <bpfhost/bpf.h>

#include "opens_event.h"

BPFHOST_EVENT(opens_event);
BPFHOST_EVENT(opens_summary_event);

struct opens_enter {
	__u64 common;
	__u64 number;
	__u64 args[6];
};

struct opens_exit {
	__u64 common;
	__u64 number;
	__s64 ret;
};

struct opens_pending {
	__u64 time_ns;
	const char *path; /* in the traced process */
	__u64 flags;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, OPENS_AT_ONCE);
	__type(key, __u32);
	__type(value, struct opens_pending);
} opens_pending SEC(".maps");

/* Set from the option before the programs are loaded: the verifier removes what it rules out. */
const volatile bool opens_errors_only = false;

struct opens_totals opens_totals = {};

static __always_inline int opens_begin(const char *path, __u64 flags)
{
	__u32 tid = (__u32)bpf_get_current_pid_tgid();
	struct opens_pending pending = { .path = path, .flags = flags };

	/* Emitting asks the same, but for what nobody wants to see we need not keep anything. */
	if (!bpfhost_filter_passes())
		return 0;
	pending.time_ns = bpf_ktime_get_ns();
	if (bpf_map_update_elem(&opens_pending, &tid, &pending, BPF_ANY))
		__sync_fetch_and_add(&opens_totals.unmeasured, 1);
	return 0;
}

static __always_inline void opens_emit(const struct opens_pending *pending, __s64 ret)
{
	BPFHOST_EMIT(opens_event, event) {
		event->latency_ns = event->header.time_ns - pending->time_ns;
		event->flags = pending->flags;
		event->ret = ret;
		bpfhost_user_string(event, path, pending->path);
	}
}

static __always_inline int opens_end(const struct opens_exit *ctx)
{
	__u32 tid = (__u32)bpf_get_current_pid_tgid();
	struct opens_pending *found = bpf_map_lookup_elem(&opens_pending, &tid);
	struct opens_pending pending;

	if (!found)
		return 0;
	pending = *found;
	bpf_map_delete_elem(&opens_pending, &tid);
	__sync_fetch_and_add(&opens_totals.opens, 1);
	if (ctx->ret < 0) {
		__sync_fetch_and_add(&opens_totals.errors, 1);
		bpfhost_log_debug("%s: error %lld", bpfhost_user(pending.path), -ctx->ret);
	}
	if (ctx->ret < 0 || !opens_errors_only)
		opens_emit(&pending, ctx->ret);
	return 0;
}

SEC("tracepoint/syscalls/sys_enter_open")
int opens_enter_open(const struct opens_enter *ctx)
{
	return opens_begin((const char *)ctx->args[0], ctx->args[1]);
}

SEC("tracepoint/syscalls/sys_enter_openat")
int opens_enter_openat(const struct opens_enter *ctx)
{
	return opens_begin((const char *)ctx->args[1], ctx->args[2]);
}

/* The flags are the first member of struct open_how, <linux/openat2.h>. */
SEC("tracepoint/syscalls/sys_enter_openat2")
int opens_enter_openat2(const struct opens_enter *ctx)
{
	__u64 flags = 0;

	bpf_probe_read_user(&flags, sizeof(flags), (const void *)ctx->args[2]);
	return opens_begin((const char *)ctx->args[1], flags);
}

SEC("tracepoint/syscalls/sys_exit_open")
int opens_exit_open(const struct opens_exit *ctx)
{
	return opens_end(ctx);
}

SEC("tracepoint/syscalls/sys_exit_openat")
int opens_exit_openat(const struct opens_exit *ctx)
{
	return opens_end(ctx);
}

SEC("tracepoint/syscalls/sys_exit_openat2")
int opens_exit_openat2(const struct opens_exit *ctx)
{
	return opens_end(ctx);
}
