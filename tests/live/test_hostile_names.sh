#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Names and paths of traced programs that turn lines around, are as long as they can be, or are different a
# hundred thousand times: each stays one line, what is cut is named, and nothing is kept of them.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
need_kernel

# ---- what turns a line around, or cannot be seen, is no letter of the text -----------------------

rlo=$'\xe2\x80\xae' lri=$'\xe2\x81\xa6' alm=$'\xd8\x9c' zero=$'\xe2\x80\x8b' tag=$'\xf3\xa0\x81\x81'
filler=$'\xe3\x85\xa4' vowel=$'\xe1\xa0\x8e' joiner=$'\xcd\x8f'
HOST_FORMAT=text
target_start name "${rlo}gpj" open "/${rlo}gpj.exe${lri}${alm}${zero}${tag}" \
	open "/${filler}${vowel}${joiner}" open $'/\xd7\x90'
run_once 'syscalls:sys_enter_openat(filename)'
expect "text" "\\u202egpj[$(target_said pid)] filename=\"/\\u202egpj.exe\\u2066\\u061c\\u200b\\U0e0041\"" \
	"$(sed -n 1p "$TMP/out" | tr -s ' ' | cut -d ' ' -f 3-)"
expect "what looks like nothing" 'filename="/\u3164\u180e\u034f"' \
	"$(sed -n 2p "$TMP/out" | tr -s ' ' | cut -d ' ' -f 4-)"
expect "a letter stays" "filename=/"$'\xd7\x90' "$(sed -n 3p "$TMP/out" | tr -s ' ' | cut -d ' ' -f 4-)"
# As a name of a file in what the log says.
host_run --plugin tracepoint --output "$TMP/missing/${rlo}x"
expect "exit status" 2 "$STATUS"
expect "the log" 1 "$(grep -c 'missing/\\u202ex' "$TMP/log")"
HOST_FORMAT=json

# ---- paths as long as they can be -----------------------------------------------------------------

# path SIZE: an absolute one of so many bytes
path() {
	local text

	text=$(printf '/%0254d' $(seq 17))
	printf '%s' "${text:0:$1}"
}

target_start open "$(path 4095)" open "$(path 4096)" open "$(path 4097)" open "$(path 300)"
run_once 'syscalls:sys_enter_openat(filename)' --set string_size=4096
expect "bytes of 4095, 4096, 4097 and 300" "4095 4096 4096 300" \
	"$(jq '.data.filename | utf8bytelength' "$TMP/out" | words)"
expect "the first" "$(path 4095)" "$(jq -r .data.filename "$TMP/out" | sed -n 1p)"
expect "truncated" 'null null ["filename"] null' "$(jq -c .truncated "$TMP/out" | words)"
expect "in the ledger" 1 "$(stat_of truncated)"

# A program below seventeen folders of 200 letters, deeper than any path that the kernel takes as one.
name=$(printf '%0200d' 0) deep=$TMP
for ((i = 0; i < 17; i++)); do
	deep+=/$name
done
mkdir -p "$deep" || fail "no deep folder"
cp "$TARGETS_DIR/hostile" "$deep/hostile"
expect_between "letters of the path" 3400 4095 ${#deep}
target_start wait exec "$deep/hostile"
host_start -n 2 --pid "$TARGET_PID" --plugin tracepoint --set string_size=4096 \
	--set 'probes=sched:sched_process_exec(filename)' \
	--plugin uprobe --set "probes=$deep/hostile:handed(text: str)"
target_poke
target_poke
wait_until 5 target_reached pid 2 || fail "no exec"
host_stop
check_ledger
check_ledger uprobe
expect "the path" "$deep/hostile" "$(jq -r 'select(.plugin == "tracepoint") | .data.filename' "$TMP/out")"
check_clean
target_end

# ---- a hundred thousand names, and another: nothing is kept of them -------------------------------

memory() {
	local pid

	for pid in $HOST_PID $(workers); do
		sed -n 's/^RssAnon:[[:space:]]*\([0-9]*\) kB/\1/p' "/proc/$pid/status"
	done
}

many=100000
TARGET_PROGRAM=$TARGETS_DIR/hostile
target_start names $many
host_start -n 2 --pid "$TARGET_PID" \
	--plugin tracepoint --set 'probes=syscalls:sys_enter_openat(filename)' \
	--plugin uprobe --set "probes=$TARGET_PROGRAM:named(text: str)" --set stack=user
target_go 40
mapfile -t before < <(memory)
target_poke
wait_until 40 target_reached "done" 2 || fail "the target does not end"
mapfile -t after < <(memory)
expect "processes of the host" "3 3" "${#before[@]} ${#after[@]}"
for i in 0 1 2; do
	expect_between "KiB more" -100000 1024 $((after[i] - before[i]))
done
note "KiB after $many names: ${before[*]}, after as many more: ${after[*]}"
host_stop
for name in tracepoint uprobe; do
	check_ledger $name
	expect "produced" $((2 * many)) "$(stat_of produced $name)"
done
# Each name was there once, but for those in the gaps.
grep -F '"event":"syscalls' "$TMP/out" | sed 's/.*"comm":"\([^"]*\)".*\/nonexistent\/\([0-9]*\)".*/\1 \2/' |
	sort -u >"$TMP/names"
expect "different names" "$(stat_of delivered)" "$(wc -l <"$TMP/names")"
expect "that belong together" 0 "$(awk '$1 != "n" $2' "$TMP/names" | wc -l)"
[ "$(stat_of delivered)" -gt 1000 ] || fail "next to nothing was delivered"
check_clean
target_end
