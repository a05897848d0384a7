#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# What doctor says of this machine is what bpftool says; what is missing is named with what mends it, plugin by
# plugin; and a plugin that it promises is one that runs (test_plugins.sh, test_capabilities.sh, for the same rights).
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
need_kernel
need_program setpriv

# examine ARGUMENT...: the JSON in $TMP/report, the status in $STATUS
examine() {
	setsid timeout 30 "$BPFHOST" doctor --format json --plugin-dir "$PLUGIN_DIR" --trust "$PLUGIN_DIR" "$@" \
		>"$TMP/report" 2>"$TMP/log" &
	HOST_SESSION=$!
	wait "$HOST_SESSION"
	STATUS=$?
	jq -e . "$TMP/report" >/dev/null || fail "no JSON"
	wait_until 5 gone session_left || fail "left running: $(ps -s "$HOST_SESSION")"
}

# state FACT, works PLUGIN: yes, no, unknown
state() {
	jq -r --arg name "$1" '.machine[] | select(.name == $name).state' "$TMP/report"
}
works() {
	jq -r --arg name "$1" '.plugins[] | select(.name == $name).works' "$TMP/report"
}
# missing PLUGIN: what it lacks, by name, in lines
missing() {
	jq -r --arg name "$1" '.plugins[] | select(.name == $name).missing[] | select(.state == "no").what' "$TMP/report"
}
# mends PLUGIN WHAT: how
mends() {
	jq -r --arg name "$1" --arg what "$2" \
		'.plugins[] | select(.name == $name).missing[] | select(.what == $what) | .detail + "; " + (.fix // "")' \
		"$TMP/report"
}
# lacks PLUGIN WHAT DETAIL FIX: it will not work, for this reason, with this to mend it
lacks() {
	expect "$1 works" no "$(works "$1")"
	mends "$1" "$2" | grep -qF -- "$3" || fail "$1: not told of $2: $3 ($(mends "$1" "$2"))"
	mends "$1" "$2" | grep -qF -- "$4" || fail "$1: no word of how to mend $2: $4 ($(mends "$1" "$2"))"
	expect "exit status where $1 lacks $2" 1 "$STATUS"
}

# ---- as bpftool has it

bpftool -j feature probe kernel >"$TMP/feature" 2>/dev/null || skip "bpftool cannot look at this kernel"
examine
for kind in program map; do
	jq -r --slurpfile ours "$TMP/report" --arg kind "$kind" '
		.[$kind + "_types"] | to_entries[] | . as $theirs |
		($theirs.key | ltrimstr("have_") | rtrimstr("_prog_type") | rtrimstr("_map_type")) as $name |
		$ours[0][$kind + "_types"] | select(has($name)) |
		"\($name) \($theirs.value) \(.[$name])"' "$TMP/feature" >"$TMP/types"
	[ "$(wc -l <"$TMP/types")" -ge 20 ] || fail "hardly a $kind type is told by both: $(cat "$TMP/types")"
	while read -r name theirs ours; do
		expect "$kind type $name as bpftool says" "$theirs" "$ours"
	done <"$TMP/types"
done
jq -r --slurpfile ours "$TMP/report" '.system_config | to_entries[] | . as $theirs |
	$ours[0].settings | select(has($theirs.key)) |
	"\($theirs.key) \($theirs.value) \(.[$theirs.key])"' "$TMP/feature" >"$TMP/settings"
[ "$(wc -l <"$TMP/settings")" -ge 10 ] || fail "hardly a setting is told by both"
while read -r name theirs ours; do
	expect "$name as bpftool says" "$theirs" "$ours"
done <"$TMP/settings"

# ---- as root all of our plugins work here, if these facts hold

plugins=$(find "$PLUGIN_DIR" -name '*.so' -printf '%f\n' | sed 's,\.so$,,')
expect "plugins that are told of" "$(sort <<<"$plugins")" "$(jq -r '.plugins[].name' "$TMP/report" | sort)"
expect "exit status" 0 "$STATUS"
expect "what all plugins lack" "" "$(jq -r '.plugins[].missing[].what' "$TMP/report")"
for fact in kernel bpf ring_buffer seccomp tracefs perf uprobe xdp_link; do
	expect "$fact" yes "$(state $fact)"
done
uprobe_ways | grep -q multi && expect "uprobe_multi" yes "$(state uprobe_multi)"
expect "btf" "$([ -r /sys/kernel/btf/vmlinux ] && echo yes || echo no)" "$(state btf)"
expect "kprobe" "$([ -e /sys/bus/event_source/devices/kprobe ] && echo yes || echo no)" "$(state kprobe)"
configured() {
	zcat /proc/config.gz 2>/dev/null || cat "/boot/config-$(uname -r)" 2>/dev/null
}
configured | grep -q '^CONFIG_BPF=' && expect "kprobe_multi" \
	"$(configured | grep -qx CONFIG_FPROBE=y && echo yes || echo no)" "$(state kprobe_multi)"
"$BPFHOST" doctor --plugin-dir "$PLUGIN_DIR" --trust "$PLUGIN_DIR" >"$TMP/text" || fail "the text has another status"
expect "verdicts in the text" "$(wc -l <<<"$plugins")" "$(grep -c ': will work here$' "$TMP/text")"

# What its processes hold: as workers say it in the log (test_privileges.sh compares that with the kernel).
jq -r '.plugins[] | select(.name == "tracepoint").worker' "$TMP/report" |
	grep -q '^uid [1-9][0-9]*, capabilities: none, no_new_privs, filter of system calls$' || fail "the worker's rights"
jq -r '.processes[] | select(.name == "supervisor").holds' "$TMP/report" | grep -q '^uid 0, capabilities: all' ||
	fail "the supervisor's rights"

# ---- what others' plugins need stands in their objects

# needs PLUGIN: facts by name
needs() {
	jq -r --arg name "$1" '.plugins[] | select(.name == $name).needs[]' "$TMP/report" | sort | words
}
PLUGIN_DIR=$KERNEL_DIR examine
expect "what kernel_side needs" "bpf kernel lockdown memory ring_buffer seccomp syscall_tracepoints tracefs user" \
	"$(needs kernel_side)"
expect "kernel_side works" yes "$(works kernel_side)"
expect "what wants needs" "bpf btf kernel kprobe kprobe_multi lockdown lsm memory ring_buffer seccomp user" "$(needs wants)"
expect "rights that wants needs" "CAP_NET_RAW, CAP_PERFMON and CAP_BPF" \
	"$(jq -r '.plugins[] | select(.name == "wants").capabilities' "$TMP/report")"
jq -r '.plugins[] | select(.name == "wants").worker' "$TMP/report" | grep -q 'capabilities: CAP_NET_RAW, ' ||
	fail "what the worker of wants keeps"
lsm=$(jq '.program_types.lsm' "$TMP/report")
if [ "$lsm" = false ]; then
	lacks wants "type of program" "this kernel has no lsm" "one that was configured with it"
fi
[ "$(state lsm)" = yes ] || lacks wants "BPF LSM" "not among the active ones" "CONFIG_BPF_LSM=y"
[ "$(state kprobe)" = yes ] || lacks wants kprobes "no perf events for them" "CONFIG_KPROBE_EVENTS=y"
[ "$(state kprobe_multi)" = yes ] || lacks wants "kprobes by one link" "no such links" "CONFIG_FPROBE=y"
[ "$lsm $(state lsm) $(state kprobe) $(state kprobe_multi)" != "true yes yes yes" ] || expect "wants works" yes "$(works wants)"

# A kernel that has no fentry may have tracepoints with types; and the ring of --ring-size is not the plugin's own.
PLUGIN_DIR=$KERNEL_DIR examine --ring-size 64KiB
expect "what typed needs" "bpf btf kernel lockdown memory ring_buffer seccomp user" "$(needs typed)"
"$BPFHOST" --plugin typed --plugin-dir "$KERNEL_DIR" --trust "$KERNEL_DIR" --duration 100ms >"$TMP/out" 2>"$TMP/log" &&
	grep -q 'attached 1 of 1' "$TMP/log" && runs=yes || runs=no
expect "typed works, by a run of it" "$runs" "$(works typed)"

# As the log of a run says it.
target_start getppid 1
host_start --plugin tracepoint --set probes=syscalls:sys_enter_getppid --pid "$TARGET_PID" --log-level debug
target_go
host_stop
cp "$TMP/log" "$TMP/log.run"
target_end
examine
log=$(sed -n 's/.*its worker (pid [0-9]*) has uid \([0-9]*\)\/.*, capabilities \([^,]*\), .*/uid \1, capabilities: \2/p' \
	"$TMP/log.run" 2>/dev/null)
said=$(jq -r '.plugins[] | select(.name == "tracepoint").worker | split(", no_new")[0]' "$TMP/report")
expect "what the worker holds, by the log of a run" "$said" "$log"

# ---- none, and one that is refused

mkdir "$TMP/empty" "$TMP/broken"
sed 's/x/y/g' "$PLUGIN_DIR/tracepoint.so" >"$TMP/broken/tracepoint.so"
PLUGIN_DIR=$TMP/broken examine
lacks tracepoint file refused "bpfhost --list"
if [ ! -e /usr/lib/bpfhost ] && [ ! -e /usr/local/lib/bpfhost ]; then
	PLUGIN_DIR=$TMP/empty examine
	expect "exit status without any plugin" 1 "$STATUS"
fi

# ---- without rights: each that is missing is named

REAL_HOST=$BPFHOST
cat >"$TMP/other" <<'END'
#!/bin/bash
sets=-all$(sed 's/[a-z_]\+/,+&/g; s/ //g' <<<"$CAPS")
exec setpriv --reuid 12345 --regid 12345 --clear-groups --inh-caps "$sets" --ambient-caps "$sets" \
	--bounding-set "$sets" "$REAL_HOST" "$@"
END
chmod 0755 "$TMP/other"
export REAL_HOST CAPS=''
if setpriv --reuid 12345 --clear-groups test -x "$REAL_HOST" -a -r "$PLUGIN_DIR/xdp.so"; then
	BPFHOST=$TMP/other
	examine
	for plugin in tracepoint uprobe usdt; do
		lacks "$plugin" capabilities "CAP_PERFMON and CAP_BPF" "run it as root"
	done
	lacks xdp capabilities "CAP_NET_ADMIN, CAP_PERFMON and CAP_BPF" "run it as root"
	expect "ring buffer without CAP_BPF" unknown "$(state ring_buffer)"
	expect "types without CAP_BPF" null "$(jq '.program_types.xdp' "$TMP/report")"
	CAPS='bpf perfmon' examine
	lacks tracepoint tracefs "Permission denied" CAP_DAC_READ_SEARCH
	expect "all that tracepoint lacks" tracefs "$(missing tracepoint)"
	uprobe_ways | grep -q multi && expect "uprobe with CAP_BPF and CAP_PERFMON" yes "$(works uprobe)"
	lacks xdp capabilities CAP_NET_ADMIN "run it as root"
	CAPS='bpf perfmon dac_read_search net_admin' examine
	expect "tracepoint with CAP_DAC_READ_SEARCH" yes "$(works tracepoint)"
	expect "xdp with CAP_NET_ADMIN" yes "$(works xdp)"
	jq -r '.plugins[0].worker' "$TMP/report" | grep -q '^uid 12345, ' || fail "whose the worker is"
fi
BPFHOST=$TMP/lacking
cat >"$TMP/lacking" <<'END'
#!/bin/bash
exec setpriv --bounding-set "-$CAPS" --inh-caps "-$CAPS" "$REAL_HOST" "$@"
END
chmod 0755 "$TMP/lacking"
CAPS=setuid examine
lacks tracepoint "user of workers" "root without CAP_SETUID" "CAP_SETUID and CAP_SETGID"

# ---- a kernel that lacks something, or says no

BPFHOST=$REAL_HOST
host_below_refuse
refuse_with -a umask bpf=EPERM
examine
lacks tracepoint "bpf(2)" "Operation not permitted" "outside of the container"
refuse_with -a umask bpf=ENOSYS
examine
lacks xdp "bpf(2)" "no bpf(2)" CONFIG_BPF_SYSCALL
refuse_with -a umask bpf:MAP_CREATE=ENOMEM
examine
lacks usdt "ring buffer" "no memory" "--ring-size"
refuse_with -a umask bpf:MAP_CREATE=EINVAL
examine
lacks uprobe "type of map" "this kernel has no " "newer kernel"
refuse_with -a umask perf_event_open=EACCES
examine
lacks tracepoint tracefs "a perf event of a tracepoint" CAP_PERFMON
uprobe_ways | grep -q multi && expect "uprobe without perf events" yes "$(works uprobe)"
refuse_with -a umask bpf:LINK_CREATE=EINVAL
examine
expect "uprobe without links for many" yes "$(works uprobe)"
lacks xdp "XDP links" "Invalid argument" "Linux 6.1"
refuse_with -a umask bpf:LINK_CREATE=EINVAL perf_event_open=EACCES
examine
lacks uprobe "uprobes by one link" "no such links" "Linux 6.6"
lacks usdt "uprobes one by one" "Permission denied" CAP_SYS_ADMIN
# ENOTSUPP, which is the kernel's own
refuse_with -a umask bpf:LINK_CREATE=524
examine
for fact in uprobe_multi kprobe_multi; do
	expect "$fact where the kernel has no such links" no "$(state $fact)"
done
expect "words that are none" 0 "$(grep -c 'Unknown error' "$TMP/report")"
refuse_with -a umask bpf:PROG_LOAD@1=run:'sleep 4'
examine
expect "where the kernel does not answer" unknown "$(state bpf)"
expect "exit status then" 1 "$STATUS"
# The child that asks is stopped, and nobody lets it go on.
refuse_with -a umask "bpf:PROG_LOAD@1=run:$TMP/stop_child"
cat >"$TMP/stop_child" <<'SCRIPT'
#!/bin/bash
session=$(ps -o sid= -p $$ | tr -d " ")
ps -s "$session" -o pid=,ppid=,comm= | awk '
	$3 == "bpfhost" { parent[$1] = $2 }
	END { for (pid in parent) if (parent[pid] in parent) print pid }' >"$0.pids"
xargs kill -STOP <"$0.pids"
SCRIPT
chmod 0755 "$TMP/stop_child"
examine
expect "children that were stopped" 1 "$(wc -l <"$TMP/stop_child.pids")"
expect "where the child that asks is stopped" "unknown asking the kernel took longer than 3 s" \
	"$(jq -r '.machine[] | select(.name == "bpf") | "\(.state) \(.detail)"' "$TMP/report")"
[ ! -d "/proc/$(cat "$TMP/stop_child.pids")" ] || fail "it is left behind"
BPFHOST=$REAL_HOST

# hidden PATH [COMMAND...]: a host that finds an empty folder there
unshare -m true 2>/dev/null || skip "no mount namespace can be made (CAP_SYS_ADMIN)"
mkdir "$TMP/nothing"
export HIDE='' LACKS='' LOCKDOWN='' NOTHING=$TMP/nothing
cat >"$TMP/hiding" <<'SCRIPT'
#!/bin/sh
exec unshare -m sh -c 'for path in $HIDE; do mount --bind "$NOTHING" $path || exit 9; done
	[ -z "$LOCKDOWN" ] || { mount -t tmpfs tmpfs /sys/kernel/security && echo "$LOCKDOWN" >/sys/kernel/security/lockdown; } || exit 9
	[ -z "$LACKS" ] || exec setpriv --bounding-set "$LACKS" --inh-caps -all "$REAL_HOST" "$@"
	exec "$REAL_HOST" "$@"' _ "$@"
SCRIPT
chmod +x "$TMP/hiding"
BPFHOST=$TMP/hiding
if [ -e /sys/kernel/btf ]; then
	HIDE=/sys/kernel/btf examine
	expect "hidden btf" no "$(state btf)"
	expect "tracepoint without BTF" yes "$(works tracepoint)"
fi
# A run mounts it, so it works; what doctor mounted to look went with the child.
HIDE="/sys/kernel/tracing /sys/kernel/debug" examine
expect "tracepoint where tracefs is not mounted" yes "$(works tracepoint)"
HIDE="/sys/kernel/tracing /sys/kernel/debug" LACKS=-sys_admin examine
lacks tracepoint tracefs "not mounted" "mount -t tracefs tracefs /sys/kernel/tracing"
if [ -d /sys/kernel/security ]; then
	LOCKDOWN='none integrity [confidentiality]' examine
	lacks xdp lockdown "locked down to confidentiality" "lockdown=confidentiality"
fi
if [ -e /sys/bus/event_source/devices/uprobe ]; then
	HIDE=/sys/bus/event_source/devices/uprobe examine
	expect "hidden uprobes" no "$(state uprobe)"
fi

# ---- memory that its cgroup does not get

BPFHOST=$TMP/bounded
cat >"$TMP/bounded" <<'END'
#!/bin/bash
echo $$ >"$GROUP/cgroup.procs" || exit 9
if [ "$CACHE" ]; then
	dd if=/dev/zero of="$TMP/cached" bs=1M count="$CACHE" conv=fsync status=none || exit 9
fi
[ "$INSIDE" ] || exec "$REAL_HOST" "$@"
# shellcheck disable=SC2016 # for the shell inside
exec unshare -C -m sh -c 'root=${INSIDE##* } && umount $root && mount $INSIDE && mkdir -p $root/inner && echo $$ >$root/inner/cgroup.procs || exit 9
	exec "$REAL_HOST" "$@"' _ "$@"
END
chmod 0755 "$TMP/bounded"
GROUP=/sys/fs/cgroup/bpfhost-doctor-$$ LIMIT=memory.max
if [ -d /sys/fs/cgroup/memory ]; then
	GROUP=/sys/fs/cgroup/memory/bpfhost-doctor-$$ LIMIT=memory.limit_in_bytes
fi
export GROUP TMP CACHE='' INSIDE=''
# shellcheck disable=SC2317 # called at the end
cleanup() {
	[ ! -d "$GROUP/inner" ] || rmdir "$GROUP/inner"
	rmdir "$GROUP"
}
if [[ ${CFLAGS-} == *sanitize* ]]; then
	note "the sanitizers take more memory than that: not tried"
elif stat -f -c %T "${GROUP%/*}" | grep -q cgroup && mkdir "$GROUP" 2>/dev/null &&
	echo 64M >"$GROUP/$LIMIT" 2>/dev/null; then
	examine --ring-size 128MiB
	lacks tracepoint memory "it takes about 136 MiB" "--ring-size"
	lacks tracepoint "ring buffer" "there is no memory for one of 131072 KiB" "memory.max"
	expect "what is left" no "$(jq -r '.machine[] | select(.name == "memory").detail |
		if test("by the limit of its cgroup") then "no" else . end' "$TMP/report")"
	examine --ring-size 64KiB
	expect "tracepoint with a small ring" yes "$(works tracepoint)"
	# What the kernel keeps of files gives way.
	if [ "$(stat -f -c %T "$TMP")" != tmpfs ]; then
		CACHE=60 examine
		expect "tracepoint beside files that were read" yes "$(works tracepoint)"
	fi
	# In a container a cgroup below one with the limit, which is the root there.
	if [ "$LIMIT" = memory.max ]; then
		INSIDE="-t cgroup2 cgroup2 /sys/fs/cgroup"
	else
		INSIDE="-t cgroup -o memory cgroup /sys/fs/cgroup/memory"
	fi
	INSIDE=$INSIDE examine --ring-size 128MiB
	lacks tracepoint memory "it takes about 136 MiB" "--ring-size"
else
	note "there is no cgroup with a limit on memory: not tried"
fi
exit 0
