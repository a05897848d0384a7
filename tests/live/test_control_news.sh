#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Whatever is put into a folder for plugins, events flow on, the host answers, and a plugin that is put there too is
# told of: 1,000 files that are none, a FIFO, a loop of links, a file of 5 GiB, files and a folder on a mount that
# does not answer, more than the kernel notes.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/live/control.sh
. "$(dirname "$0")/control.sh"
need_kernel
[ -c /dev/fuse ] || skip "/dev/fuse is missing"

trusted=$TMP/trusted hung=$TMP/hung short=$TMP/short events=0
mkdir "$trusted" "$hung" "$short"
mount_pids=()
cleanup() {
	exec 6>&- 7>&-
	[ ${#mount_pids[@]} = 0 ] || kill -KILL "${mount_pids[@]}"
	umount -l "$hung" "$short"
}
# mount_hung FOLDER: until the standard input ends that it then waits for
mount_hung() {
	mkfifo "$1.in"
	"$TOOLS_DIR/hung_mount" "$1" <"$1.in" >"$1.out" 2>&1 6>&- 7>&- 9>&- &
	mount_pids+=($!)
}
mounted() {
	wait_until 5 grep -q . "$1.out"
	grep -q '^mounted' "$1.out" || skip "a file system cannot be mounted (CAP_SYS_ADMIN): $(cat "$1.out")"
}
mount_hung "$hung"
exec 7>"$hung.in"
mount_hung "$short"
exec 6>"$short.in"
mounted "$hung"
mounted "$short"

write_config() {
	printf 'plugin_dir = [ %s ];\ntrust = [ "%s" ];\n' "$1" "$trusted" >"$TMP/host.conf"
}
write_config "\"$trusted\""
target_start wait getppid 20000 wait getppid 20000 wait getppid 20000 6>&- 7>&-
host_start --config "$TMP/host.conf" --control "$CONTROL" --pid "$TARGET_PID" --plugin tracepoint \
	--set probes=syscalls:sys_enter_getppid --duration $((150 * SLOW))s 6>&- 7>&-
target_poke
wait_until 5 target_reached waiting || fail "the target does not begin"
descriptors=$(host_descriptors)

# said TEXT [TIMES]
said() {
	[ "$(grep -cF "bpfhost: $1" "$TMP/log")" -eq "${2:-1}" ]
}

# tells SECONDS TEXT: in one line
tells() {
	wait_until "$1" said "$2" || fail "not told once: $2"
}

# Whom the host has look at what is new; those that hang are more than one.
lookers() {
	local pid

	for pid in $(workers); do
		grep -sl '^bpfhost-news' "/proc/$pid/comm"
	done | wc -l
}

# As one that hangs is left alone in the end, however slow all else is, there may be another beside it.
look_so_many() {
	[ "$(lookers)" -ge "$1" ]
}

# Events come, all of them, and the host answers, while so many look at what is new.
flows_beside() {
	wait_until 5 look_so_many "$1" || fail "$(lookers) look at what is new, instead of $1"
	events=$((events + 20000))
	target_poke
	wait_for_number 20 $events grep -c '"kind":"event"' "$TMP/out" || fail "events wait"
	state_is tracepoint ok || fail "the state is $(of_instance tracepoint .state)"
	look_so_many "$1" || fail "$(lookers) look at what is new behind that, instead of $1"
}

# ---- files

ln -s "$hung/x" "$trusted/hung.so"
wait_until 5 look_so_many 1 || fail "nobody looks"
for ((i = 0; i < 1000; i++)); do
	echo garbage >"$trusted/garbage_$i.so"
done
mkfifo "$TMP/fifo.so"
ln -s loop.so "$TMP/loop.so"
truncate -s 5G "$TMP/large.so"
mv "$TMP"/{fifo,loop,large}.so "$trusted/"
cp "$KERNEL_DIR/kernel_side.so" "$trusted/"
flows_beside 1
tells 15 "warning: $trusted/hung.so is new and cannot be checked within 8 s; ctl load looks at it again"
tells 15 "info: there is a new plugin $trusted/kernel_side.so; ctl load kernel_side begins to use it"

# One line for each, or the number of those that have none.
refused_files() {
	{
		grep -cF ' is new and cannot be ' "$TMP/log"
		sed -n 's/^bpfhost: warning: \([0-9]*\) more new files in plugin folders are not told.*/\1/p' "$TMP/log"
	} | paste -s -d + - | bc
}
wait_for_number 15 1004 refused_files || fail "told of $(refused_files) files instead of 1004"
expect_between "lines for them" 64 200 "$(grep -cF ' is new and cannot be ' "$TMP/log")"

# ---- a folder, and more than the kernel notes

write_config "\"$trusted\", \"$hung/plugins\""
ctl reload || fail "no reload"
most=$(cat /proc/sys/fs/inotify/max_queued_events)
wait_until 5 look_so_many 2 || fail "nobody looks at the folder"
# Else a slow machine would have the host read what comes before there is too much of it.
kill -STOP "$HOST_PID"
for ((i = 0; i < most / 2 + 100; i++)); do
	: >"$trusted/passing.so"
	: >"$trusted/passes.so"
done
kill -CONT "$HOST_PID"
rm "$trusted/passing.so" "$trusted/passes.so"
cp "$BAD_DIR/misbehave.so" "$trusted/"
flows_beside 2
tells 15 "warning: the folder $hung/plugins cannot be checked within 8 s: what is put there is not told of until the next change or reload; ctl load looks there all the same"
tells 15 "warning: more came into plugin folders than the kernel notes (fs.inotify.max_queued_events); they are looked through for what is new. bpfhost --list tells of each, and ctl load works as ever"
tells 15 "info: there is a new plugin $trusted/misbehave.so; ctl load misbehave begins to use it"

# ---- more that hang than are left alone

stuck="warning: 3 processes that look at plugin folders hang in the kernel and cannot be ended: nothing new is told of until one has; bpfhost --list and ctl load work where its folders do"
ln -s "$short/y" "$trusted/third.so"
tells 20 "$stuck"
rm "$trusted/misbehave.so"
cp "$BAD_DIR/misbehave.so" "$trusted/"
flows_beside 3

# Once the third has ended what came meanwhile is told of; and when another hangs, that once more.
exec 6>&-
tells 15 "warning: $trusted/third.so is new and cannot be checked within 8 s; ctl load looks at it again"
wait_until 15 said "info: there is a new plugin $trusted/misbehave.so; ctl load misbehave begins to use it" 2 ||
	fail "what came meanwhile is not told of"
ln -s "$hung/z" "$trusted/fourth.so"
wait_until 20 said "$stuck" 2 || fail "not told that three hang again"
exec 7>&-
wait "${mount_pids[@]}"
mount_pids=()
tells 15 "warning: $trusted/fourth.so is new and cannot be checked within 8 s; ctl load looks at it again"
wait_for_number 5 0 lookers || fail "some still look"
wait_for_number 5 "$descriptors" host_descriptors || fail "descriptors: $descriptors, then $(host_descriptors)"

target_go
host_stop
expect "exit status" 0 "$STATUS"
expect "events" 60000 "$(count)"
expect "produced" 60000 "$(stat_of produced)"
check_ledger
check_lost
check_clean
target_end
