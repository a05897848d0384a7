#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# A plugin that crashes, exits, fails or lies takes down itself alone: one line of the log names
# plugin, function and cause, and a healthy instance beside it sees every single call.
set -uo pipefail
# shellcheck source=tests/live/bad.sh
. "$(dirname "$0")/bad.sh"

need_bpf
remember_programs
calls=300

# run STATUS WORDS SETTING...: misbehave with the settings beside the healthy instance.
run() {
	local status=$1 words=$2 setting settings=()
	shift 2
	for setting in "$@"; do
		settings+=(--set "$setting")
	done
	start_target $calls 200
	start_host --plugin misbehave@bad "${settings[@]}" --restart-limit 1
	case $* in where=poll* | where=nowhere)
		until_true 10 logged 'bad: attached 1 of 1' || fail "$*: it is not attached" ;;
	esac
	go_target
	until_true 10 target_done || fail "$*: the target does not end"
	until_true 5 logged "$words" || fail "$*: the log says nothing of \"$words\""
	end_host "$status"
	end_target
	check_healthy $calls
	check_ledger bad
	check_nothing_left
	echo "ok $*"
}

run 0 'bad: attached 1 of 1' where=nowhere
(($(stat_of bad delivered) == calls)) || fail "nowhere: not all was delivered"

for where in load attach; do
	run 1 "bad: plugin misbehave: its worker was ended by SIGSEGV in $where\$" where=$where how=crash
	run 1 "bad: plugin misbehave: its worker was ended by SIGABRT in $where\$" where=$where how=abort
	run 1 "bad: plugin misbehave: its worker exited with status 0 in $where\$" where=$where how=exit
	run 1 "bad: plugin misbehave: its worker exited with status 0 in $where\$" where=$where how=_exit
	run 1 "bad: .*Input/output error" where=$where how=error
	run 0 "bad: attached 1 of 1" where=$where how=signals
	run 0 "bad: flood 0$" where=$where how=flood
done
# Where the option stands that a plugin refuses as late as in attach.
run 1 'bad: argument [0-9]+: option how: not in this place$' where=attach how=option
# Long enough for the second life, which crashes in its turn, and is the last.
calls=3000
for how in crash:'was ended by SIGSEGV' _exit:'exited with status 0' exit:'exited with status 0'; do
	run 1 "bad: plugin misbehave: its worker ${how#*:} in poll\$" \
		where=poll how="${how%%:*}" after=100
	logged 'bad: has crashed too often, giving it up$' || fail "$how: not given up"
	(($(stat_of bad restarts) == 1)) || fail "$how: it was not started again"
	(($(lines bad restart) == 1)) || fail "$how: the stream tells of no restart"
	(($(stat_of bad delivered) >= 200)) || fail "$how: the second life delivered nothing"
done
run 1 'bad: plugin misbehave: its worker was ended by SIGKILL .*, after it had closed' where=poll how=close after=100
run 1 'bad: the worker broke the format of the bus .a record shorter than its type' \
	where=poll how=short after=100
run 1 'bad: the worker broke the format of the bus .an event of unknown type' \
	where=poll how=unknown after=100
calls=300
run 1 'bad: .*Input/output error' where=poll how=error after=100
run 0 'bad: attached 1 of 1' where=poll how=leak
run 0 'bad: flood 0$' where=poll how=flood after=299

# What goes wrong in detach shows when the run ends.
run_detach() {
	start_target $calls 200
	start_host --plugin misbehave@bad --set where=detach --set how="$1"
	go_target
	until_true 10 target_done || fail "detach $1: the target does not end"
	end_host 1
	end_target
	logged "$2" || fail "detach $1: the log says nothing of \"$2\""
	check_healthy $calls
	check_ledger bad
	check_nothing_left
	echo "ok where=detach how=$1"
}
run_detach crash 'bad: plugin misbehave: its worker was ended by SIGSEGV in detach$'
run_detach abort 'bad: plugin misbehave: its worker was ended by SIGABRT in detach$'
run_detach exit 'bad: plugin misbehave: its worker exited with status 0 in detach$'
run_detach _exit 'bad: plugin misbehave: its worker exited with status 0 in detach$'
run_detach error 'bad: .*Input/output error'
run_detach close 'bad: plugin misbehave: its worker '
