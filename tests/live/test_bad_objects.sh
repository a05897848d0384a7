#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Plugins that are sound but for their BPF object, in which bits are turned: whatever libbpf and the kernel make of it
# in the worker, the supervisor ends as it should, says why in one line, and nothing stays in the kernel.
# BPFHOST_TEST_FULL=1 tries 2,000 instead of 24.
set -uo pipefail
# shellcheck source=tests/live/bad.sh
. "$(dirname "$0")/bad.sh"

need_bpf
remember_programs
count=24
[[ ${BPFHOST_TEST_FULL:-} != 1 ]] || count=2000
lanes=4

read -r offset size < <(readelf -SW "$BAD_DIR/misbehave.so" |
	sed -nE 's/.* \.bpfhost\.bpf +PROGBITS +[0-9a-f]+ ([0-9a-f]+) ([0-9a-f]+) .*/\1 \2/p')
[[ $offset ]] || fail "misbehave.so has no BPF object"

# damage NUMBER FILE: another damage for each number, and the same one each time
damage() {
	python3 - "$1" "$2" $((16#$offset)) $((16#$size)) <<'PYTHON'
import random, sys
number, path, offset, size = int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
chance = random.Random(number)
with open(path, "r+b") as file:
    for _ in range(chance.randint(1, 4)):
        at = offset + chance.randrange(size)
        file.seek(at)
        byte = file.read(1)[0]
        file.seek(at)
        file.write(bytes([byte ^ 1 << chance.randrange(8)]))
PYTHON
}

# Prints the exit status, and what is wrong about the log.
try() {
	local folder=$work/$1 status
	mkdir -p "$folder"
	cp "$BAD_DIR/misbehave.so" "$folder/misbehave.so"
	damage "$2" "$folder/misbehave.so"
	timeout -k 1 $((20 * slow)) "$BPFHOST" --plugin-dir "$folder" --trust "$folder" --pid $$ --format json \
		--call-limit $((5 * slow))s --restart-limit 0 --ring-size 64KiB \
		--plugin misbehave --set where=nowhere --duration 1ms >"$folder/out" 2>"$folder/log"
	status=$?
	((status <= 2)) || echo "object $2: exit status $status"
	grep -vE '^(bpfhost: (error|warning|info): |stats |=)' "$folder/log" | sed "s/^/object $2: no line of the log: /"
	((status == 0)) || grep -qE '^bpfhost: error: misbehave: .' "$folder/log" || echo "object $2: no error is named"
	echo "status $status"
}

lane() {
	for ((number = $1; number < count; number += lanes)); do
		try "$1" "$number"
	done >"$work/result$1" 2>&1
}

for ((i = 0; i < lanes; i++)); do
	lane "$i" &
	pids+=($!)
done
wait "${pids[@]}"
grep -hvE '^status ' "$work"/result* && fail "of that"
for status in 0 1 2; do
	eval "ended_$status=$(cat "$work"/result* | grep -c "^status $status$")"
done
# shellcheck disable=SC2154
((ended_0 > 0 && ended_1 + ended_2 > 0 && ended_0 + ended_1 + ended_2 == count)) || fail "not all were tried"
check_nothing_left
echo "ok $count objects: $ended_0 run, $((ended_1 + ended_2)) do not"
