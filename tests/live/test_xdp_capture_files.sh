#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Files of a capture: in a row, to an end, killed in the middle, on a full disk, and where none may be made.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/live/net.sh
. "$(dirname "$0")/net.sh"
# shellcheck source=tests/live/capture.sh
. "$(dirname "$0")/capture.sh"
cleanup() {
	umount "$TMP/full"
	net_down
}
net_up
net_static
mkdir -m 0700 "$TMP/row" "$TMP/full"

# capture ARGUMENT...: of what send sends
capture() {
	host_start --plugin xdp --set iface=eth --set 'match=dport == 9' "$@"
}

stopped() {
	host_stop
	expect "exit status" "${1:-0}" "$STATUS"
	check_ledger
	check_clean
}

# All files of the row can be read, are named one after the other from FIRST to LAST, and hold MANY packets.
check_row() {
	local file sum=0 number=$1

	for file in "$TMP"/row/*; do
		[[ $file =~ /web_0*$number'_'[0-9]{14}\.pcapng$ ]] || fail "a file is called $file"
		expect "mode" "600 root" "$(stat -c '%a %U' "$file")"
		sum=$((sum + $(packets "$file")))
		number=$((number + 1))
	done
	expect "last file" "$2" $((number - 1))
	expect "packets in all files" "$3" "$sum"
}

# A block of a packet of 60 bytes takes 140 bytes.
capture --set "write=$TMP/row/web.pcapng" --set write_size=64KiB
send 2000
stopped
expect_between "largest file" 65000 65536 "$(stat -c %s "$TMP"/row/* | sort -n | tail -n 1)"
check_row 1 5 2000
rm "$TMP"/row/*

capture --set "write=$TMP/row/web.pcapng" --set write_size=64KiB --set write_files=2
send 2000
stopped
expect "files" 2 "$(find "$TMP/row" -type f | wc -l)"
expect "their numbers" "00004 00005" \
	"$(find "$TMP/row" -type f | sed 's/.*web_\([0-9]*\)_.*/\1/' | sort | words)"
rm "$TMP"/row/*

capture --set "write=$TMP/row/web.pcapng" --set write_time=300ms
send 10
sleep 0.4
send 20
stopped
check_row 1 2 30
expect "in the first" 10 "$(packets "$TMP"/row/web_00001_*)"

capture --set "write=$TMP/one.pcapng" --set write_count=123
send 200
wait_until 5 grep -q 'the capture has ended: write_count is reached' "$TMP/log" || fail "no end"
expect "packets" 123 "$(packets "$TMP/one.pcapng")"
send 10
stopped
expect "packets" 123 "$(packets "$TMP/one.pcapng")"

# What was flushed stays readable, whoever is killed. A worker that starts anew spares the file.
capture --set "write=$TMP/killed.pcapng"
send 1000
wait_until 5 test -s "$TMP/killed.pcapng" || fail "nothing is flushed"
sleep 1.2
kill -KILL "$(workers)"
wait_until 10 test -s "$TMP/killed_2.pcapng" || wait_until 10 grep -q 'going on in killed_2' "$TMP/log" ||
	fail "the worker does not come back"
expect "packets before the kill" 1000 "$(packets "$TMP/killed.pcapng")"
wait_until 10 host_attached 2 || fail "the worker does not come back"
send 50
stopped 1
expect "packets behind the kill" 50 "$(packets "$TMP/killed_2.pcapng")"

capture --set "write=$TMP/killed.pcapng"
expect "a new run begins anew" 0 "$(stat -c %s "$TMP/killed.pcapng")"
send 500
sleep 1.5
{ kill -KILL "$HOST_PID"; host_wait; } 2>/dev/null
check_clean
expect "left on the interface" "" "$(on_interface eth)"
expect "packets" 500 "$(packets "$TMP/killed.pcapng")"

# A full disk: what is there is whole, what is missing is counted, and the run goes on to status 1.
mount -t tmpfs -o size=64k,mode=700 tmpfs "$TMP/full" || skip "tmpfs cannot be mounted"
capture --set "write=$TMP/full/one.pcapng" --set show=packets
send 2000
sleep 1.5
send 10
stopped 1
expect "events" 2010 "$(count '.event == "packet"')"
written=$(packets "$TMP/full/one.pcapng")
expect_between "written" 300 467 "$written"
grep -q "captured $written packets, $((written * 60)) bytes of them, .*; lost in the ring: 0, not written: $((2010 - written))" "$TMP/log" ||
	fail "what was not written is not told"
grep -q 'No space left on device' "$TMP/log" || fail "the cause is not told"

# Room comes again: the gap is in the file.
rm "$TMP"/full/*
capture --set "write=$TMP/full/one.pcapng"
send 4000
wait_until 3 grep -q 'No space left on device' "$TMP/log" || fail "the disk is not full"
sleep 0.2
mount -o remount,size=1m "$TMP/full"
sleep 1.2
send 1
stopped 1
written=$(packets "$TMP/full/one.pcapng")
expect_between "written" 2000 4000 "$written"
expect "gap" $((4001 - written)) "$(sum_of "$TMP/full/one.pcapng" frame.drop_count)"

# A row of files has no new one while the one before cannot be written.
rm "$TMP"/full/*
mount -o remount,size=160k "$TMP/full"
capture --set "write=$TMP/full/row.pcapng" --set write_size=64KiB --set write_files=100
send 10000
wait_until 3 grep -q 'No space left on device' "$TMP/log" || fail "the disk is not full"
send 10000
stopped 1
expect "files" 3 "$(find "$TMP/full" -type f | wc -l)"
expect "empty files" 0 "$(find "$TMP/full" -type f -size 0 | wc -l)"
umount "$TMP/full"

# A FIFO, which wireshark -k -i reads.
mkfifo -m 0600 "$TMP/fifo"
cat "$TMP/fifo" >"$TMP/read.pcapng" &
reader=$!
capture --set "write=$TMP/fifo"
send 300
wait_until 3 test -s "$TMP/read.pcapng" || fail "nothing comes through the FIFO"
stopped
wait "$reader"
expect "through a FIFO" 300 "$(packets "$TMP/read.pcapng")"

# refused STATUS SENTENCE ARGUMENT...
refused() {
	local status=$1 sentence=$2

	shift 2
	host_run --plugin xdp --set iface=eth "$@"
	expect "exit status of: $*" "$status" "$STATUS"
	grep -qF "$sentence" "$TMP/log" || fail "the log lacks: $sentence"
	check_clean
}

ln -s /etc/passwd "$TMP/link"
refused 2 "option write: failed to open the folder $TMP/none/: No such file or directory" \
	--set "write=$TMP/none/a.pcapng"
refused 2 "option write: stdout is for events; name a file or a FIFO" --set write=-
refused 2 "option write: '$TMP/row/' names no file" --set "write=$TMP/row/"
refused 1 "failed to write $TMP/link: it is a symbolic link" --set "write=$TMP/link"
refused 1 "failed to write $TMP/fifo: it is a FIFO that nobody reads yet" --set "write=$TMP/fifo"
refused 2 "option write_size: there is no write=FILE for it" --set write_size=1MiB
refused 2 "option snaplen: there is no write=FILE for it" --set snaplen=70000
refused 2 'option snaplen of xdp: 262145 is not within 0 to 262144' --set "write=$TMP/a" --set snaplen=262145
refused 2 "option write_files: write_size or write_time must say when a new file begins" \
	--set "write=$TMP/a" --set write_files=3
refused 1 "failed to write $TMP/one.pcapng: another instance is writing it" --on-error abort \
	--set "write=$TMP/one.pcapng" --plugin xdp@b --set iface=lo --set "write=$TMP/one.pcapng"
