#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The kernel side of the SDK, program by program of tests/kernel/kernel_side.bpf.c: what it writes
# into records and log lines, what the verifier removes of it, and what it lets through.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
need_kernel
PLUGIN_DIR=${KERNEL_DIR:?}
SOURCE=$SOURCE_DIR/tests/kernel/kernel_side.bpf.c

# side PROGRAM [ARGUMENT...]: one instance with that program, from start to the end of the target
side() {
	local program=$1

	shift
	host_start --plugin kernel_side --set "program=$program" "$@"
}

side_end() {
	target_go
	host_stop
	expect "exit status" 0 "$STATUS"
	check_ledger kernel_side
	check_clean
	target_end
}

# The lines that the programs logged, without what stands before each.
lines() {
	sed -n 's/^bpfhost: \(error\|warning\|info\|debug\|trace\): kernel_side: \(.*(kernel_side.bpf.c:.*)\)$/\1: \2/p' \
		"$TMP/log"
}

program_id() {
	sed -n 's/^prog //p' <<<"$BPF_IDS"
}

# The size of the program after the verifier removed what cannot be reached.
xlated() {
	bpftool -j prog show id "$(program_id)" | jq .bytes_xlated
}

calls() {
	bpftool prog dump xlated id "$(program_id)" | grep -c "call .*$1"
}

# ---- the log: text, file and line, at every level ------------------------------------------------

line_of() {
	echo "kernel_side.bpf.c:$(grep -n "$1" "$SOURCE" | head -n 1 | cut -d : -f 1)"
}

all_lines=(
	"error: error -5 -6 4000000000 % ($(line_of '"error %d'))"
	"warning: warn beef BEEF 0xff 00001234 -1 ($(line_of '"warn %x'))"
	"info: info A 'kernel\\ttext' '1234567|ab  ' ($(line_of '"info %c'))"
	"debug: debug 192.0.2.1 2001:0db8:0000:0000:0000:0000:0000:0001 2001:db8::1\
 ($(line_of '"debug %pI4'))"
	"debug: macs 02:ab:cd:ef:00:01 02:AB:CD:EF:00:01 02:ab:cd ($(line_of '"macs'))"
	"trace: trace 0x1234 ($(line_of '"trace %p'))"
	"error: no arguments ($(line_of '"no arguments'))"
)
levels=(error warn info debug trace)
before=0
for i in 0 1 2 3 4; do
	wanted=("${all_lines[@]:0:i+1+(i>2)}" "${all_lines[6]}")
	target_start getppid 1
	host_spawn --plugin kernel_side --set program=side_lines --pid "$TARGET_PID" \
		--log-level "${levels[i]}"
	side_attached() {
		BPF_IDS=$(bpf_ids)
		grep -q '^prog ' <<<"$BPF_IDS" && grep -q '^link ' <<<"$BPF_IDS"
	}
	wait_until 10 side_attached || fail "the host does not attach"
	size=$(xlated)
	[ "$size" -gt "$before" ] || fail "at ${levels[i]}: $size bytes, one level less: $before"
	before=$size
	side_end
	expect "lines at ${levels[i]}" "$(printf '%s\n' "${wanted[@]}")" "$(lines)"
	expect "produced" 0 "$(stat_of produced kernel_side)"
done

target_start open /nonexistent/of-the-target
side side_user_line --pid "$TARGET_PID"
side_end
expect "a string of the traced process" \
	"info: opens '/nonexistent/of-the-target' ($(line_of '"opens '))" "$(lines)"

# An argument that is no pointer has nothing behind it, whatever the format says.
target_start getppid 1
side side_mistakes --pid "$TARGET_PID"
bytes=$(printf "mistake '%%!s(77)' %%!pI4(78) %%!pM(79)")
side_end
lines | grep -qF "$bytes" || fail "wrong arguments: $(lines)"
lines | grep -qF "null '(null)' 00:00:00:00:00:00" || fail "null pointers: $(lines)"

# ---- the log's own counters ----------------------------------------------------------------------

# sum_of COUNTER: over all CPUs, of the map of counters
sum_of() {
	local kind id

	while read -r kind id; do
		[ "$kind" = map ] || continue
		bpftool -j map show id "$id" | grep -q '"name":"bpfhost_counter' || continue
		bpftool -j map dump id "$id" | jq "[.[].formatted.value.$1] | add"
	done <<<"$BPF_IDS"
}

target_start getppid 20000
side side_flood --pid "$TARGET_PID" --ring-size 4K
target_go
expect "log lines produced" 20000 "$(sum_of log_produced)"
lost=$(sum_of log_lost)
expect_between "log lines lost" 1 19999 "$lost"
expect "events produced" 0 "$(sum_of produced)"
expect "events lost" 0 "$(sum_of lost)"
host_stop
expect "exit status" 0 "$STATUS"
check_ledger kernel_side
expect "produced" 0 "$(stat_of produced kernel_side)"
expect "gaps" 0 "$(gaps)"
expect "log lines shown" $((20000 - lost)) "$(grep -c 'info: kernel_side: flood (' "$TMP/log")"
grep -q "kernel_side: $lost log lines of its BPF programs were lost" "$TMP/log" ||
	fail "the lost lines are not told"
check_clean
target_end

# Stopping does not wait for programs that go on logging.
target_start getppid 20000000
side side_flood --pid "$TARGET_PID"
target_poke
wait_until 5 grep -q 'flood' "$TMP/log" || fail "no line of the flood"
host_stop
note "stopping a flood took $TOOK ms"
[ "$TOOK" -lt $((400 * SLOW)) ] || fail "stopping took $TOOK ms while a program logs"
check_clean
kill -KILL "$TARGET_PID"
target_end

# ---- strings about as long as their field --------------------------------------------------------

paths=(/23456789abcdef /23456789abcdefg /23456789abcdefgh)
target_start open "${paths[0]}" open "${paths[1]}" open "${paths[2]}" open ""
side side_user --pid "$TARGET_PID"
side_end
expect "user strings of 15, 16, 17 and 0 bytes" \
	"[\"${paths[0]}\",null] [\"${paths[1]}\",null] [\"${paths[1]}\",[\"path\"]] [\"\",null]" \
	"$(events | jq -c '[.data.path, .truncated]' | words)"
expect "truncated" 1 "$(stat_of truncated kernel_side)"

target_start getppid 1
side side_strings --pid "$TARGET_PID"
side_end
expect "kernel strings of 7 and 8 bytes" '[{"below":"1234567","exact":"12345678"},null]' \
	"$(events | jq -c 'select(.event == "side_fits") | [.data, .truncated]')"
expect "a kernel string of 9 bytes" '[{"over":"12345678"},["over"]]' \
	"$(events | jq -c 'select(.event == "side_cut") | [.data, .truncated]')"

# ---- all types and tags, to the byte -------------------------------------------------------------

read -r -d '' wanted <<'JSON'
{"u64":18446744073709551615,"s64":-9223372036854775808,"big_hex":"0xfeedfacecafebeef","span":1500,
"rising":3,"level":-4,"pointer":"0xffff888000001000","u32":4294967295,"s32":-2147483648,"ret":-2,
"v4":"192.0.2.1","state":"SIDE_BUSY","sign":"SIDE_BELOW","modes":"SIDE_READ|SIDE_EXEC",
"mode":"SIDE_WRITE","u16":65535,"s16":-32768,"port":8080,"hex16":"0xab","u8":255,"s8":-128,
"yes":true,"letter":"Q","v6":"2001:db8::1","mac":"02:ab:cd:ef:00:01","bytes":"02abcdef0001",
"text":"text","raw":"010203ff","counted":"aabbcc",
"peer":{"family":"AF_INET","addr":"192.0.2.7","port":8080},
"point.x":-3,"point.y":4,"point.in.deep":5,"point.in.name":"six","numbers":[1,2,3],
"hosts":["192.0.2.1","192.0.2.7"],"names":["abc","wxyz"],"states":["SIDE_IDLE",5],"end":99}
JSON
target_start getppid 3
side side_all --pid "$TARGET_PID"
side_end
expect "all fields" "$(tr -d '\n' <<<"$wanted")" "$(grep '"kind":"event"' "$TMP/out" | head -n 1 |
	sed 's/.*"data"://; s/}$//')"
expect "events" 3 "$(count)"
check_json

# ---- the common filter ---------------------------------------------------------------------------

# seen [ARGUMENT...]: how many of the target's 10 calls come through
seen() {
	target_start name sidetarget getppid 10
	side side_call --log-level info "$@" --filter "pid == $TARGET_PID"
	FILTERED=$(xlated)
	FILTER_CALLS=$(calls "$helper")
	side_end
	SEEN=$(count)
}

pid=$$
helper=get_current_pid_tgid
seen
bare=$FILTERED bare_pids=$FILTER_CALLS
expect "without a filter" 10 "$SEEN"
expect "asked for the pid, to stamp it" 1 "$bare_pids"

# Many of a kind are alternatives, kinds combine. 1 is not the target, and nor is this shell.
check_filter() {
	local wanted=$1

	shift
	seen "$@"
	expect "events with $*" "$wanted" "$SEEN"
	[ "$FILTERED" -gt "$bare" ] || fail "with $*: $FILTERED bytes, without: $bare"
}

check_filter 0 --pid $pid --pid 1
expect "asked for the pid once, to compare and to stamp it" 1 "$FILTER_CALLS"
helper=get_current_comm
check_filter 10 --comm nobody --comm sidetarget --comm sidetarge
expect "asked for the comm" 2 "$FILTER_CALLS"
check_filter 0 --comm nobody --comm sidetarge --comm sidetargets
helper=get_current_uid_gid
check_filter 10 --uid 4242 --uid 0
expect "asked for the uid" 2 "$FILTER_CALLS"
check_filter 0 --uid 4242 --uid 4243
check_filter 10 --uid 0 --comm sidetarget
check_filter 0 --uid 0 --comm nobody
check_filter 0 --uid 4242 --comm sidetarget
check_filter 0 --pid $pid --comm sidetarget

# The target's own pid among others, and everything at once.
target_start name sidetarget getppid 10
side side_call --pid 1 --pid "$TARGET_PID" --pid $pid --uid 0 --comm nobody --comm sidetarget
side_end
expect "one pid of three, uid and comm" 10 "$(count)"
expect "decided in the kernel" 10 "$(stat_of produced kernel_side)"

# ---- by cgroup -----------------------------------------------------------------------------------

root=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
group=$root/bpfhost-test-$$

cleanup() {
	[ -z "$root" ] || rmdir "$group/inner" "$group/other" "$group"
}

if [ -z "$root" ] || ! mkdir "$group" "$group/inner" "$group/other" 2>/dev/null; then
	root=
	note "not tested: --cgroup (no cgroup v2 can be made)"
	exit 0
fi

# in_group WANTED GROUP...: the target is in group/inner
in_group() {
	local wanted=$1 args=() name

	shift
	for name in "$@"; do
		args+=(--cgroup "$name")
	done
	target_start getppid 10
	echo "$TARGET_PID" >"$group/inner/cgroup.procs" || fail "failed to move into $group/inner"
	side side_call "${args[@]}" --filter "pid == $TARGET_PID"
	side_end
	expect "events with --cgroup $*" "$wanted" "$(count)"
}

in_group 10 "$group/inner"
expect "the cgroup of the events" "${group#"$root"}/inner" "$(jq -r 'select(.kind == "event").cgroup' "$TMP/out" | sort -u)"
in_group 10 "$group"
in_group 0 "$group/other"
in_group 10 "$group/other" "$group/inner"
in_group 10 "$root"
note "ok"
