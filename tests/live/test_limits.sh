#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# A plugin that takes all the memory, descriptors or threads that it gets ends at the limit of its worker; its
# neighbour loses nothing.
set -uo pipefail
# shellcheck source=tests/live/bad.sh
. "$(dirname "$0")/bad.sh"

need_bpf
remember_programs

hoarded() { sed -n 's/.*hoard: hoarded \([0-9]*\): .*/\1/p' "$work/log"; }

# hoards WHAT LEAST MOST ERROR ARGUMENT...: gets so many, then this error, and goes on
hoards() {
	local what=$1 least=$2 most=$3 error=$4

	shift 4
	start_target 1000
	start_host --plugin hoard --set "what=$what" "$@"
	until_true 20 logged "hoard: hoarded [0-9]*: $error" || fail "$what: it is not told $error"
	(($(hoarded) >= least && $(hoarded) <= most)) || fail "$what: $(hoarded), not $least to $most"
	go_target
	until_true 20 target_done || fail "the target does not end"
	end_host 0
	end_target
	check_healthy 1000
	check_ledger hoard
	(($(stat_of hoard delivered) == 1000)) || fail "$(stat_of hoard delivered) delivered"
	check_nothing_left
	echo "ok $what: $(hoarded)"
}

# 64 above the highest that is open, and the holes below it
hoards files 64 80 EMFILE
case ${CFLAGS:-} in *sanitize*) exit 0 ;; esac # which have memory and stacks of their own
hoards threads 128 4096 EAGAIN
hoards memory 56 64 ENOMEM --memory-limit 64MiB

# ---- one that does not look at what it was told crashes, and the log says why
start_target 1000
start_host --plugin hoard --set crash=yes --memory-limit 64MiB --restart-limit 0
until_true 20 logged 'hoard: plugin hoard: its worker was ended by SIGSEGV in poll' ||
	fail "it does not crash"
until_true 5 logged 'hoard: it had taken [0-9]* MiB of memory; it gets 64 \(--memory-limit\)' ||
	fail "the log does not say that it had taken its memory"
go_target
until_true 20 target_done || fail "the target does not end"
end_host 1
end_target
check_healthy 1000
check_nothing_left
echo "ok crash"
