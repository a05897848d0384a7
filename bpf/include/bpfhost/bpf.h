/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The kernel side of the SDK: all that a .bpf.c file includes.
 *
 *	#include <bpfhost/bpf.h>
 *	#include "hello_event.h"
 *
 *	BPFHOST_EVENT(hello_event);
 *
 *	SEC("tracepoint/sched/sched_process_exec")
 *	int on_exec(void *ctx)
 *	{
 *		BPFHOST_EMIT(hello_event, event) {
 *			event->answer = 42;
 *		}
 *		return 0;
 *	}
 *
 * A file whose programs run for no process (XDP) defines BPFHOST_NO_TASK before it includes this.
 */
#ifndef BPFHOST_BPF_H
#define BPFHOST_BPF_H

#include <linux/bpf.h>
#include <stdbool.h>
#include <stddef.h>

#include <bpf/bpf_helpers.h>
#include <bpfhost/event.h>

#include <bpfhost/filter.bpf.h>
#include <bpfhost/emit.bpf.h>
#include <bpfhost/string.bpf.h>
#include <bpfhost/log.bpf.h>

char LICENSE[] SEC("license") __attribute__((weak)) = "Dual BSD/GPL";

#endif
