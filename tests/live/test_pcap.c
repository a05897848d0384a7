/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Filters in tcpdump's language must mean the same in the kernel as in libpcap. Each of a table of expressions is
 * translated, put into a program of its own, and run over frames of many kinds, whole, cut at every byte, and with
 * bytes changed; pcap_offline_filter() of libpcap says what is right. Exit status 77 without the privilege to load
 * programs.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <bpf/bpf.h>

#include "pcap_compile.h"
#include "pcap_oracle.h"
#include "pcap_translate.h"

#define ROOM      4096
#define FRAME_MAX 1600
#define SHORTEST  14 /* the kernel runs no shorter frame */
#define CHANGES   40 /* of each frame */

#define MANY                                                                                       \
	"host 10.9.0.1 or host 10.9.0.2 or host 10.9.0.3 or host 10.9.0.4 or host 10.9.0.5 "       \
	"or port 5 or port 6 or port 7 or port 8 or net 172.16.0.0/12 or net 100.64.0.0/10 "       \
	"or ip6 net fe80::/10"

static const char *const expressions[] = {
	"tcp",
	"udp",
	"icmp",
	"icmp6",
	"arp",
	"ip",
	"ip6",
	"sctp",
	"igmp",
	"rarp",
	"not ip",
	"host 10.9.0.1",
	"src host 10.9.0.2",
	"dst host fd00:9::1",
	"net 10.9.0.0/24",
	"src net 192.168.0.0/16 or dst net fd00::/8",
	"port 53",
	"src port 1024",
	"dst port 443",
	"portrange 1-1023",
	"tcp portrange 400-500",
	"tcp port 443 and host 10.9.0.2",
	"tcp[tcpflags] & (tcp-syn|tcp-fin) != 0",
	"tcp[13] = 2",
	"tcp[0:2] = 443",
	"tcp[4:4] > 5",
	"udp[4:2] < 100",
	"udp[8] = 0x78",
	"icmp[icmptype] = icmp-echo",
	"icmp[0] = 8 or icmp[0] = 0",
	"icmp6[0] = 128",
	"ip6[6] = 58",
	"ip[8] = 64",
	"ip[6:2] & 0x1fff != 0",
	"ip[0] & 0xf > 5",
	"ip[2:2] - 20 > 100",
	"ip[2:2] * 2 = 120",
	"ip[2:2] / 3 > 20",
	"ip[8] % 3 = 1",
	"ip[8] << 2 = 256",
	"ip[8] >> 33 = 0",
	"ip[9] ^ 1 = 7",
	"ip[8] / ip[9] > 2",
	"ip[8] % ip[1] = 0",
	"ip[2:2] << ip[9] > 0",
	"ip[2:2] >> ip[9] > 0",
	"-ip[8] < 0",
	"(ip[8] | 1) = 65",
	"ether[0] & 1 = 1",
	"ether broadcast",
	"ether multicast",
	"ether src 02:00:00:00:00:02",
	"ether proto 0x88cc",
	"ether[12:2] < 1500",
	"broadcast or multicast",
	"greater 100",
	"less 60",
	"len > 200 and len < 1000",
	"vlan",
	"vlan 12",
	"vlan and tcp",
	"vlan 12 and vlan 13 and udp",
	"vlan 12 and host 10.9.0.2",
	"mpls",
	"mpls 100 and ip",
	"pppoes",
	"pppoes and tcp",
	"ip proto 47",
	"ip6 proto 17",
	"ip6 protochain 17",
	"ip protochain 6",
	"proto gre",
	"ip host 10.9.0.1 and not port 22",
	"ip broadcast or ip multicast",
	"llc",
	"stp",
	"iso",
	"udp port 4789 and udp[8:4] = 0x08000000",
	"geneve or vxlan",
	"port http or port domain",
	"tcp and (((ip[2:2] - ((ip[0]&0xf)<<2)) - ((tcp[12]&0xf0)>>2)) != 0)",
	"ether[100:4] = 0",
	"ether[1599] = 0",
	"ip[65535] = 1",
	"tcp[4294967295] = 1",
	"not (tcp or udp or arp)",
	"ip or ip6 or arp or vlan",
	"inbound",
	MANY,
};

/* One header behind the other, as hexadecimal digits; x fills up. */
static const char *const frames[] = {
	/* ARP */
	"ffffffffffff 020000000002 0806 0001 0800 06 04 0001 020000000002 0a090002 000000000000 0a090001",
	/* TCP SYN, with options */
	"020000000001 020000000002 0800 45000030 12344000 4006 0000 0a090002 0a090001 "
	"0400 01bb 00000009 00000000 7002 ffff 0000 0000 020405b4 01030307",
	/* TCP data */
	"020000000001 020000000002 0800 45100040 12344000 4006 0000 0a090002 c0a80101 "
	"01bb 0400 00000009 00000007 5018 ffff 0000 0000 xxxxxxxxxxxxxxxxxxxxxxxx",
	/* UDP, IPv4 with options */
	"020000000001 020000000002 0800 47000040 00010000 0111 0000 0a090002 ac100001 94040000 01010101 "
	"0400 0035 0024 0000 xxxxxxxxxxxxxxxx",
	/* ICMP echo, and a later fragment of one */
	"020000000001 020000000002 0800 45000054 12344000 4001 0000 0a090002 0a090001 0800 1111 0001 0002 xxxxxxxx",
	"020000000001 020000000002 0800 45000054 123420b9 4001 0000 0a090002 0a090001 0800 1111 0001 0002 xxxxxxxx",
	/* IPv6: ICMPv6, UDP behind hop-by-hop and fragment headers, TCP */
	"333300000001 020000000002 86dd 60000000 0010 3a ff fd000009000000000000000000000002 "
	"fd000009000000000000000000000001 8000 1111 0001 0002 xxxx",
	"020000000001 020000000002 86dd 60000000 0020 00 40 fe800000000000000000000000000002 "
	"fd000009000000000000000000000001 2c00050200000100 1100000100000001 0400 0035 0010 0000 xxxx",
	"020000000001 020000000002 86dd 60000000 0014 06 40 fd000009000000000000000000000002 "
	"fd000009000000000000000000000001 0400 01bb 00000009 00000000 5002 ffff 0000 0000",
	/* VLAN, double VLAN */
	"020000000001 020000000002 8100 000c 0800 45000028 12344000 4006 0000 0a090002 0a090001 "
	"0400 01bb 00000009 00000000 5002 ffff 0000 0000",
	"020000000001 020000000002 88a8 000c 8100 000d 0800 45000020 00010000 4011 0000 0a090002 0a090001 "
	"0400 0035 000c 0000 xxxx",
	/* SCTP, IGMP, GRE, VXLAN */
	"020000000001 020000000002 0800 45000028 00010000 4084 0000 0a090002 0a090001 0400 1f90 00000001 00000000 xxxx",
	"01005e000001 020000000002 0800 46000020 00010000 0102 0000 0a090002 e0000001 94040000 1100 0000 00000000",
	"020000000001 020000000002 0800 4500002c 00010000 402f 0000 0a090002 0a090001 00000800 "
	"45000014 00010000 4006 0000 0a0a0002 0a0a0001",
	"020000000001 020000000002 0800 45000050 00010000 4011 0000 0a090002 0a090001 0400 12b5 003c 0000 "
	"08000000 00000700 020000000011 020000000012 0800 45000014 00010000 4006 0000 0a0a0002 0a0a0001",
	/* MPLS, PPPoE, LLDP, 802.3 spanning tree */
	"020000000001 020000000002 8847 00064140 45000020 00010000 4011 0000 0a090002 0a090001 0400 0035 000c 0000 xxxx",
	"020000000001 020000000002 8864 11 00 0007 0016 0021 45000014 00010000 4006 0000 0a090002 0a090001",
	"0180c200000e 020000000002 88cc 0207 04 020000000002 0403 05 31 0602 0078 0000",
	"0180c2000000 020000000002 0026 424203 0000000000 0000 0000000000000000 00000000 00000000000000008001 0000 1400 0200 0f00",
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct frame {
	uint8_t bytes[FRAME_MAX];
	uint32_t size;
};

static struct frame frame_of(const char *text)
{
	struct frame frame = { 0 };

	for (; *text; text++) {
		unsigned int byte;

		if (*text == ' ')
			continue;
		if (*text == 'x') {
			frame.bytes[frame.size++] = 'x';
			continue;
		}
		assert_int_equal(sscanf(text, "%2x", &byte), 1);
		frame.bytes[frame.size++] = (uint8_t)byte;
		text++;
	}
	return frame;
}

/* A program that is the filter and nothing else. */
static int load_filter(const char *text, uint32_t *ret_count)
{
	static struct bpf_insn code[ROOM + 8];
	struct sock_filter *filter = NULL;
	uint32_t count, n = 3;
	int err, fd;

	if (xdp_pcap_compile(text, &filter, &count, NULL))
		return -EINVAL;
	code[0] = (struct bpf_insn){ BPF_ALU64 | BPF_MOV | BPF_X, 7, 1, 0, 0 };
	code[1] = (struct bpf_insn){ BPF_ALU64 | BPF_MOV | BPF_X, 8, 10, 0, 0 };
	code[2] = (struct bpf_insn){ BPF_ALU64 | BPF_ADD | BPF_K, 8, 0, 0, -XDP_PCAP_STACK };
	err = xdp_pcap_translate(filter, count, code + n, ROOM, ret_count);
	free(filter);
	if (err)
		return err;
	n += *ret_count;
	code[n++] = (struct bpf_insn){ BPF_LDX | BPF_MEM | BPF_W, 0, 8, XDP_PCAP_ANSWER, 0 };
	code[n++] = (struct bpf_insn){ BPF_ALU | BPF_AND | BPF_K, 0, 0, 0, 0x7fffffff };
	code[n++] = (struct bpf_insn){ BPF_JMP | BPF_EXIT, 0, 0, 0, 0 };
	fd = bpf_prog_load(BPF_PROG_TYPE_XDP, "filter", "GPL", code, n, NULL);
	return fd < 0 ? -errno : fd;
}

static bool runs(int program, const uint8_t *bytes, uint32_t size)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = bytes, .data_size_in = size);

	assert_int_equal(bpf_prog_test_run_opts(program, &opts), 0);
	return opts.retval;
}

struct sums {
	uint64_t runs;
	uint64_t matches;
};

static void compare(const char *text, int program, const struct pcap_oracle *oracle,
		    const struct frame *frame, uint32_t size, struct sums *sums)
{
	bool wanted = pcap_oracle_matches(oracle, frame->bytes, size);

	sums->runs++;
	sums->matches += wanted;
	if (runs(program, frame->bytes, size) != wanted)
		fail_msg("%s: libpcap says %d of %u bytes, EtherType %02x%02x", text, wanted, size,
			 frame->bytes[12], frame->bytes[13]);
}

static void compare_cuts(const char *text, int program, const struct pcap_oracle *oracle,
			 const struct frame *frame, struct sums *sums)
{
	for (uint32_t size = SHORTEST; size <= frame->size; size++)
		compare(text, program, oracle, frame, size, sums);
}

static void compare_changes(const char *text, int program, const struct pcap_oracle *oracle,
			    const struct frame *frame, struct sums *sums)
{
	unsigned int seed = 7;

	for (int i = 0; i < CHANGES; i++) {
		struct frame changed = *frame;

		for (int j = 0; j < 3; j++)
			changed.bytes[(uint32_t)rand_r(&seed) % changed.size] =
				(uint8_t)rand_r(&seed);
		compare(text, program, oracle, &changed, changed.size, sums);
	}
}

/* What we say that we cannot do. */
static bool is_beyond(const char *text, int program)
{
	return (program == -ELOOP && strstr(text, "protochain")) ||
	       (program == -ENOTSUP && !strcmp(text, "inbound"));
}

static void compare_all(const char *text, int program, struct pcap_oracle *oracle,
			struct sums *sums)
{
	if (program < 0)
		fail_msg("%s: the kernel refuses it: %s", text, strerror(-program));
	for (size_t j = 0; j < COUNT(frames); j++) {
		struct frame frame = frame_of(frames[j]);

		compare_cuts(text, program, oracle, &frame, sums);
		compare_changes(text, program, oracle, &frame, sums);
	}
	close(program);
	pcap_oracle_free(oracle);
}

static void test_same_as_libpcap(void **state)
{
	struct sums sums = { 0 };
	uint32_t known = 0, longest = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(expressions); i++) {
		struct pcap_oracle *oracle = pcap_oracle_new(expressions[i]);
		uint32_t count = 0;
		int program = load_filter(expressions[i], &count);

		/* What libpcap refuses, we refuse. */
		assert_int_equal(!oracle, program == -EINVAL);
		if (is_beyond(expressions[i], program))
			pcap_oracle_free(oracle);
		else if (oracle)
			compare_all(expressions[i], program, oracle, &sums);
		known += program >= 0;
		longest = count > longest ? count : longest;
	}
	printf("%u expressions, %llu runs, %llu of them matches, longest %u instructions\n", known,
	       (unsigned long long)sums.runs, (unsigned long long)sums.matches, longest);
	assert_true(known > 80 && sums.matches > sums.runs / 50);
}

static void test_refused(void **state)
{
	static const struct sock_filter ret[] = { { BPF_RET | BPF_K, 0, 0, 1 } };
	const struct sock_filter bad[][2] = {
		{ { BPF_LD | BPF_W | BPF_ABS, 0, 0, (uint32_t)SKF_AD_OFF }, ret[0] },
		{ { BPF_JMP | BPF_JA, 0, 0, 1 }, ret[0] },
		{ { BPF_JMP | BPF_JEQ, 0, 1, 0 }, ret[0] },
		{ { BPF_ST, 0, 0, BPF_MEMWORDS }, ret[0] },
		{ { BPF_ALU | 0xf0, 0, 0, 0 }, ret[0] },
		{ { BPF_LDX | BPF_W | BPF_ABS, 0, 0, 0 }, ret[0] },
		{ ret[0], { BPF_LD | BPF_IMM, 0, 0, 0 } },
	};
	struct bpf_insn code[64];
	uint32_t count = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_int_equal(xdp_pcap_translate(bad[i], 2, code, 64, &count),
				 i ? -EINVAL : -ENOTSUP);
	assert_int_equal(xdp_pcap_translate(ret, 0, code, 64, &count), -EINVAL);
	assert_int_equal(xdp_pcap_translate(ret, 1, code, 8, &count), -E2BIG);
	assert_int_equal(xdp_pcap_translate(ret, 1, code, 64, &count), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_same_as_libpcap),
	};
	uint32_t count;
	int probe = load_filter("ip", &count);

	if (probe == -EPERM || probe == -EACCES) {
		puts("skipped: needs CAP_BPF and CAP_NET_ADMIN");
		return 77;
	}
	close(probe);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
