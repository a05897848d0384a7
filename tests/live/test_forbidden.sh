#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# What a worker may do after attach, tried from inside: each answer, what the log says of it, and that the
# neighbour does not notice.
set -uo pipefail
# shellcheck source=tests/live/bad.sh
. "$(dirname "$0")/bad.sh"

need_bpf
remember_programs

answer() { sed -n "s/.*forbidden: tried $1: //p" "$work/log"; }

# ---- what is refused is EPERM, and told by the name of the call
start_target 1000
start_host --plugin forbidden
until_true 10 logged 'tried own_signal' || fail "it does not come to the end of what it tries"
go_target
until_true 20 target_done || fail "the target does not end"
for word in open shadow create unlink chmod inet unix netlink memfd io_uring map_create prog_load \
	link_create prog_by_id perf setns unshare fork spawn kill owner async setuid limit dumpable handler code \
	make_code dlopen; do
	case ${CFLAGS:-}:$word in
	*sanitize*:open | *sanitize*:create) continue ;; # their own code opens files
	*sanitize*:dumpable) continue ;;
	*sanitize*:shadow) wanted=EACCES ;;
	*) wanted=EPERM ;;
	esac
	[[ $(answer "$word") == "$wanted" ]] || fail "$word: $(answer "$word"), not $wanted"
done
for word in thread memory own_signal; do
	[[ $(answer "$word") == ok ]] || fail "$word: $(answer "$word")"
done
for call in 'socket(2, ...)' 'bpf(0, ...)' perf_event_open kill setuid mmap mprotect io_uring_setup; do
	(($(grep -cxF "bpfhost: warning: forbidden: plugin forbidden: its worker was refused the system call $call" \
		"$work/log") == 1)) ||
		fail "the log does not name $call once"
done
end_host 0
end_target
check_healthy 1000
check_ledger forbidden
(($(stat_of forbidden delivered) == 1000)) || fail "$(stat_of forbidden delivered) delivered"
check_nothing_left
echo "ok refused"

# ---- what nobody does by mistake ends it
for word in exec ptrace mount; do
	start_target 100
	start_host --plugin forbidden --set "first=$word" --restart-limit 0
	until_true 10 logged 'forbidden: plugin forbidden: its worker was ended by SIGSYS' ||
		fail "$word does not end it"
	[[ -z $(answer "$word") ]] || fail "$word: $(answer "$word")"
	logged 'by SIGSYS in poll, for a system call that no plugin may make$' || fail "the cause is not named"
	go_target
	until_true 20 target_done || fail "the target does not end"
	end_host 1
	end_target
	check_healthy 100
	check_nothing_left
done
echo "ok ended"

# ---- the same signal, sent by somebody, is told as that
start_target 100
start_host --plugin forbidden --set first=nothing --restart-limit 0
until_true 10 logged 'forbidden: attached 1 of 1' || fail "not attached"
kill -SYS "$(worker_of forbidden)"
until_true 10 logged "by SIGSYS (between calls|in poll), which process $$ sent\$" || fail "the sender is not named"
go_target
until_true 20 target_done || fail "the target does not end"
end_host 1
end_target
check_healthy 100
check_nothing_left
echo "ok sent"
