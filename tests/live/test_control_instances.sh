#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Instances come, go and are replaced in a host that runs. One of them counts a steady producer meanwhile: not
# one of its events may be missing or late. What cannot be changed leaves all as it was.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/live/control.sh
. "$(dirname "$0")/control.sh"
need_kernel
need_program python3

probe=syscalls:sys_enter

# ---- 20 times beside a steady producer ----

rounds=20
target_start rate 45000 5
host_start --control "$CONTROL" --pid "$TARGET_PID" --plugin tracepoint@steady --set probes=${probe}_getppid
descriptors=$(host_descriptors)
target_poke
for ((i = 0; i < rounds; i++)); do
	ctl load tracepoint@guest --set probes=${probe}_getpid --set probes=${probe}_getuid ||
		fail "loading failed in round $i"
	state_is guest ok || fail "guest is $(of_instance guest .state)"
	[ $((i % 2)) = 0 ] || ctl replace tracepoint@guest --set probes=${probe}_getgid ||
		fail "replacing failed in round $i"
	ctl unload guest || fail "unloading failed in round $i"
	[ -z "$(of_instance guest .state 2>/dev/null)" ] || fail "guest is there still"
	[ "$i" != 4 ] || memory=$(host_memory)
done
as_before() {
	[ "$(host_descriptors)" -le "$descriptors" ]
}
wait_until 5 as_before || fail "descriptors: $descriptors once, $(host_descriptors) now"
check_host_memory $((memory + 512))
[ -z "$(target_said "done")" ] || fail "the producer ended before the last round"
wait_until 50 target_reached "done"
host_stop
expect "exit status" 0 "$STATUS"
expect "events of the steady one" 45000 "$(count '.instance == "steady"')"
for key in lost late filtered restarts; do
	expect "$key" 0 "$(stat_of $key steady)"
done
expect "ledgers of the guest" 1 "$(grep -c '^stats instance=guest ' "$TMP/log")"
check_ledger steady
check_ledger guest
check_clean
target_end
[ ! -e "$CONTROL" ] || fail "the socket is left behind"

# ---- what each of them counts, over all of its lives ----

target_start gets 10 wait gets 20 wait gets 30 wait gets 40 wait gets 50
host_start --control "$CONTROL" --pid "$TARGET_PID" --plugin tracepoint@a --set probes=${probe}_getpid
step=0
step() {
	target_poke
	step=$((step + 1))
	if [ $step = 5 ]; then
		wait_until 5 target_reached "done"
	else
		wait_until 5 target_reached waiting $step
	fi || fail "the target does not come to step $step"
}
ctl load tracepoint@b --set probes=${probe}_getuid || fail "b cannot be loaded"
step # a 10, b 10
ctl disable a || fail "a cannot be disabled"
expect "state of a" disabled "$(of_instance a .state)"
expect "what a has" '[] 0 0 of 1 null' \
	"$(of_instance a '"\(.programs) \(.maps.count) \(.probes.attached) of \(.probes.wanted) \(.worker)"')"
expect "status of a" 'a: disabled; plugin tracepoint' "$(ctl status a | grep ^a:)"
step # b 20
ctl replace tracepoint@b --set probes=${probe}_getgid --set probes=${probe}_getuid ||
	fail "b cannot be replaced"
ctl enable a || fail "a cannot be enabled"
step # a 30, b 30 and 30
ctl unload b || fail "b cannot be unloaded"
step # a 40
ctl load tracepoint@b --set probes=${probe}_getuid || fail "b cannot be loaded again"
BPF_IDS=$(bpf_ids)
step # a 50, b 50
host_stop
expect "exit status" 0 "$STATUS"
expect "events of a" $((10 + 30 + 40 + 50)) "$(count '.instance == "a"')"
expect "events of b" $((10 + 20 + 30 + 30 + 50)) "$(count '.instance == "b"')"
expect "ledger of a" 130 "$(stat_of delivered a)"
expect "ledger of b" 140 "$(stat_of delivered b)"
expect "ledger lines" 2 "$(grep -c '^stats ' "$TMP/log")"
check_ledger a
check_ledger b
check_clean
target_end

# ---- what cannot be ----

target_start getppid 7
host_start --control "$CONTROL" --pid "$TARGET_PID" --plugin tracepoint@a --set probes=${probe}_getppid
worker=$(of_instance a .worker)
refused 1 'there is an instance "a" already (plugin tracepoint, ok); ctl replace puts another in its place' \
	load tracepoint@a
refused 2 'unknown instance "b"; known are a' replace tracepoint@b
refused 1 'a is not disabled: ok' enable a
refused 2 'unknown instance "aa"; did you mean "a"?' unload aa
refused 2 'a is named twice' unload a a
refused 2 'b: ctl load: there is no plugin "tracepint"; did you mean "tracepoint"?; nothing was changed' load tracepint@b
refused 2 'b: ctl load: plugin tracepoint has no option "prober"; did you mean "probes"?; nothing was changed' \
	load tracepoint@b --set prober=x
for what in load:b replace:a; do
	refused 2 "${what#*:}: ctl ${what%:*}: probe \"${probe}_getpipid\": there is no tracepoint \"${probe}_getpipid\"; did you mean \"${probe}_getppid\"?; nothing was changed" \
		"${what%:*}" "tracepoint@${what#*:}" --set probes=${probe}_getpipid
done
expect "worker after all that" "$worker" "$(of_instance a .worker)"
ctl disable a || fail "a cannot be disabled"
refused 1 'a is disabled already' disable a
# A host that can be told lives on without instances.
expect "instances" disabled "$(of_instance a .state)"
ctl enable a || fail "a cannot be enabled"
BPF_IDS=$(bpf_ids)
target_go
host_stop
expect "exit status" 0 "$STATUS"
expect "events" 7 "$(count)"
check_ledger a
check_clean
target_end

# Names in --filter are looked at when there is somebody who could know them.
host_spawn --control "$CONTROL" --filter 'addrlen > 0'
wait_until 5 ctl status >"$TMP/status" 2>&1 || fail "a host without instances is not there"
for how in a b; do
	refused 2 'argument 13: --filter: unknown name "addrlen" at column 1; nothing was changed' \
		load tracepoint@$how --set probes=${probe}_getppid
done
expect "instances after that" 0 "$(ctl status --format json | jq '.instances | length')"
ctl load tracepoint@a --set "probes=${probe}_connect(fd, addrlen)" || fail "a cannot be loaded"
ctl load tracepoint@b --set probes=${probe}_getppid || fail "b cannot be loaded beside one that knows the name"
refused 2 'argument 13: --filter: unknown name "addrlen" at column 1; nothing was changed' \
	replace tracepoint@a --set probes=${probe}_getppid
# What took the name away was asked for; the others can be changed all the same.
ctl disable a || fail "a cannot be disabled"
ctl replace tracepoint@b --set probes=${probe}_getuid || fail "b cannot be replaced while nobody knows the name"
ctl unload a || fail "a cannot be unloaded"
ctl load tracepoint@c --set probes=${probe}_getppid || fail "c cannot be loaded while nobody knows the name"
BPF_IDS=$(bpf_ids)
host_stop
expect "exit status" 0 "$STATUS"
check_clean

# ---- one whose worker does not stop holds up nobody for ever ----

target_start getppid 3
host_start -n 2 --control "$CONTROL" --pid "$TARGET_PID" --call-limit 1s --plugin tracepoint@deaf \
	--set probes=${probe}_getppid --plugin tracepoint@a --set probes=${probe}_getppid
kill -STOP "$(of_instance deaf .worker)"
ctl disable deaf || fail "deaf cannot be disabled"
grep -q 'deaf: plugin tracepoint: its worker .* did not stop within .*it is stopped, by SIGSTOP' "$TMP/log" ||
	fail "why it was ended is not told"
ctl load tracepoint@b --set probes=${probe}_getppid || fail "no other change can be made"
BPF_IDS=$(bpf_ids)

# Nor does one that is stopped before it has opened its plugin, or loaded it.
cat >"$TMP/stop_next.py" <<'SCRIPT'
import os, signal, sys

children = f"/proc/{sys.argv[1]}/task/{sys.argv[1]}/children"
before = set(open(children).read().split())
print("looks", flush=True)
while not (new := set(open(children).read().split()) - before):
    pass
os.kill(int(new.pop()), signal.SIGSTOP)
SCRIPT
timeout $((20 * SLOW)) python3 "$TMP/stop_next.py" "$HOST_PID" >"$TMP/looks" 9>&- &
stopper=$!
wait_until 5 grep -q looks "$TMP/looks" || fail "nobody looks"
ctl replace tracepoint@b --set probes=${probe}_getppid 2>"$TMP/said"
expect "exit status" 1 $?
grep -q "error: b: plugin tracepoint: [a-z]* takes longer than [0-9]* ms, for it is stopped, by SIGSTOP.*; nothing was changed" \
	"$TMP/said" || fail "$(cat "$TMP/said")"
wait "$stopper"
state_is b ok || fail "b is $(of_instance b .state)"
target_go
host_stop
expect "exit status" 1 "$STATUS"
check_ledger a
expect "delivered by a, b" "3 3" "$(stat_of delivered a) $(stat_of delivered b)"
check_clean
target_end

# ---- one that can be loaded but not attached: whom it was to replace is brought back ----

if command -v ip >/dev/null && ip netns add "bpfhost-ctl-$$" 2>/dev/null; then
	HOST_IN=bpfhost-ctl-$$
	ip -n "$HOST_IN" link add veth0 type veth peer name veth1
	target_start getppid 3
	host_start -n 2 --control "$CONTROL" --plugin xdp@one --set iface=veth0 \
		--plugin xdp@two --set iface=veth1
	before=$(of_instance two .worker)
	ctl replace xdp@two --set iface=veth0 2>"$TMP/said" && fail "one interface has two programs"
	grep -q 'two: .*; the one before is started again' "$TMP/said" || fail "$(cat "$TMP/said")"
	wait_until 5 state_is two ok || fail "two is $(of_instance two .state)"
	[ "$(of_instance two .worker)" != "$before" ] || fail "it was not started again"
	# One that was disabled is so again.
	ctl disable two || fail "two cannot be disabled"
	ctl replace xdp@two --set iface=veth0 2>/dev/null && fail "one interface has two programs"
	wait_until 5 state_is two disabled || fail "two is $(of_instance two .state)"
	ctl enable two || fail "two cannot be enabled"
	state_is two ok || fail "two is $(of_instance two .state)"
	BPF_IDS=$(bpf_ids)
	host_stop
	# Whoever asked was told: it is no failure of the run.
	expect "exit status" 0 "$STATUS"
	check_clean
	target_end
	ip netns del "$HOST_IN"
	HOST_IN=
fi
