#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Names as people write them: what is meant by a wrong one, which functions a list has, and what the log says.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
need_kernel
need_program g++
PLUGIN=uprobe
PROGRAM=$TMP/names

cat >"$TMP/names.cc" <<'EOF'
namespace shop {
struct Order {
	int cents;
	int total(int tax) const;
};
__attribute__((noinline)) int Order::total(int tax) const { __asm__(""); return cents + tax; }
__attribute__((noinline)) int put(const char *s) { __asm__(""); return *s; }
}
/* As compilers name what they make of a function for some of its callers. */
extern "C" {
__attribute__((noinline)) int copied(int n) { __asm__(""); return n; }
int other(int n) __asm__("copied.constprop.0");
__attribute__((noinline)) int other(int n) { __asm__(""); return n + 1; }
int rest(int n) __asm__("whole.cold");
__attribute__((noinline)) int rest(int n) { __asm__(""); return n + 1; }
__attribute__((noinline)) int whole(int n) { __asm__(""); return n; }
}
int main()
{
	shop::Order order{ 7 };
	return order.total(1) + shop::put("x") + copied(1) + other(2) + whole(1) + rest(2);
}
EOF
g++ -O1 -o "$PROGRAM" "$TMP/names.cc" || fail "the program does not compile"

# plan PROBE...: what would be attached
plan() {
	local probe words=()

	for probe in "$@"; do
		words+=(--set "probes=$PROGRAM:$probe")
	done
	host_run --plugin uprobe "${words[@]}" --dry-run
}

logs() {
	grep -qF "$1" "$TMP/log" || fail "no '$1' in the log"
}

# ---- in events ----------------------------------------------------------------------------------

host_start --plugin uprobe --set "probes=$PROGRAM:shop??*" --comm names
"$PROGRAM"
host_stop
expect "names of functions" 'shop::Order::total(int) const;shop::put(char const*)' \
	"$(events | jq -r .data.function | paste -s -d ';' -)"

# ---- a wrong name -----------------------------------------------------------------------------

plan '"shop::Order::total(int)"'
expect "exit status" 2 "$STATUS"
logs 'did you mean "shop::Order::total(int) const"?'
plan '"shop::Order::total(int) const"'
expect "what was suggested" 0 "$STATUS"
plan 'copied(order.cents)'
expect "exit status" 2 "$STATUS"
logs 'fields are named behind "->"'

# ---- a list -----------------------------------------------------------------------------------

# list GLOB
list() {
	"$BPFHOST" --plugin-dir "$PLUGIN_DIR" --trust "$PLUGIN_DIR" probes uprobe "$PROGRAM" "$1" |
		sed 's/.*://' | words
}

expect "a namespace" "_ZN4shop3putEPKc _ZNK4shop5Order5totalEi" "$(list 'shop::*')"
expect "a class" "_ZNK4shop5Order5totalEi" "$(list 'shop::Order::*')"

# ---- copies that a compiler made ------------------------------------------------------------------

plan copied
expect "exit status" 0 "$STATUS"
logs 'calls of copied may go to "copied.constprop.0"'
for probe in whole 'copied*' '"copied.constprop.0"'; do
	plan "$probe"
	expect "exit status of $probe" 0 "$STATUS"
	! grep -q 'may go to' "$TMP/log" || fail "$probe: a copy is told of"
done

# ---- the log ----------------------------------------------------------------------------------

cd "$TMP" || exit 1
PROGRAM=./names
plan copied whole 'copied*'
expect "how often a file is named" 1 "$(grep -c ' is /.*names$' "$TMP/log")"
host_run --plugin uprobe --set 'probes=./names:whole' --dry-run --log-level debug
grep -q ' is /.*names (tell.c:[0-9]*)$' "$TMP/log" || fail "no place of the line at level debug"
