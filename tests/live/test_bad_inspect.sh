#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# --list and inspect, as anybody calls them, over files that are no plugins or no longer whole: each has its line,
# none ends the program or keeps it waiting. Needs no privileges.
set -uo pipefail
# shellcheck source=tests/live/bad.sh
. "$(dirname "$0")/bad.sh"

slowest=0

# timed COMMAND...: its exit status; what it writes is in $work/out and $work/log
timed() {
	local begin=${EPOCHREALTIME/[.,]/} status
	timeout -k 1 $((10 * slow)) "$@" >"$work/out" 2>"$work/log"
	status=$?
	took=$(((${EPOCHREALTIME/[.,]/} - begin) / 1000))
	((took <= slowest)) || slowest=$took
	return $status
}

# One line, for people, whatever the file's name or content is.
check_words() {
	! LC_ALL=C grep -qP '[\x00-\x09\x0b-\x1f\x7f-\xff]' "$work/out" "$work/log" ||
		fail "$1: control characters"
}

# ---- what stands in a folder
folder=$work/folder
mkdir "$folder" "$folder/folder.so"
touch "$folder/empty.so" "$folder/x.so.bak" "$folder/.hidden.so"
mkfifo "$folder/fifo.so"
python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' "$folder/socket.so"
ln -s /dev/zero "$folder/zero.so"
ln -s loop.so "$folder/loop.so"
ln -s nowhere.so "$folder/dangling.so"
truncate -s 5G "$folder/sparse.so"
cp "$BAD_DIR/misbehave.so" "$folder"
ln -s misbehave.so "$folder/another.so"
cp "$BAD_DIR/misbehave.so" "$folder"/$'\e[31mred\nname.so'
head -c 100000 /dev/urandom >"$folder/noise.so"
printf '#!/bin/sh\n' >"$folder/script.so"
cp "$BAD_DIR/misbehave.bpf.o" "$folder/object.so"

# listed NAME STATE WORDS
listed() {
	grep -E "^$1 +" "$work/out" | grep -qE "^$1 .* $2 .*$3" ||
		fail "$1 is not listed as $2 for \"$3\": $(grep "^$1 " "$work/out")"
}

timed "$BPFHOST" --list --plugin-dir "$folder" --trust "$folder" || fail "--list exits $?"
check_words --list
list_took=$took
listed folder refused 'no regular file but a folder'
listed empty refused 'it is empty'
listed fifo refused 'no regular file but a FIFO'
listed socket refused 'no regular file but a socket'
listed zero refused 'no regular file but a device'
listed loop refused 'too many symbolic links'
listed dangling refused 'failed to open nowhere.so'
listed sparse refused 'larger than 32 MiB'
listed misbehave ok 'does not do as it should'
listed another refused 'its name is "misbehave", so its file must be misbehave.so'
listed '\\x1b\[31mred\\nname' refused 'its name is "misbehave"'
listed noise refused 'no ELF file'
listed script refused 'no ELF file'
listed object refused 'BPF object'
! grep -qE 'hidden|bak' "$work/out" || fail "what is no plugin by its name is listed"
timed "$BPFHOST" --list --format json --plugin-dir "$folder" --trust "$folder" || fail "--list exits $?"
jq -e . "$work/out" >/dev/null || fail "--list of such files is not JSON"

# ---- one plugin, cut and damaged, each copy with its own name
whole=$PLUGIN_DIR/uprobe.so
size=$(stat -c %s "$whole")
copy=$work/copy
mkdir "$copy"
for ((percent = 0; percent < 100; percent += 10)); do
	head -c $((size * percent / 100)) "$whole" >"$copy/uprobe.so"
	timed "$BPFHOST" inspect "$copy/uprobe.so" --trust "$copy"
	status=$?
	((status == 1)) || fail "inspect of $percent % of a plugin exits $status"
	(($(wc -l <"$work/log") == 1)) || fail "inspect of $percent % of a plugin: not one line"
	check_words "$percent %"
done
for ((number = 0; number < 30; number++)); do
	python3 - "$number" "$whole" "$copy/uprobe.so" <<'PYTHON'
import random, sys
chance, data = random.Random(int(sys.argv[1])), bytearray(open(sys.argv[2], "rb").read())
span = len(data) if chance.random() < 0.5 else 16384
for _ in range(chance.randint(1, 8)):
    data[chance.randrange(span)] ^= 1 << chance.randrange(8)
open(sys.argv[3], "wb").write(data)
PYTHON
	timed "$BPFHOST" inspect "$copy/uprobe.so" --trust "$copy"
	status=$?
	((status <= 2)) || fail "inspect of damaged copy $number exits $status"
	check_words "damaged copy $number"
done
# With the start of the program and a busy machine.
((slowest < 2000 * slow)) || fail "the slowest took $slowest ms"
echo "ok, --list took $list_took ms, the slowest of all $slowest ms"
