/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Every type of field and every declaration tag there is, and strings about as long as their room. */
#ifndef KERNEL_SIDE_EVENT_H
#define KERNEL_SIDE_EVENT_H

#include <bpfhost/event.h>
#include <bpfhost/tags.h>

#ifdef __bpf__
typedef _Bool side_bool;
#else
#include <stdbool.h>
typedef bool side_bool;
#endif

enum side_state { SIDE_IDLE, SIDE_BUSY = 7 };
enum side_signed { SIDE_BELOW = -1, SIDE_ABOVE = 1 };
enum side_mode { SIDE_READ = 1, SIDE_WRITE = 2, SIDE_EXEC = 4 };

struct side_inner {
	__u32 deep;
	char name[4];
};

struct side_point {
	__s16 x;
	__s16 y;
	struct side_inner in;
};

struct side_all_event {
	struct bpfhost_event header;
	__u64 u64;
	__s64 s64;
	__u64 big_hex BPFHOST_TAG(hex);
	__u64 span BPFHOST_TAG(ns);
	__u64 rising BPFHOST_TAG(counter);
	__s64 level BPFHOST_TAG(gauge);
	const void *pointer;
	__u32 u32;
	__s32 s32;
	__s32 ret BPFHOST_TAG(errno);
	__u32 v4 BPFHOST_TAG(ipv4);
	enum side_state state;
	enum side_signed sign;
	enum side_mode modes BPFHOST_TAG(flags);
	__u32 mode BPFHOST_TAG(enum : side_mode);
	__u16 u16;
	__s16 s16;
	__u16 port BPFHOST_TAG(port_be);
	__u16 hex16 BPFHOST_TAG(hex);
	__u8 u8;
	__s8 s8;
	side_bool yes;
	char letter;
	__u8 v6[16] BPFHOST_TAG(ipv6);
	__u8 mac[6] BPFHOST_TAG(mac);
	__u8 bytes[6];
	__u8 text[8] BPFHOST_TAG(str);
	char raw[4] BPFHOST_TAG(bytes);
	__u8 counted[12] BPFHOST_TAG(counted);
	__u8 peer[16] BPFHOST_TAG(sockaddr);
	struct side_point point;
	__u32 numbers[3];
	__u32 hosts[2] BPFHOST_TAG(ipv4);
	char names[2][4];
	enum side_state states[2];
	__u32 end;
};

/* One string a struct, so that `truncated` can only mean that one. */
struct side_user_event {
	struct bpfhost_event header;
	char path[16];
};

struct side_fits_event {
	struct bpfhost_event header;
	char below[8];
	char exact[8];
};

struct side_cut_event {
	struct bpfhost_event header;
	char over[8];
};

struct side_call_event {
	struct bpfhost_event header;
	__u64 number;
};

#endif
