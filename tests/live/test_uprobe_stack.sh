#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Who called: chains of calls that are known, through a library, in recursion, of programs that started
# before, start later, and are gone when their events are read.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
need_kernel
PLUGIN=uprobe
TARGET_PROGRAM=$TMP/chain
cp "$TARGETS_DIR/chain" "$TARGETS_DIR/libchain.so" "$TMP"

# The stacks that came and how often each, without the offsets in functions.
stacks() {
	events | jq -r .data.stack | sed 's/+0x[0-9a-f]*//g' | sort | uniq -c |
		awk '{ print $1 "*" $2 }' | words
}

STACK=user
# chain_once PROBE VERB ROUNDS [ARGUMENT...]: the target runs before the host does
chain_once() {
	local probe=$1 verb=$2 rounds=$3

	shift 3
	target_start "$verb" "$rounds"
	host_start --plugin uprobe --set "probes=$probe" --set stack=$STACK "$@"
	target_go
	host_stop
	expect "exit status" 0 "$STATUS"
	check_ledger
	check_json
	check_clean
	target_end
}

# repeated WORD TIMES: WORD;WORD;...
repeated() {
	printf "$1;%.0s" $(seq "$2") | sed 's/;$//'
}

# How the C library calls main, up to where its frame pointers end.
below_main() {
	sed 's/.*;main//; s/+0x[0-9a-f]*//g' <<<"$1"
}

# ---- a chain --------------------------------------------------------------------------------------

for attach in $(uprobe_ways); do
	chain_once "$TARGET_PROGRAM:inner(n: i32)" plain 1000 --set "attach=$attach"
	expect "events" 1000 "$(count)"
	base=$(below_main "$(events | head -n 1 | jq -r .data.stack)")
	expect "chain, $attach" "1000*inner;middle;outer;main$base" "$(stacks)"
done
expect "arguments beside the stack" 999 "$(events | tail -n 1 | jq .data.n)"

# The offsets are those of what nm and addr2line call by these names.
where=$(events | head -n 1 | jq -r .data.stack | tr ';' '\n' | sed -n '2s/.*+//p')
start=$(nm "$TARGET_PROGRAM" | awk '$3 == "middle" { print $1 }')
address=$(printf '0x%x' $((0x$start + where - 1)))
if command -v addr2line >/dev/null; then
	line=$(addr2line -s -e "$TARGET_PROGRAM" "$address" | tr -dc '0-9:')
	expect "line of the call in middle" \
		"$(grep -n 'return inner(n) + 1;$' "$SOURCE_DIR/tests/targets/chain.c" |
			sed 's/:.*//' | head -n 1)" "${line#*:}"
fi

# A function that has a frame: the kernel sees its caller itself, since Linux 6.11.
chain_once "$TARGET_PROGRAM:middle" plain 100
expect "chain" "100*middle;outer;main$base" "$(stacks)"

# ---- calls, many functions, conditions --------------------------------------------------------------

chain_once "$TARGET_PROGRAM:inner(n: i32) -> i32" plain 1000
expect "calls" "1000*inner;middle;outer;main$base" "$(stacks)"
expect "results" 1000 "$(count '.data.ret == .data.n and .data.latency_ns > 0')"

chain_once "$TARGET_PROGRAM:outer(n: i32) -> i32 if ret == 7" plain 1000
expect "one of the calls" "1*outer;main$base" "$(stacks)"
expect "decided in the kernel" 1 "$(stat_of produced)"

chain_once "$TARGET_PROGRAM:?n*er(n: i32)" plain 10
expect "glob" "10*inner;middle;outer;main$base" "$(stacks)"
chain_once "$TARGET_PROGRAM:*i*er -> void" plain 10
expect "a glob of calls" "10*inner;middle;outer;main$base" "$(stacks)"

# ---- depth ------------------------------------------------------------------------------------------

chain_once "$TARGET_PROGRAM:inner" deep 5
expect "32 frames" "5*inner;$(repeated deep 31)" "$(stacks)"
chain_once "$TARGET_PROGRAM:inner" deep 5 --set stack_depth=1
expect "one frame" "5*inner" "$(stacks)"
chain_once "$TARGET_PROGRAM:inner" deep 5 --set stack_depth=2
expect "two frames" "5*inner;deep" "$(stacks)"
chain_once "$TARGET_PROGRAM:deep(n: i32) -> i32 if n == 150" deep 5 --set stack_depth=127
if [ "$(printf '6.11\n%s\n' "$(uname -r)" | sort -V | head -n 1)" = 6.11 ]; then
	expect "calls in calls" "5*$(repeated deep 51);main$base" "$(stacks)"
else
	expect "calls in calls" "5*$(repeated deep 2);$(repeated '[uprobes]' 50)$base" "$(stacks)"
fi

# ---- libraries ----------------------------------------------------------------------------------------

chain_once "$TARGET_PROGRAM:inner" library 100
expect "through a library" "100*inner;middle;outer;chain_library;main$base" "$(stacks)"
chain_once "$TMP/libchain.so:chain_library(function, n)" library 100
expect "a function of a library" "100*chain_library;main$base" "$(stacks)"
# The C library has no frame pointers: what lies behind it may be wrong, but what called is right.
chain_once "$TARGET_PROGRAM:inner" sort 10
expect "called back by qsort" 10 "$(count '.data.stack | test("^inner;compare\\+")')"
chain_once "libc:qsort" sort 10 --pid "$$"
expect "of another process" 0 "$(count)"

target_start sort 10
host_start --plugin uprobe --set probes=libc:qsort --set stack=user --pid "$TARGET_PID"
target_go
host_stop
expect "who called qsort" 10 "$(count '.data.stack | test("^qsort;(chain_|main)")')"
check_ledger
check_clean
target_end

# ---- without names ------------------------------------------------------------------------------------

inner=$(nm "$TARGET_PROGRAM" | awk '$3 == "inner" { print "0x" $1 }')
cp "$TARGET_PROGRAM" "$TMP/named"
strip "$TARGET_PROGRAM"
chain_once "$TARGET_PROGRAM:&$inner" plain 10
first=$(events | head -n 1 | jq -r .data.stack)
expect "stripped" "chain+$(printf '0x%x' "$inner")" "${first%%;*}"
expect "stripped" 10 "$(count '.data.stack | test("^chain\\+0x[0-9a-f]+;chain\\+0x[0-9a-f]+;")')"
mv "$TMP/named" "$TARGET_PROGRAM"

# Without a build-id the kernel gives addresses; where the process had what mapped was seen at the begin.
cp "$TARGET_PROGRAM" "$TMP/named"
objcopy --remove-section .note.gnu.build-id "$TARGET_PROGRAM"
chain_once "$TARGET_PROGRAM:inner" plain 10
expect "without a build-id" "10*inner;middle;outer;main$base" "$(stacks)"
mv "$TMP/named" "$TARGET_PROGRAM"

# ---- processes that start later and are gone --------------------------------------------------------------

: >"$TMP/out"
host_start --plugin uprobe --set "probes=$TARGET_PROGRAM:inner(n: i32)" --set stack=user
# The worker sleeps until the process has ended.
workers | xargs kill -STOP
for _ in 1 2 3; do
	echo | "$TARGET_PROGRAM" plain 100 end >/dev/null
done
workers | xargs kill -CONT
host_stop
expect "events of processes that are gone" "300*inner;middle;outer;main$base" "$(stacks)"
expect "processes" 3 "$(events | jq .pid | sort -u | wc -l)"
check_ledger
check_clean

# ---- the kernel ---------------------------------------------------------------------------------------------

hidden=$(awk '$1 !~ /^0+$/ { print 0; exit }' /proc/kallsyms)
STACK=both
chain_once "$TARGET_PROGRAM:inner" plain 10
expect "user part" 10 "$(count '.data.stack | test("_\\[k\\];inner;middle\\+")')"
if [ "$hidden" = 0 ]; then
	expect "kernel part" 10 "$(count '.data.stack | test("uprobe.*_\\[k\\];inner;")')"
fi
STACK=kernel
chain_once "$TARGET_PROGRAM:inner" plain 10
expect "kernel only" 0 "$(count '.data.stack | test("inner")')"
expect "every frame is the kernel's" 10 "$(count '[.data.stack | split(";")[] |
	endswith("_[k]")] | all and length > 2')"

# ---- the worker has given up all it had --------------------------------------------------------------------

target_start plain 10
host_start --plugin uprobe --set "probes=$TARGET_PROGRAM:inner" --set stack=both
status=/proc/$(workers | words | tr -d ' ')/status
expect "capabilities" 0000000000000000 "$(sed -n 's/^CapEff:\t//p' "$status")"
[ "$(awk '$1 == "Uid:" { print $3 }' "$status")" != 0 ] || fail "the worker is root"
target_go
host_stop
expect "named by a worker without privileges" 10 \
	"$(count '.data.stack | test("_\\[k\\];inner;middle\\+.*;outer\\+.*;main\\+")')"
check_ledger
check_clean
target_end
