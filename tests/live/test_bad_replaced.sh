#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The file of a plugin is overwritten, cut and removed while an instance of it runs, which goes on to the last
# event. When its worker has to be started again there is nothing to start: it has failed then, the others go on.
set -uo pipefail
# shellcheck source=tests/live/bad.sh
. "$(dirname "$0")/bad.sh"

need_bpf
remember_programs
installed=$work/installed
mkdir "$installed"
built=$BAD_DIR
BAD_DIR=$installed

worker_of() {
	local pid
	for pid in $(pgrep -P "$host"); do
		[[ $(<"/proc/$pid/comm") == "bpfhost:$1" ]] && echo "$pid"
	done
}

# What becomes of the file while it is in use.
overwritten() { head -c "$(stat -c %s "$1")" /dev/urandom | dd of="$1" conv=notrunc status=none; }
cut() { truncate -s 0 "$1"; }
removed() { rm "$1"; }
renamed() { cp "$built/constructor.so" "$1.new" && mv "$1.new" "$1"; }

calls=500
for change in overwritten cut removed renamed; do
	cp "$built/misbehave.so" "$installed/misbehave.so"
	start_target $calls 100
	start_host --plugin misbehave@bad
	until_true 10 logged 'bad: attached 1 of 1' || fail "$change: not attached"
	! grep -q "$installed" "/proc/$(worker_of bad)/maps" ||
		fail "the worker has the file itself mapped"
	go_target
	"$change" "$installed/misbehave.so" || fail "$change: cannot be done"
	until_true 10 target_done || fail "$change: the target does not end"
	end_host 0
	end_target
	check_healthy $calls
	check_ledger bad
	(($(lines bad event) == calls)) || fail "$change: $(lines bad event) events of $calls"
	check_nothing_left
	rm -f "$installed/misbehave.so"
	echo "ok $change"
done

# ---- and then its worker dies
cp "$built/misbehave.so" "$installed/misbehave.so"
start_target $calls 100
start_host --plugin misbehave@bad
until_true 10 logged 'bad: attached 1 of 1' || fail "not attached"
removed "$installed/misbehave.so"
kill -KILL "$(worker_of bad)"
go_target
until_true 10 target_done || fail "the target does not end"
until_true 10 logged 'error: bad: .*: there is no plugin "misbehave"' || fail "it is not said what is missing"
# That something is missing now is not a wrong configuration: the run had begun.
end_host 1
end_target
check_healthy $calls
check_ledger bad
check_nothing_left
echo "ok removed, then started again"
