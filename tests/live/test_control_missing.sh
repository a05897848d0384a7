#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Who asks for an instance that cannot attach hears which of its probes could not, as the log says it.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/live/control.sh
. "$(dirname "$0")/control.sh"
# shellcheck source=tests/live/net.sh
. "$(dirname "$0")/net.sh"

cleanup() {
	net_down
}

need_kernel
net_up
host_start --control "$CONTROL" --plugin xdp --set iface=eth
there_are='there is no such interface; there are: lo, eth'
refused 1 "x: ctl load: failed to attach any of 1 probes: failed to attach nope0: $there_are" load xdp@x --set iface=nope0
refused 1 "x: ctl load: failed to attach any of 3 probes: failed to attach nope0: $there_are; and 2 others" \
	load xdp@x --set iface=nope0 --set iface=nope1 --set iface=nope2
BPF_IDS=$(bpf_ids)
host_stop
check_clean
