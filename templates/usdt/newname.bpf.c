/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <bpfhost/bpf.h>

#include <linux/ptrace.h>

#include <bpf/usdt.bpf.h>

#include "newname_event.h"

BPFHOST_EVENT(newident_event);

/* FILE:PROVIDER:PROBE; a library by its name, any other file by its path. */
SEC("usdt/libstdc++.so.6:libstdcxx:throw")
int BPF_USDT(on_throw, void *object, const void *type_info)
{
	const char *type = NULL;

	/* A std::type_info is a pointer to its functions and one to its name. */
	bpf_probe_read_user(&type, sizeof(type), (const char *)type_info + sizeof(void *));
	BPFHOST_EMIT(newident_event, event) {
		event->object = (__u64)object;
		bpfhost_user_string(event, type, type);
	}
	return 0;
}
