/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef BENCH_XDP_DROP_H
#define BENCH_XDP_DROP_H

#include <linux/types.h>

#define BENCH_SOURCES 65536

struct bench_source {
	__u8 packet[60]; /* its headers */
	__u32 is_ipv4;
};

struct bench_prefix {
	__u32 bits;
	__u8 address[16];
};

#endif
