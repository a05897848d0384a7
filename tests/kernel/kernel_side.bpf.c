/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The whole kernel side of the SDK, a program for each test; see tests/live/test_kernel_side.sh. */
#include <bpfhost/bpf.h>

#include "kernel_side_event.h"

BPFHOST_EVENT(side_all_event);
BPFHOST_EVENT(side_user_event);
BPFHOST_EVENT(side_fits_event);
BPFHOST_EVENT(side_cut_event);
BPFHOST_EVENT(side_call_event);

const __u8 side_v4[4] = { 192, 0, 2, 1 };
const __u8 side_v6[16] = { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 };
const __u8 side_mac[6] = { 0x02, 0xab, 0xcd, 0xef, 0x00, 0x01 };
const __u8 side_peer[16] = { 2, 0, 0x1f, 0x90, 192, 0, 2, 7 };
const __u8 side_counted[12] = { 3, 0, 0, 0, 0xaa, 0xbb, 0xcc, 0xdd, 0xee };
const char side_text[] = "kernel\ttext";
const char side_seven[] = "1234567";
const char side_eight[] = "12345678";
const char side_nine[] = "123456789";

/* struct syscall_tp_t in the kernel's kernel/trace/trace_syscalls.c */
struct side_enter {
	__u64 common;
	__u64 number;
	__u64 args[6];
};

#define SIDE_GETPPID "tracepoint/syscalls/sys_enter_getppid"
#define SIDE_OPENAT  "tracepoint/syscalls/sys_enter_openat"

/* Log lines know no filter of their own. */
SEC(SIDE_GETPPID)
int side_lines(void *ctx)
{
	(void)ctx;
	if (!bpfhost_filter_passes())
		return 0;
	bpfhost_log_error("error %d %i %u %%", -5, (short)-6, 4000000000U);
	bpfhost_log_warn("warn %x %X %#x %08x %lld", 0xbeefU, 0xbeefU, 255, 0x1234, -1LL);
	bpfhost_log_info("info %c '%s' '%4s|%-4s'", 'A', side_text, side_seven, "ab");
	bpfhost_log_debug("debug %pI4 %pI6 %pI6c", side_v4, side_v6, side_v6);
	bpfhost_log_debug("macs %pM %pMU %3phC", side_mac, side_mac, side_mac);
	bpfhost_log_trace("trace %p", (const void *)0x1234);
	bpfhost_log_error("no arguments");
	return 0;
}

/* What a programmer may get wrong: it must not show what the ring held before. */
SEC(SIDE_GETPPID)
int side_mistakes(void *ctx)
{
	(void)ctx;
	if (!bpfhost_filter_passes())
		return 0;
	bpfhost_log_info("filler %s", "OLDOLDOLDOLDOLDOLDOLDOLDOLDOLD");
	bpfhost_log_info("mistake '%s' %pI4 %pM %d", 77, 78, 79, side_mac);
	bpfhost_log_info("null '%s' %pM", (const char *)0, (const void *)0);
	return 0;
}

SEC(SIDE_OPENAT)
int side_user_line(const struct side_enter *ctx)
{
	if (bpfhost_filter_passes())
		bpfhost_log_info("opens '%s'", bpfhost_user((const void *)ctx->args[1]));
	return 0;
}

SEC(SIDE_GETPPID)
int side_flood(void *ctx)
{
	(void)ctx;
	if (bpfhost_filter_passes())
		bpfhost_log_info("flood");
	return 0;
}

SEC(SIDE_OPENAT)
int side_user(const struct side_enter *ctx)
{
	BPFHOST_EMIT(side_user_event, event) {
		bpfhost_user_string(event, path, (const char *)ctx->args[1]);
	}
	return 0;
}

SEC(SIDE_GETPPID)
int side_strings(void *ctx)
{
	(void)ctx;
	BPFHOST_EMIT(side_fits_event, fits) {
		bpfhost_kernel_string(fits, below, side_seven);
		bpfhost_kernel_string(fits, exact, side_eight);
	}
	BPFHOST_EMIT(side_cut_event, cut) {
		bpfhost_kernel_string(cut, over, side_nine);
	}
	return 0;
}

SEC(SIDE_GETPPID)
int side_call(void *ctx)
{
	(void)ctx;
	BPFHOST_EMIT(side_call_event, event) {
		event->number = 1;
	}
	return 0;
}

static __always_inline void side_fill_numbers(struct side_all_event *event)
{
	event->u64 = 18446744073709551615ULL;
	event->s64 = -9223372036854775807LL - 1;
	event->big_hex = 0xfeedfacecafebeefULL;
	event->span = 1500;
	event->rising = 3;
	event->level = -4;
	event->pointer = (const void *)0xffff888000001000ULL;
	event->u32 = 4294967295U;
	event->s32 = -2147483647 - 1;
	event->ret = -2;
	event->u16 = 65535;
	event->s16 = -32768;
	event->hex16 = 0xab;
	event->u8 = 255;
	event->s8 = -128;
	event->yes = 1;
	event->letter = 'Q';
	event->state = SIDE_BUSY;
	event->sign = SIDE_BELOW;
	event->modes = SIDE_READ | SIDE_EXEC;
	event->mode = SIDE_WRITE;
	event->end = 99;
}

static __always_inline void side_fill_arrays(struct side_all_event *event)
{
	__builtin_memcpy(&event->v4, side_v4, 4);
	__builtin_memcpy(event->v6, side_v6, 16);
	__builtin_memcpy(event->mac, side_mac, 6);
	__builtin_memcpy(event->bytes, side_mac, 6);
	__builtin_memcpy(&event->port, "\x1f\x90", 2);
	__builtin_memcpy(event->text, "text\0\0\0", 8);
	__builtin_memcpy(event->raw, "\x01\x02\x03\xff", 4);
	__builtin_memcpy(event->counted, side_counted, 12);
	__builtin_memcpy(event->peer, side_peer, 16);
	__builtin_memcpy(event->names, "abc\0wxyz", 8);
	event->point.x = -3;
	event->point.y = 4;
	event->point.in.deep = 5;
	__builtin_memcpy(event->point.in.name, "six", 4);
	event->numbers[0] = 1;
	event->numbers[1] = 2;
	event->numbers[2] = 3;
	__builtin_memcpy(&event->hosts[0], side_v4, 4);
	__builtin_memcpy(&event->hosts[1], &side_peer[4], 4);
	event->states[0] = SIDE_IDLE;
	event->states[1] = 5;
}

SEC(SIDE_GETPPID)
int side_all(void *ctx)
{
	(void)ctx;
	BPFHOST_EMIT(side_all_event, event) {
		side_fill_numbers(event);
		side_fill_arrays(event);
	}
	return 0;
}
