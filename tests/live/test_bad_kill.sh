#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# SIGKILL of a worker: it is started again, the others go on, the books balance. SIGKILL of the
# supervisor: within a second there is no worker, no program and no link.
set -uo pipefail
# shellcheck source=tests/live/bad.sh
. "$(dirname "$0")/bad.sh"

need_bpf
remember_programs

# ---- a worker, again and again while the target calls
calls=20000
start_target $calls 20
start_host --plugin misbehave@bad --set where=nowhere
until_true 5 logged 'bad: attached 1 of 1' || fail "not attached"
go_target
for i in 1 2 3; do
	sleep 0.05
	until_true 5 test -n "$(worker_of bad)" || fail "no worker to kill"
	kill -KILL "$(worker_of bad)"
	until_true 5 logged "bad: will be started again in .* ms \($i of 5\)" ||
		fail "kill $i: it is not started again"
	attached=$((i + 1))
	all_attached() { (($(grep -c 'bad: attached 1 of 1' "$work/log") == attached)); }
	until_true 5 all_attached || fail "kill $i: it does not come back"
done
until_true 20 target_done || fail "the target does not end"
(($(grep -c 'bad: .* was ended by SIGKILL .*, which bpfhost did not send' "$work/log") == 3)) ||
	fail "SIGKILL is not told as somebody else's"
end_host 1
end_target
check_healthy $calls
check_ledger bad
(($(stat_of bad restarts) == 3)) || fail "$(stat_of bad restarts) restarts"
(($(lines bad restart) == 3)) || fail "$(lines bad restart) restart lines"
check_nothing_left
echo "ok worker: $(stat_of bad delivered) delivered, $(stat_of bad lost_crash) lost to the crashes"

# ---- a crash with records behind it: what nobody has read is lost, and said to be
calls=20000
start_target $calls
start_host --plugin misbehave@bad --set where=poll --set how=crash --set after=1000 --restart-limit 0
until_true 5 logged 'bad: attached 1 of 1' || fail "not attached"
go_target
until_true 20 target_done || fail "the target does not end"
end_host 1
end_target
check_healthy $calls
check_ledger bad
(($(stat_of bad delivered) == 1000)) || fail "$(stat_of bad delivered) delivered, not 1000"
(($(stat_of bad lost_crash) > 0)) || fail "nothing was lost to the crash"
(($(stat_of bad lost_crash) == $(stat_of bad lost))) || fail "lost to something else"
echo "ok crash: 1000 delivered, $(stat_of bad lost_crash) lost_crash"

# ---- the supervisor
start_target 1
start_host --plugin misbehave@bad --set where=nowhere
until_true 5 logged 'bad: attached 1 of 1' || fail "not attached"
workers=$(pgrep -P "$host" | sort -u)
(($(wc -w <<<"$workers") == 2)) || fail "workers: $workers"
kill -KILL "$host"
{ wait "$host"; } 2>/dev/null
# A zombie holds nothing any more: whoever has become its parent may be slow.
workers_gone() {
	local pid
	for pid in $workers; do
		! grep -qs '^State:.[^Z]' "/proc/$pid/status" || return 1
	done
}
until_true 1 workers_gone || fail "a worker outlives its supervisor by a second"
go_target
end_target
check_nothing_left
echo "ok supervisor"
