#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Python's own probes, named by the shipped catalogue, in a process that runs already and in one that
# starts later; and a catalogue of the user's own.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"

PYTHON=/usr/bin/python3.11
need_kernel
need_program readelf
[ -x "$PYTHON" ] || skip "$PYTHON is missing"
readelf -n "$PYTHON" 2>/dev/null | grep -q 'Provider: python' || skip "$PYTHON has no static probes"

# A copy, so that no other program is traced; it finds its library by its name.
mkdir "$TMP/bin"
COPY=$TMP/bin/python3.11
cp "$PYTHON" "$COPY"

python_copy() {
	PYTHONHOME=/usr "$COPY" -S -c "$1"
}

# python_waits PROGRAM: runs it once a line comes
python_waits() {
	rm -f "$TMP/target.in"
	mkfifo "$TMP/target.in"
	python_copy "import gc, signal, sys
signal.alarm(60)
gc.disable()
print('ready', flush=True)
sys.stdin.readline()
$1
print('done', flush=True)
sys.stdin.read()" <"$TMP/target.in" >"$TMP/target.out" 2>&1 &
	TARGET_PID=$!
	exec 9>"$TMP/target.in"
	wait_until 10 grep -q '^ready' "$TMP/target.out" || fail "python does not start: $(cat "$TMP/target.out")"
}

python_ends() {
	host_stop
	expect "exit status" 0 "$STATUS"
	check_ledger usdt
	check_clean
	check_json
	target_end
}

note "gc.collect(1), in a process that runs already"
python_waits 'gc.collect(1); gc.collect(2); gc.collect(0)'
host_start --plugin usdt --set "probes=$COPY:python:gc__*"
target_go
python_ends
expect "generations" '{"generation":1} {"generation":2} {"generation":0}' \
	"$(jq -c 'select(.event == "python:gc__start") | .data' "$TMP/out" | words)"
expect "ends" 3 "$(count '.event == "python:gc__done" and (.data.collected | type == "number")')"

note "gc.collect(1), in one that starts later"
host_start --plugin usdt --set "probes=$COPY:python:gc__start(generation) if generation == 1"
python_copy 'import gc; gc.disable(); gc.collect(1)'
python_copy 'import gc; gc.disable(); gc.collect(1)'
python_ends
expect "generations" '{"generation":1} {"generation":1}' \
	"$(jq -c 'select(.pid) | .data' "$TMP/out" | words)"
expect "processes" 2 "$(events | jq .pid | sort -u | wc -l)"

note "functions"
# Python 3.11 forgets most entries, and tells of all returns.
cat >"$TMP/calls.py" <<'EOF'
def square(n):
    return n * n
EOF
python_waits "exec(compile(open('$TMP/calls.py').read(), 'calls.py', 'exec')); list(map(square, range(177)))"
host_start --plugin usdt --set "probes=$COPY:python:function__return if func == \"square\""
target_go
python_ends
expect "returns" 177 "$(events | wc -l)"
expect "function" '{"file":"calls.py","func":"square","line":2}' \
	"$(jq -c 'select(.event) | .data' "$TMP/out" | sort -u)"

note "a catalogue of one's own"
mkdir "$TMP/mine"
printf '# mine\n\npython:gc__start(gen: u8)\n' >"$TMP/mine/python.probes"
python_waits 'gc.collect(1)'
host_start --plugin usdt --set "probes=$COPY:gc__start" --set "catalogue=$TMP/mine"
target_go
python_ends
expect "generation" '{"gen":1}' "$(jq -c 'select(.event) | .data' "$TMP/out")"
printf 'python:gc__done(a: i64)\npython:gc__start(gen: u7)\n' >"$TMP/mine/python.probes"
host_run --plugin usdt --set "probes=$COPY:gc__start" --set "catalogue=$TMP/mine"
expect "exit status" 2 "$STATUS"
grep -q "mine/python.probes:2: " "$TMP/log" || fail "the line is not named"

note "what is there"
"$BPFHOST" probes usdt "$PYTHON" 'python:gc*' -v --plugin-dir "$PLUGIN_DIR" --trust "$PLUGIN_DIR" >"$TMP/out" ||
	fail "probes fails"
grep -qx "$PYTHON:python:gc__start" "$TMP/out" || fail "gc__start is missing"
grep -Eq 'generation: i32 +size 4 signed' "$TMP/out" || fail "its argument is missing"
expect "semaphores" 2 "$(grep -c 'semaphore at offset 0x' "$TMP/out")"
