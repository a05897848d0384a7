/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What C cannot say about a member of an event's struct, for the header that both sides include:
 *
 *	struct opens_event {
 *		struct bpfhost_event header;
 *		__u32 address BPFHOST_TAG(ipv4);
 *		__u64 took BPFHOST_TAG(ns) BPFHOST_TAG(gauge);
 *		enum open_flags flags BPFHOST_TAG(flags);
 *		__u16 mode BPFHOST_TAG(flags:open_mode);
 *		char path[256];
 *	};
 *
 *	ipv4, ipv6, mac       an address in network order, of 4, 16, 6 bytes of any type
 *	address               16 bytes: IPv6, or IPv4 as ::ffff:a.b.c.d
 *	port_be               a port in network order
 *	sockaddr              a socket address, of any type
 *	str, bytes            char or __u8 arrays: a string, bytes (without: as the type says)
 *	counted               a __u32 that counts, then so many bytes are valid
 *	hex, ns, errno        how an integer is to be read
 *	enum:NAME, flags:NAME an integer that holds one, or any, of enum NAME; for a member whose
 *	                      type is the enum, nothing, or flags alone. The object must use enum NAME
 *	short                 of an enumeration: its values are called by what follows its own name,
 *	                      in small letters: XDP_ACTION_PASS of enum xdp_action is "pass"
 *	counter, gauge        a metric; together with one of the above
 *	present               a __u32 or an enum of masks: which of the optional members this record has
 *	optional:ENUMERATOR   the member is there only where this bit of it is set
 *
 * They are BTF declaration tags, which exist for the BPF target only; elsewhere it is nothing.
 */
#ifndef BPFHOST_TAGS_H
#define BPFHOST_TAGS_H

#if defined(__clang__) && defined(__bpf__)
#define BPFHOST_TAG(tag) __attribute__((btf_decl_tag("bpfhost:" #tag)))
#else
#define BPFHOST_TAG(tag)
#endif

#endif
