#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Ten instances crash in each of their lives, six times each: started again with a growing pause, up to the limit, then
# failed. Fifty restarts cost the supervisor neither memory nor descriptors, and an instance beside them no event.
set -uo pipefail
# shellcheck source=tests/live/bad.sh
. "$(dirname "$0")/bad.sh"

need_bpf
remember_programs
limit=5
names=(a b c d e f g h i j)

descriptors() { find "/proc/$host/fd" -mindepth 1 | wc -l; }
# Without what is shared with others: the kernel frees the memory of a bus when it is unmapped.
memory_kib() { awk '/^RssAnon:/ { print $2 }' "/proc/$host/status"; }
given_up() { (($(grep -c ': has crashed too often, giving it up$' "$work/log") == $1)); }
attached() { (($(grep -c ': attached 1 of 1 probes$' "$work/log") >= $1)); }

crashing() {
	local name
	instances=()
	for name in "$@"; do
		instances+=(--plugin "misbehave@$name" --set where=poll --set how=crash --set after=1)
	done
}

# Calls come all the time: a crash needs one.
calls=28000
start_target $calls 100
crashing "${names[@]}"
start_host --ring-size 256KiB --restart-limit $limit "${instances[@]}"
until_true 10 attached 11 || fail "not all are attached"
before_descriptors=$(descriptors)
before_memory=$(memory_kib)
go_target
until_true 30 given_up ${#names[@]} || fail "they are not given up"
after_descriptors=$(descriptors)
after_memory=$(memory_kib)
until_true 60 target_done || fail "the target does not end"
end_host 1
end_target

check_healthy $calls
for name in "${names[@]}"; do
	check_ledger "$name"
	(($(stat_of "$name" restarts) == limit)) || fail "$name: $(stat_of "$name" restarts) restarts"
	(($(lines "$name" restart) == limit)) || fail "$name: the stream tells of $(lines "$name" restart) restarts"
	pauses=$(sed -nE "s/.*: $name: will be started again in ([0-9]+) ms.*/\1/p" "$work/log" | xargs)
	[[ $pauses == '100 200 400 800 1600' ]] || fail "$name: pauses of $pauses ms"
done
((after_descriptors <= before_descriptors)) ||
	fail "$before_descriptors descriptors before, $after_descriptors behind the restarts"
# What the merge and the output take when events come at all is no leak: a few hundred KiB, whatever comes.
((after_memory - before_memory < 8192)) ||
	fail "$before_memory KiB before, $after_memory KiB behind the restarts"
check_nothing_left
echo "ok 50 restarts: $before_descriptors descriptors before, $after_descriptors after;" \
	"$before_memory KiB before, $after_memory KiB after"

# ---- the last one that fails ends the run, with status 1
start_target 1000 200
"$BPFHOST" --plugin-dir "$BAD_DIR" --trust "$BAD_DIR" --pid "$target" --format json --restart-limit 1 \
	--plugin misbehave@alone --set where=poll --set how=_exit --set after=1 \
	>"$work/out" 2>"$work/log" 9>&- &
host=$!
pids+=("$host")
until_true 10 logged 'alone: attached 1 of 1' || fail "not attached"
go_target
ended() { [[ ! -d /proc/$host ]] || [[ $(<"/proc/$host/stat") == *') Z '* ]]; }
until_true 10 ended || fail "the run goes on without any instance"
wait "$host"
status=$?
((status == 1)) || fail "exit status $status, expected is 1"
logged 'alone: has crashed too often, giving it up$' || fail "it is not given up"
until_true 10 target_done
end_target
check_ledger alone
check_nothing_left
echo "ok the last instance"
