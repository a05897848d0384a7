/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The events of this plugin. */
#ifndef XDP_EVENT_H
#define XDP_EVENT_H

#include <bpfhost/event.h>
#include <bpfhost/tags.h>
#include <stdbool.h>

#define XDP_NAME_SIZE 16 /* IFNAMSIZ of <linux/if.h> */

/*
 * What a packet is: the number of IP's protocol, or the EtherType of what is not IP. LLC has neither: 0x500
 * and the access point that it is for, where that has a name of its own.
 */
enum xdp_proto {
	XDP_PROTO_HOPOPT = 0,
	XDP_PROTO_ICMP = 1,
	XDP_PROTO_IGMP = 2,
	XDP_PROTO_IPIP = 4,
	XDP_PROTO_TCP = 6,
	XDP_PROTO_UDP = 17,
	XDP_PROTO_DCCP = 33,
	XDP_PROTO_IP6IP = 41,
	XDP_PROTO_ROUTING = 43, /* this and the next: only where extension headers are broken off */
	XDP_PROTO_FRAGMENT = 44,
	XDP_PROTO_GRE = 47,
	XDP_PROTO_ESP = 50,
	XDP_PROTO_AH = 51,
	XDP_PROTO_ICMP6 = 58,
	XDP_PROTO_NONE = 59,
	XDP_PROTO_DSTOPTS = 60,
	XDP_PROTO_EIGRP = 88,
	XDP_PROTO_OSPF = 89,
	XDP_PROTO_PIM = 103,
	XDP_PROTO_VRRP = 112,
	XDP_PROTO_SCTP = 132,
	XDP_PROTO_MOBILITY = 135,
	XDP_PROTO_UDPLITE = 136,
	XDP_PROTO_STP = 0x542, /* spanning trees */
	XDP_PROTO_ISIS = 0x5fe,
	XDP_PROTO_LLC = 0x5ff,   /* IEEE 802.3: a length stands where others have the EtherType */
	XDP_PROTO_IPV4 = 0x0800, /* whose header is damaged */
	XDP_PROTO_ARP = 0x0806,
	XDP_PROTO_CDP = 0x2000,
	XDP_PROTO_ETHERNET = 0x6558, /* in GRE */
	XDP_PROTO_RARP = 0x8035,
	XDP_PROTO_VLANS = 0x8100, /* more tags than are looked into */
	XDP_PROTO_IPV6 = 0x86dd,  /* whose header is damaged */
	XDP_PROTO_MPLS = 0x8847,
	XDP_PROTO_PPPOE = 0x8864,
	XDP_PROTO_EAPOL = 0x888e,
	XDP_PROTO_LLDP = 0x88cc,
	XDP_PROTO_MACSEC = 0x88e5,
	XDP_PROTO_PTP = 0x88f7,
	XDP_PROTO_OTHER = 0xffff, /* in counters: any EtherType that has no name here */
};

/* What became of a packet; the numbers are those of enum xdp_action. */
enum xdp_verdict {
	XDP_VERDICT_DROP = 1,
	XDP_VERDICT_PASS = 2,
};

/* clang-format off */
/* What is wrong with a packet, the names as constants and as people see them. */
#define XDP_ERROR_EACH(X) \
	X(TRUNCATED_ETHERNET, truncated_ethernet) \
	X(TRUNCATED_VLAN, truncated_vlan) \
	X(TRUNCATED_ARP, truncated_arp) \
	X(TRUNCATED_IPV4, truncated_ipv4) \
	X(TRUNCATED_IPV6, truncated_ipv6) \
	X(TRUNCATED_EXTENSION, truncated_extension) \
	X(TRUNCATED_TCP, truncated_tcp) \
	X(TRUNCATED_UDP, truncated_udp) \
	X(TRUNCATED_ICMP, truncated_icmp) \
	X(TRUNCATED_SCTP, truncated_sctp) \
	X(TRUNCATED_DCCP, truncated_dccp) \
	X(TRUNCATED_GRE, truncated_gre) \
	X(TRUNCATED_VXLAN, truncated_vxlan) \
	X(TRUNCATED_LLC, truncated_llc) \
	X(BAD_LLC_LENGTH, bad_llc_length) /* more than there is, or none */ \
	X(BAD_IPV4_VERSION, bad_ipv4_version) \
	X(BAD_IPV4_HEADER_LENGTH, bad_ipv4_header_length) /* less than its 20 bytes */ \
	X(BAD_IPV4_LENGTH, bad_ipv4_length) /* less than its header, or more than there is */ \
	X(BAD_IPV6_VERSION, bad_ipv6_version) \
	X(BAD_IPV6_LENGTH, bad_ipv6_length) /* more than there is */ \
	X(BAD_EXTENSION_ORDER, bad_extension_order) /* hop-by-hop options that are not the first */ \
	X(BAD_TCP_HEADER_LENGTH, bad_tcp_header_length) /* less than its 20 bytes */ \
	X(BAD_UDP_LENGTH, bad_udp_length) /* less than its header, or more than there is */ \
	X(BAD_UDPLITE_COVERAGE, bad_udplite_coverage) /* the same */ \
	X(BAD_ARP, bad_arp) /* other lengths than Ethernet's and IPv4's addresses have */ \
	X(BAD_VXLAN, bad_vxlan) /* without a valid network identifier */ \
	X(TOO_MANY_EXTENSIONS, too_many_extensions) \
	X(TOO_DEEP, too_deep) /* a header lies behind the bytes that are looked at */

#define XDP_ERROR_NAME_SIZE 40
#define XDP_ERROR_CONSTANT(name, text) XDP_ERROR_##name,
enum xdp_error {
	XDP_ERROR_NONE, /* never told: the field is optional */
	XDP_ERROR_EACH(XDP_ERROR_CONSTANT)
};

#define XDP_ERRORS (XDP_ERROR_TOO_DEEP + 1)

/* clang-format on */

enum xdp_tcp {
	XDP_TCP_FIN = 0x01,
	XDP_TCP_SYN = 0x02,
	XDP_TCP_RST = 0x04,
	XDP_TCP_PSH = 0x08,
	XDP_TCP_ACK = 0x10,
	XDP_TCP_URG = 0x20,
	XDP_TCP_ECE = 0x40,
	XDP_TCP_CWR = 0x80,
};

enum xdp_arp {
	XDP_ARP_REQUEST = 1,
	XDP_ARP_REPLY = 2,
	XDP_ARP_REVERSE_REQUEST = 3,
	XDP_ARP_REVERSE_REPLY = 4,
};

/* Congestion, RFC 3168; L4S takes ect1 for its own, RFC 9331. */
enum xdp_ecn {
	XDP_ECN_NONE = 0,
	XDP_ECN_ECT1 = 1,
	XDP_ECN_ECT0 = 2,
	XDP_ECN_CE = 3,
};

/* What stood between IP's header and the next protocol's. */
enum xdp_extension {
	XDP_EXTENSION_OPTIONS = 0x01, /* of IPv4 */
	XDP_EXTENSION_HOP_BY_HOP = 0x02,
	XDP_EXTENSION_ROUTING = 0x04,
	XDP_EXTENSION_FRAGMENT = 0x08,
	XDP_EXTENSION_AH = 0x10,
	XDP_EXTENSION_DESTINATION = 0x20,
};

enum xdp_tunnel {
	XDP_TUNNEL_VXLAN = 1,
	XDP_TUNNEL_GRE,
	XDP_TUNNEL_IPIP,
};

/* Which of the optional fields a packet has. */
enum xdp_has {
	XDP_HAS_ETHERNET = 1 << 0,
	XDP_HAS_VLAN = 1 << 1,
	XDP_HAS_INNER_VLAN = 1 << 2,
	XDP_HAS_ADDRESSES = 1 << 3,
	XDP_HAS_IP = 1 << 4,
	XDP_HAS_FRAGMENT = 1 << 5,
	XDP_HAS_PORTS = 1 << 6,
	XDP_HAS_TCP = 1 << 7,
	XDP_HAS_ICMP = 1 << 8,
	XDP_HAS_ECHO = 1 << 9,
	XDP_HAS_ARP = 1 << 10,
	XDP_HAS_TUNNEL = 1 << 11,
	XDP_HAS_VNI = 1 << 12,
	XDP_HAS_INNER = 1 << 13,
	XDP_HAS_INNER_ADDRESSES = 1 << 14,
	XDP_HAS_INNER_PORTS = 1 << 15,
	XDP_HAS_ERROR = 1 << 16,
	XDP_HAS_RULE = 1 << 17,
	XDP_HAS_ETHERTYPE = 1 << 18,
	XDP_HAS_IPV4 = 1 << 19,
	XDP_HAS_IP_ID = 1 << 20,
	XDP_HAS_EXTENSIONS = 1 << 21,
	XDP_HAS_PAYLOAD = 1 << 22,
	XDP_HAS_MSS = 1 << 23,
	XDP_HAS_MTU = 1 << 24,
	XDP_HAS_GRE_KEY = 1 << 25,
};

/* clang-format off */
/*
 * What was read of one packet. The addresses lie at multiples of eight bytes, so that the program copies
 * them in two pieces. What follows `inner_` is of the packet in a tunnel.
 */
struct packet_event {
	struct bpfhost_event header;
	char iface[XDP_NAME_SIZE];
	__u32 queue;
	__u32 length; /* in bytes, from the Ethernet header on */
	enum xdp_verdict action BPFHOST_TAG(short);
	enum xdp_has present BPFHOST_TAG(present);
	__u8 smac[6] BPFHOST_TAG(mac) BPFHOST_TAG(optional:XDP_HAS_ETHERNET);
	__u8 dmac[6] BPFHOST_TAG(mac) BPFHOST_TAG(optional:XDP_HAS_ETHERNET);
	__u16 ethertype BPFHOST_TAG(enum:xdp_proto) BPFHOST_TAG(short) BPFHOST_TAG(optional:XDP_HAS_ETHERTYPE); /* behind the tags of VLANs */
	__u16 vlan BPFHOST_TAG(optional:XDP_HAS_VLAN); /* of two the outer one */
	__u16 inner_vlan BPFHOST_TAG(optional:XDP_HAS_INNER_VLAN);
	__u8 vlan_priority BPFHOST_TAG(optional:XDP_HAS_VLAN);
	__u8 ttl BPFHOST_TAG(optional:XDP_HAS_IP); /* or hop limit */
	__u8 dscp BPFHOST_TAG(optional:XDP_HAS_IP);
	__u8 ecn BPFHOST_TAG(enum:xdp_ecn) BPFHOST_TAG(short) BPFHOST_TAG(optional:XDP_HAS_IP);
	__u16 proto BPFHOST_TAG(enum:xdp_proto) BPFHOST_TAG(short);
	__u8 saddr[16] BPFHOST_TAG(address) BPFHOST_TAG(optional:XDP_HAS_ADDRESSES);
	__u8 daddr[16] BPFHOST_TAG(address) BPFHOST_TAG(optional:XDP_HAS_ADDRESSES);
	__u16 sport BPFHOST_TAG(optional:XDP_HAS_PORTS);
	__u16 dport BPFHOST_TAG(optional:XDP_HAS_PORTS);
	__u32 payload BPFHOST_TAG(optional:XDP_HAS_PAYLOAD); /* bytes behind the header of TCP, UDP, ... */
	__u32 ip_id BPFHOST_TAG(hex) BPFHOST_TAG(optional:XDP_HAS_IP_ID);
	__u16 fragment_offset BPFHOST_TAG(optional:XDP_HAS_FRAGMENT); /* bytes */
	bool more_fragments BPFHOST_TAG(optional:XDP_HAS_FRAGMENT);
	bool dont_fragment BPFHOST_TAG(optional:XDP_HAS_IPV4);
	__u8 extensions BPFHOST_TAG(flags:xdp_extension) BPFHOST_TAG(short) BPFHOST_TAG(optional:XDP_HAS_EXTENSIONS);
	__u8 tcp_flags BPFHOST_TAG(flags:xdp_tcp) BPFHOST_TAG(short) BPFHOST_TAG(optional:XDP_HAS_TCP);
	__u16 tcp_window BPFHOST_TAG(optional:XDP_HAS_TCP); /* as it stands there, not scaled */
	__u32 tcp_seq BPFHOST_TAG(optional:XDP_HAS_TCP);
	__u32 tcp_ack BPFHOST_TAG(optional:XDP_HAS_TCP);
	__u16 tcp_mss BPFHOST_TAG(optional:XDP_HAS_MSS);
	__u16 arp_op BPFHOST_TAG(enum:xdp_arp) BPFHOST_TAG(short) BPFHOST_TAG(optional:XDP_HAS_ARP);
	__u8 icmp_type BPFHOST_TAG(optional:XDP_HAS_ICMP);
	__u8 icmp_code BPFHOST_TAG(optional:XDP_HAS_ICMP);
	__u16 echo_id BPFHOST_TAG(optional:XDP_HAS_ECHO);
	__u16 echo_seq BPFHOST_TAG(optional:XDP_HAS_ECHO);
	__u16 tunnel BPFHOST_TAG(enum:xdp_tunnel) BPFHOST_TAG(short) BPFHOST_TAG(optional:XDP_HAS_TUNNEL);
	__u32 icmp_mtu BPFHOST_TAG(optional:XDP_HAS_MTU); /* that ICMP asks for */
	__u32 vni BPFHOST_TAG(optional:XDP_HAS_VNI);
	__u32 gre_key BPFHOST_TAG(optional:XDP_HAS_GRE_KEY);
	__u16 inner_proto BPFHOST_TAG(enum:xdp_proto) BPFHOST_TAG(short) BPFHOST_TAG(optional:XDP_HAS_INNER);
	__u16 error BPFHOST_TAG(enum:xdp_error) BPFHOST_TAG(short) BPFHOST_TAG(optional:XDP_HAS_ERROR);
	__u8 inner_saddr[16] BPFHOST_TAG(address) BPFHOST_TAG(optional:XDP_HAS_INNER_ADDRESSES);
	__u8 inner_daddr[16] BPFHOST_TAG(address) BPFHOST_TAG(optional:XDP_HAS_INNER_ADDRESSES);
	__u16 inner_sport BPFHOST_TAG(optional:XDP_HAS_INNER_PORTS);
	__u16 inner_dport BPFHOST_TAG(optional:XDP_HAS_INNER_PORTS);
	__u32 rule BPFHOST_TAG(optional:XDP_HAS_RULE); /* which one dropped it, counted from 1 */
};

/* What one flow did since it was told of the last time. */
struct flow_event {
	struct bpfhost_event header;
	char iface[XDP_NAME_SIZE];
	__u16 proto BPFHOST_TAG(enum:xdp_proto) BPFHOST_TAG(short);
	__u16 vlan BPFHOST_TAG(optional:XDP_HAS_VLAN);
	enum xdp_has present BPFHOST_TAG(present);
	__u8 saddr[16] BPFHOST_TAG(address) BPFHOST_TAG(optional:XDP_HAS_ADDRESSES);
	__u8 daddr[16] BPFHOST_TAG(address) BPFHOST_TAG(optional:XDP_HAS_ADDRESSES);
	__u16 sport BPFHOST_TAG(optional:XDP_HAS_PORTS);
	__u16 dport BPFHOST_TAG(optional:XDP_HAS_PORTS);
	__u32 tcp_flags BPFHOST_TAG(flags:xdp_tcp) BPFHOST_TAG(short) BPFHOST_TAG(optional:XDP_HAS_TCP);
	__u64 packets;
	__u64 bytes;
	__u64 dropped; /* of these packets */
	__u64 duration_ns BPFHOST_TAG(ns); /* from the first of these packets to the last */
};

/* The flows of a second for which there was no place. */
struct flows_missed_event {
	struct bpfhost_event header;
	__u64 flows;
	__u64 packets;
	__u64 bytes;
};

/* All since the start. */
struct counter_event {
	struct bpfhost_event header;
	char iface[XDP_NAME_SIZE];
	__u32 queue;
	__u16 proto BPFHOST_TAG(enum:xdp_proto) BPFHOST_TAG(short);
	__u16 action BPFHOST_TAG(enum:xdp_verdict) BPFHOST_TAG(short);
	__u64 packets BPFHOST_TAG(counter);
	__u64 bytes BPFHOST_TAG(counter);
	__u64 packets_per_second BPFHOST_TAG(gauge);
	__u64 bytes_per_second BPFHOST_TAG(gauge);
};
/* clang-format on */

#endif
