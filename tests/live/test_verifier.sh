#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# How much work the programs are for this kernel's verifier, which refuses one when it has processed a
# million instructions: every program with everything in it, and each takes half of that at most.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
need_kernel
need_program python3
most=500000

# One line for each program of the workers: how many instructions, and its name. bpftool does not say;
# verified_insns stands at 216 in struct bpf_prog_info of include/uapi/linux/bpf.h.
verified() {
	python3 - "$@" <<'PYTHON'
import ctypes, platform, struct, sys
BPF_PROG_GET_FD_BY_ID, BPF_OBJ_GET_INFO_BY_FD = 13, 15
number = {"x86_64": 321, "aarch64": 280}[platform.machine()]
libc = ctypes.CDLL(None, use_errno=True)

def bpf(command, attr):
    got = libc.syscall(number, command, attr, len(attr))
    if got < 0:
        sys.exit("bpf command %d: errno %d" % (command, ctypes.get_errno()))
    return got

for program in map(int, sys.argv[1:]):
    fd = bpf(BPF_PROG_GET_FD_BY_ID, struct.pack("<III", program, 0, 0))
    info = ctypes.create_string_buffer(224)
    bpf(BPF_OBJ_GET_INFO_BY_FD, struct.pack("<IIQ", fd, len(info), ctypes.addressof(info)))
    name = info.raw[64:80].rstrip(b"\0").decode()
    print(struct.unpack_from("<I", info.raw, 216)[0], name)
PYTHON
}

# check WHAT PROGRAM...: these are loaded, among others, and none takes too much.
check() {
	local what=$1 count name found

	shift
	found=$(sed -n 's/^prog //p' <<<"$BPF_IDS" | xargs "$BASH" -c "$(declare -f verified)"'; verified "$@"' _)
	while read -r count name; do
		note "$what: $name $count"
		[ "$count" -gt 0 ] || fail "$what: nothing is known of $name"
		[ "$count" -le $most ] || fail "$what: $name takes the verifier $count instructions"
	done <<<"$found"
	for name in "$@"; do
		grep -q " $name" <<<"$found" || fail "$what: $name is not among" "$found"
	done
	host_stop
	check_ledger
	check_clean
}

cp "$TARGETS_DIR/calls" "$TARGETS_DIR/probed" "$TMP"
condition() {
	echo "if $1 ~ \"*x*\" || $1 == \"abc\" || $1 ~ \"a*\""
}

# Each size has programs of its own. The kernel keeps 15 letters of a name.
PLUGIN=uprobe
for size in 0:16 1:256 2:4096; do
	class=${size%:*} a="a: str[${size#*:}]" text=str
	[ "$class" != 0 ] || text=i32
	for stack in none both; do
		host_start --plugin uprobe --set stack=$stack --set "probes=$TMP/calls:texts($a) $(condition a)"
		check "entry, $a, stack=$stack" "bpfhost_hit_$class"
		host_start --plugin uprobe --set stack=$stack \
			--set "probes=$TMP/calls:texts($a) -> $text $(condition a) && latency_ns > 5"
		check "call, $a, stack=$stack" "bpfhost_enter_$class" bpfhost_return_
	done
	PLUGIN=usdt
	host_start --plugin usdt --set "probes=$TMP/probed:bt:strings($a) $(condition a)"
	check "static probe, $a" "bpfhost_hit_$class"
	PLUGIN=tracepoint
	host_start --plugin tracepoint --comm nobody --uid 1 \
		--set "probes=syscalls:sys_enter_openat(filename: str[${size#*:}]) $(condition filename)"
	check "tracepoint, $a" tracepoint_
	PLUGIN=uprobe
done
note "ok"
