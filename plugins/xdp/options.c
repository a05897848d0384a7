/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "options.h"

#include <stddef.h>

#include "capture.h"

static const char *const xdp_follows[] = { "auto", "yes", "no", NULL };
static const char *const xdp_modes[] = { "auto", "native", "generic", "offload", NULL };
static const char *const xdp_shows_choices[] = { "flows", "packets", "drops", "counters", NULL };

const struct bpfhost_option xdp_options[] = {
	{
		.name = "iface",
		.type = BPFHOST_OPT_STRING,
		.flags = BPFHOST_OPT_LIST,
		.help = "the interface, * and ? in it; default: that of the default route",
	},
	{
		.name = "mode",
		.type = BPFHOST_OPT_CHOICE,
		.choices = xdp_modes,
		.default_text = "auto",
		.help = "where the program runs: in the driver (native), behind it (generic), in the "
			"card (offload); auto: native, else generic",
	},
	{
		.name = "show",
		.type = BPFHOST_OPT_CHOICE,
		.flags = BPFHOST_OPT_LIST,
		.choices = xdp_shows_choices,
		.help = "what is told: flows (the default), packets, drops (packets that were "
			"dropped), counters",
	},
	{
		.name = "match",
		.type = BPFHOST_OPT_STRING,
		.help = "of which packets: an expression over the fields of a packet, decided in "
			"the kernel",
	},
	{
		.name = "pcap",
		.type = BPFHOST_OPT_STRING,
		.help = "the same in tcpdump's language, pcap-filter(7); both must hold where both are "
			"given",
	},
	{
		.name = "sample",
		.type = BPFHOST_OPT_UINT,
		.default_text = "1",
		.min = 1,
		.max = 1000000000,
		.help = "packets, drops: one in so many, counted on each CPU",
	},
	{
		.name = "interval",
		.type = BPFHOST_OPT_TIME,
		.default_text = "1s",
		.min = 100000000,
		.max = 3600000000000,
		.help = "flows, counters: how often they are told",
	},
	{
		.name = "flows_max",
		.type = BPFHOST_OPT_UINT,
		.default_text = "16384",
		.min = 16,
		.max = 4194304,
		.help = "flows: for how many there is room; 128 bytes each, four times",
	},
	{
		.name = "netns",
		.type = BPFHOST_OPT_STRING,
		.help = "the network namespace of the interfaces: a name in /run/netns or a pid; "
			"default: that of the host",
	},
	{
		.name = "follow",
		.type = BPFHOST_OPT_CHOICE,
		.choices = xdp_follows,
		.default_text = "auto",
		.help = "interfaces that appear later: yes, no, or where a * or ? stands in iface "
			"(auto); keeps the privileges for it",
	},
	{
		.name = "replace",
		.type = BPFHOST_OPT_BOOL,
		.default_text = "false",
		.help = "takes the place of an XDP program that is there already, and puts it back "
			"at the end",
	},
	{
		.name = "drop",
		.type = BPFHOST_OPT_STRING,
		.flags = BPFHOST_OPT_LIST,
		.help = "drop what comes from an address or a prefix, the longest holds, !PREFIX is an "
			"exception; or packets for which an expression holds",
	},
	{
		.name = "drop_file",
		.type = BPFHOST_OPT_STRING,
		.help = "more of drop, one a line, # begins a comment; read again when it changes",
	},
	{
		.name = "write",
		.type = BPFHOST_OPT_STRING,
		.help = "a file or FIFO for the packets themselves, in the format pcapng",
	},
	{
		.name = "snaplen",
		.type = BPFHOST_OPT_UINT,
		.default_text = "65535",
		.max = 262144,
		.help = "write: how many bytes of a packet are kept; 0 or more than 65535, up "
			"to 262144: 65535",
	},
	{
		.name = "write_count",
		.type = BPFHOST_OPT_UINT,
		.default_text = "0",
		.max = INT64_MAX,
		.help = "write: ends after so many packets; 0: does not",
	},
	{
		.name = "write_size",
		.type = BPFHOST_OPT_SIZE,
		.default_text = "0",
		.max = INT64_MAX,
		.help = "write: a new file, NAME_00001_DATE, before one becomes larger; 0: never",
	},
	{
		.name = "write_time",
		.type = BPFHOST_OPT_TIME,
		.default_text = "0s",
		.max = INT64_MAX,
		.help = "write: a new file, NAME_00001_DATE, with the first packet after this; 0s: never",
	},
	{
		.name = "write_files",
		.type = BPFHOST_OPT_UINT,
		.default_text = "0",
		.max = CAPTURE_FILES_MAX,
		.help = "write_size, write_time: so many files are kept, the last ones; 0: all",
	},
	{ .name = NULL },
};
