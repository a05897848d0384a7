#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# A function that does not return is ended after the limit and named, while the supervisor idles and
# a healthy instance beside it sees every call.
set -uo pipefail
# shellcheck source=tests/live/bad.sh
. "$(dirname "$0")/bad.sh"

need_bpf
remember_programs
calls=300
# What a healthy plugin keeps.
limit=$((300 * slow))

# The processor time that the supervisor has used, in ticks of 10 ms.
ticks() { awk '{ print $14 + $15 }' "/proc/$host/stat"; }

check_named() {
	logged "bad: plugin misbehave: $1 takes longer than $2 ms; ending its worker\$" ||
		fail "$1: the hang is not named"
	logged "bad: plugin misbehave: its worker was ended by SIGKILL in $1\$" ||
		fail "$1: the end is not named"
}

for where in load attach poll; do
	start_target $calls 200
	start_host --plugin misbehave@bad --set where=$where --set how=loop --set after=10 \
		--call-limit ${limit}ms --restart-limit 0
	go_target
	until_true 5 logged 'bad: plugin misbehave: its worker was ended' ||
		fail "$where: the hang is not ended"
	until_true 10 target_done || fail "$where: the target does not end"
	check_named $where $limit
	end_host 1
	end_target
	check_healthy $calls
	check_ledger bad
	check_nothing_left
	echo "ok loop in $where"
done

# A stop does not wait for longer than that in any case.
if ((limit < 700)); then
	start_target $calls 200
	start_host --plugin misbehave@bad --set where=detach --set how=loop --call-limit ${limit}ms
	go_target
	until_true 10 target_done || fail "detach: the target does not end"
	began=$(date +%s%N)
	end_host 1
	took=$((($(date +%s%N) - began) / 1000000))
	((took < 1500)) || fail "detach: the stop took $took ms"
	check_named detach $limit
	end_target
	check_healthy $calls
	check_ledger bad
	check_nothing_left
	echo "ok loop in detach, over after $took ms"
fi

# A second of hanging costs the supervisor next to nothing.
start_target 1
start_host --plugin misbehave@bad --set where=poll --set how=loop --call-limit 5000ms --restart-limit 0
until_true 5 logged 'bad: attached' || fail "not attached"
sleep 0.1
before_ticks=$(ticks)
sleep 1
used=$(($(ticks) - before_ticks))
logged 'bad: plugin misbehave: its worker was ended' && fail "the hang was ended before its time"
until_true 10 logged 'bad: plugin misbehave: its worker was ended' || fail "the hang is not ended"
check_named poll 5000
((used <= 2)) || fail "the supervisor used $used ticks in a second of waiting"
go_target
until_true 5 target_done || fail "the target does not end"
end_host 1
end_target
check_healthy 1
check_nothing_left
echo "ok supervisor idle: $used ticks in a second"

# Without a limit the stop ends it, and the stream tells what was lost by that.
start_target 200000 20
start_host --plugin misbehave@bad --set where=detach --set how=loop
go_target
sleep 0.5
end_host 1
kill "$target"
end_target
check_ledger bad
check_ledger healthy
(($(stat_of bad lost_stop) > 0)) || fail "nothing was lost to the stop"
check_nothing_left
echo "ok loop in detach without a limit, $(stat_of bad lost_stop) lost to the stop"
