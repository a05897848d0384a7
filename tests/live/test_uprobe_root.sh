#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# A process with another root: paths and libraries are those that it sees.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
need_kernel
PLUGIN=uprobe
ROOT=$TMP/root
# The end of a thread opens it, too, from where the C library lies.
LIBGCC=$("$CC" -print-file-name=libgcc_s.so.1)
[ -e "$LIBGCC" ] || skip "libgcc_s.so.1 is missing"

mkdir "$ROOT"
cp "$TARGETS_DIR/calls" "$ROOT/inside"
ldd "$ROOT/inside" | grep -o '/[^ ]*' >"$TMP/libraries"
while read -r library; do
	mkdir -p "$ROOT$(dirname "$library")"
	cp -L "$library" "$ROOT$library"
done <"$TMP/libraries"
libc=$(grep '/libc\.so' "$TMP/libraries") || skip "the C library is none of glibc's"
cp -L "$LIBGCC" "$ROOT$(dirname "$libc")/"
cat >"$TMP/enter" <<EOF
#!/bin/sh
exec chroot "$ROOT" /inside "\$@"
EOF
chmod +x "$TMP/enter"
TARGET_PROGRAM=$TMP/enter

target_start leave 20
host_start --plugin uprobe --set 'probes=/inside:leaves' --set 'probes=libc:pthread_exit' \
	--pid "$TARGET_PID"
grep -q "libc is /proc/$TARGET_PID/root/" "$TMP/log" || fail "libc is not that of the process"
target_go
host_stop
expect "exit status" 0 "$STATUS"
expect "events" 40 "$(count)"
expect "processes" "$TARGET_PID" "$(events | jq .pid | sort -u)"
check_ledger
check_clean
target_end

note "without that process its paths lead nowhere"
host_run --plugin uprobe --set 'probes=/inside:leaves'
expect "exit status" 2 "$STATUS"
