/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <bpfhost/bpf.h>

#include <linux/ptrace.h>

#include <bpf/bpf_tracing.h>

#include "newname_event.h"

BPFHOST_EVENT(newident_event);

/* FILE:FUNCTION; a library by its name, any other file by its path: "uprobe//usr/bin/app:function". */
SEC("uprobe/libc.so.6:execve")
int BPF_KPROBE(on_execve, const char *path)
{
	BPFHOST_EMIT(newident_event, event) {
		bpfhost_user_string(event, path, path);
	}
	return 0;
}
