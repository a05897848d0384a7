/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Numbers and addresses, read from wherever they lie in a packet. */
#ifndef XDP_PACKET_BYTES_BPF_H
#define XDP_PACKET_BYTES_BPF_H

#include "xdp_maps.h"

/*
 * Where the processor can, and so the verifier lets us, numbers are read whole wherever they lie; clang's
 * own way for bytes without a known alignment is one by one.
 */
#if defined(__TARGET_ARCH_x86) || defined(__TARGET_ARCH_arm64) || defined(__TARGET_ARCH_s390) ||   \
	defined(__TARGET_ARCH_powerpc)

typedef __u16 __attribute__((may_alias)) xdp_u16;
typedef __u32 __attribute__((may_alias)) xdp_u32;
typedef __u64 __attribute__((may_alias)) xdp_u64;

static __always_inline __u16 xdp_be16(const __u8 *at)
{
	return bpf_ntohs(*(const xdp_u16 *)at);
}

static __always_inline __u32 xdp_be32(const __u8 *at)
{
	return bpf_ntohl(*(const xdp_u32 *)at);
}

static __always_inline void xdp_copy4(__u8 *to, const __u8 *from)
{
	*(xdp_u32 *)to = *(const xdp_u32 *)from;
}

static __always_inline void xdp_copy8(__u8 *to, const __u8 *from)
{
	*(xdp_u64 *)to = *(const xdp_u64 *)from;
}

/* What stands before an address of IPv4 that is written as one of IPv6. */
static __always_inline void xdp_put_mapped(__u8 *to)
{
	*(xdp_u64 *)to = 0;
	*(xdp_u32 *)(to + 8) = bpf_htonl(0xffff);
}

#else

static __always_inline __u16 xdp_be16(const __u8 *at)
{
	return (__u16)(at[0] << 8 | at[1]);
}

static __always_inline __u32 xdp_be32(const __u8 *at)
{
	return (__u32)at[0] << 24 | (__u32)at[1] << 16 | (__u32)at[2] << 8 | at[3];
}

static __always_inline void xdp_copy4(__u8 *to, const __u8 *from)
{
	__builtin_memcpy(to, from, 4);
}

static __always_inline void xdp_copy8(__u8 *to, const __u8 *from)
{
	__builtin_memcpy(to, from, 8);
}

static __always_inline void xdp_put_mapped(__u8 *to)
{
	__builtin_memset(to, 0, 10);
	to[10] = to[11] = 0xff;
}

#endif

static __always_inline void xdp_copy16(__u8 *to, const __u8 *from)
{
	xdp_copy8(to, from);
	xdp_copy8(to + 8, from + 8);
}

static __always_inline void xdp_copy6(__u8 *to, const __u8 *from)
{
	xdp_copy4(to, from);
	to[4] = from[4];
	to[5] = from[5];
}

/* An address of IPv4 as one of IPv6. */
static __always_inline void xdp_map_ipv4(__u8 *to, const __u8 *from)
{
	xdp_put_mapped(to);
	xdp_copy4(to + 12, from);
}

#endif
