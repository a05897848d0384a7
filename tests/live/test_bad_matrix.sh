#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Each way to misbehave in each of the four functions, many at a time in one host, beside an instance that
# behaves: that one sees every call, every book balances, each failure is named in a line of its own, the
# supervisor ends as it should and nothing stays behind.
set -uo pipefail
# shellcheck source=tests/live/bad.sh
. "$(dirname "$0")/bad.sh"

need_bpf
remember_programs
cases=0
limit=$((2500 * slow))

# Sets words: what the log says of an instance that does `how` in `where`. Most say no more than this.
words_of() {
	local where=$1 how=$2
	words=': attached 1 of 1 probes$'
	case $where/$how in
	*/crash | */deep) words="its worker was ended by SIGSEGV in $where\$" ;;
	*/divide) words="its worker was ended by SIGFPE in $where\$" ;;
	*/abort) words="its worker was ended by SIGABRT in $where\$" ;;
	*/kill) words="its worker was ended by SIGKILL in $where" ;;
	*/exit | */_exit) words="its worker exited with status 0 in $where\$" ;;
	detach/loop | detach/sleep) words='its worker .* did not stop within [0-9]+ ms, in detach; ending it$' ;;
	detach/stop) words='did not stop within [0-9]+ ms, in detach: it is stopped, by SIGSTOP .*; ending it$' ;;
	*/stop) words="plugin misbehave: $where takes longer than $limit ms, for it is stopped, by SIGSTOP .*" ;;
	*/loop | */sleep)
		words="plugin misbehave: $where takes longer than $limit ms; ending its worker\$" ;;
	*/error) words="plugin misbehave: $where failed without a word of why: Input/output error\$" ;;
	*/text) words='two\\nlines, \\x1b\[31mred\\x1b\[0m and "quoted"$' ;;
	load/memory | attach/memory) words='Cannot allocate memory$' ;;
	load/descriptors | attach/descriptors) words='Too many open files$' ;;
	load/close | attach/close) words='Bad file descriptor|its worker ' ;;
	*/close) words='its worker ' ;;
	load/uid | attach/uid) words='Operation not permitted|Permission denied' ;;
	*/short) words='broke the format of the bus \(a record shorter than its type\); ending it$' ;;
	*/unknown) words='broke the format of the bus \(an event of unknown type\); ending it$' ;;
	*/large) words='poll failed without a word of why: Message too long$' ;;
	*/oversize | */negative | */kind | */torn | */odd | */far | */back)
		words='broke the format of the bus \(frames that cannot be\); ending it$' ;;
	*/rewrite) words='broke the format of the bus \(.*\); ending it$' ;;
	*/header) words='its worker ' ;;
	*/deluge) words='[0-9]+ of its log lines were dropped \(more than 256 KiB a second\)$' ;;
	*/messages) words='one of many\\n\\x1b\[31m that is not one line \\xff$' ;;
	*/junk | */stranger) words='the worker sent a message that cannot be; ending it$' ;;
	*/failed) words='its worker said that it was at its end, and goes on; ending it$' ;;
	*/detached) words='its worker exited with status 0 in poll$' ;;
	esac
}

# all_named WHERE HOW...
all_named() {
	local where=$1 how said words
	shift
	for how in "$@"; do
		words_of "$where" "$how"
		said=$(grep -E "^bpfhost: [a-z]+: $how: " "$work/log")
		grep -qE -- "$words" <<<"$said" && continue
		missing="$how in $where: \"$words\", but: $(tail -n 4 <<<"$said")"
		return 1
	done
}

# Each line is one, of the host's own, and has nothing that would steer a terminal. (Under a sanitizer, crashing
# workers have a word of their own.)
check_log() {
	local others
	others=$(LC_ALL=C grep -vE '^(bpfhost: (error|warning|info): |stats )' "$work/log")
	[[ -z $others || ${CFLAGS:-} == *sanitize* ]] || fail "lines of the log that are none: $others"
	! LC_ALL=C grep -qP '^(bpfhost|stats).*[\x00-\x08\x0b-\x1f\x7f-\xff]' "$work/log" ||
		fail "the log has control characters"
}

check_stream() {
	jq -e . "$work/out" >/dev/null 2>&1 || fail "the stream is not JSON line by line"
}

# round WHERE HOW...: all of them at once
round() {
	local where=$1 how instances=() stop
	shift
	for how in "$@"; do
		instances+=(--plugin "misbehave@$how" --set where="$where" --set how="$how" --set after=5)
	done
	start_target $calls 200
	start_host --ring-size 1MiB --call-limit ${limit}ms --restart-limit 1 "${instances[@]}"
	go_target
	until_true 20 target_done || fail "$where: the target does not end"
	[[ $where == detach ]] || until_true 15 all_named "$where" "$@" || fail "the log does not say of $missing"
	stop=$EPOCHREALTIME
	end_host 1
	stop=$(((${EPOCHREALTIME/[.,]/} - ${stop/[.,]/}) / 1000))
	((stop < 4000 * slow)) || fail "$where: the stop took $stop ms"
	end_target
	all_named "$where" "$@" || fail "the log does not say of $missing"
	check_log
	check_stream
	check_healthy $calls
	for how in "$@"; do
		check_ledger "$how"
		((++cases))
	done
	check_nothing_left
	check_no_strays
	echo "ok $where, $# ways, stopped within $stop ms"
}

ends=(crash divide deep abort loop sleep stop exit _exit kill error text)
process=(memory descriptors threads close signals umask folder uid orphan twin leak)
calls=300
round load "${ends[@]}" "${process[@]}" flood
round attach "${ends[@]}" "${process[@]}" flood
calls=3000
round poll "${ends[@]}" "${process[@]}"
round poll short unknown large losses future counts \
	oversize negative kind torn odd far back header rewrite
round poll flood deluge messages junk stranger failed detached attached ring plan
! grep -q 'this is no event' "$work/out" || fail "a plugin has written to stdout past the events"
calls=300
round detach "${ends[@]}" "${process[@]}" flood
echo "ok $cases cases"
