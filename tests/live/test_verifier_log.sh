#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# A program that the verifier refuses with megabytes of log: the message has its beginning, its end and the
# reason; the whole is in a file that it names, which takes the place of an earlier log and of nothing else.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
need_kernel

# Only root can write what leads there.
folder=$(mktemp -d /run/bpfhost-live.XXXXXX) || skip "no folder can be made in /run"
cleanup() {
	rm -rf "$folder"
}
file=$folder/logs/refused.verifier.log

refused() {
	host_run --plugin-dir "$BAD_DIR" --trust "$BAD_DIR" --plugin refused "$@"
	expect "exit status" 1 "$STATUS"
	expect "errors" 1 "$(grep -c '^bpfhost: error: ' "$TMP/log")"
	expect "the reason" 1 "$(grep -c "^bpfhost: error: refused: failed to load the BPF object: Permission denied (the verifier refuses program on_getppid_long: R[0-9] invalid mem access '[a-z]*'; its log is " "$TMP/log")"
	check_clean
}

# not_kept WHY [ARGUMENT...]
not_kept() {
	refused "${@:2}"
	grep '^bpfhost: error: ' "$TMP/log" | grep -qF "its log is not kept: $1" ||
		fail "it does not say: $1"
}

for round in first second; do
	refused --verifier-log "$folder/logs"
	grep '^bpfhost: error: ' "$TMP/log" | grep -qF "its log is kept in $file)" ||
		fail "$round: the file is not named"
	expect "$round: mode" "600 root" "$(stat -c '%a %U' "$file")"
	expect "$round: first line" "bpfhost: log of the kernel's verifier" "$(head -n 1 "$file")"
	expect "$round: second line" "instance refused, program on_getppid_long" \
		"$(sed -n 2p "$file")"
	[ "$(stat -c %s "$file")" -gt 2000000 ] || fail "$round: the log is not whole"
	expect "$round: rounds" 6000 "$(grep -c 'call bpf_get_prandom_u32' "$file")"
	expect "$round: last line" processed "$(tail -n 1 "$file" | cut -d ' ' -f 1)"
	lines=$(wc -l <"$TMP/log")
	[ "$lines" -lt 60 ] || fail "$round: $lines lines in the log"
	grep -q ' 0: R1=ctx' "$TMP/log" || fail "$round: the beginning is not shown"
	grep -q ' lines are left out here$' "$TMP/log" || fail "$round: nothing says that lines are left out"
	grep -q 'refused: processed [0-9]* insns' "$TMP/log" || fail "$round: the end is not shown"
done
expect "files" 1 "$(find "$folder/logs" -type f | wc -l)"

# The reason is told whatever else is.
refused --verifier-log "$folder/logs" --quiet
expect "lines with --quiet" 1 "$(wc -l <"$TMP/log")"

# ---- what is not ours stays

echo precious >"$file"
not_kept "failed to write $file: something else has this name" --verifier-log "$folder/logs"
expect "another file" precious "$(cat "$file")"
mv "$file" "$folder/elsewhere"
ln -s "$folder/elsewhere" "$file"
not_kept "failed to write $file: something else has this name" --verifier-log "$folder/logs"
expect "the file behind a link" precious "$(cat "$folder/elsewhere")"
rm "$file"
mkfifo "$file"
not_kept "failed to write $file: something else has this name" --verifier-log "$folder/logs"
[ -p "$file" ] || fail "a FIFO is gone"

# ---- where it cannot be kept

not_kept "failed to make /nonexistent/logs: failed to open nonexistent in /: No such file or directory" \
	--verifier-log /nonexistent/logs
mkdir -m 1777 "$folder/open"
not_kept "failed to use $folder/open: folder $folder/open can be written by others than its owner (mode 1777)" \
	--verifier-log "$folder/open"
not_kept "failed to use $folder/open/logs: folder $folder/open can be written by others than its owner (mode 1777)" \
	--verifier-log "$folder/open/logs"
expect "made in a folder that others can write" 0 "$(find "$folder/open" -mindepth 1 | wc -l)"
mkdir "$folder/full"
if mount -t tmpfs -o size=1M,mode=0700 tmpfs "$folder/full" 2>/dev/null; then
	cleanup() {
		umount "$folder/full"
		rm -rf "$folder"
	}
	not_kept "failed to write $folder/full/refused.verifier.log: No space left on device" \
		--verifier-log "$folder/full"
	expect "left on a full disk" 0 "$(find "$folder/full" -type f | wc -l)"
	grep -q 'all of them are shown with --log-level debug' "$TMP/log" || fail "no other way is named"
fi
