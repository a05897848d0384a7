#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Mistakes and missing rights: one line that says what, where and the nearest word; nothing is left.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/live/programs.sh
. "$(dirname "$0")/programs.sh"
need_kernel
programs_remember '^tracepoint_'

config=$TMP/bpfhost.conf
as=()

# refused STATUS ERROR ARGUMENT...: exactly one error, which matches
refused() {
	local wanted_status=$1 wanted=$2

	shift 2
	: >"$TMP/log"
	setsid "${as[@]}" "$BPFHOST" --plugin-dir "$PLUGIN_DIR" --trust "$PLUGIN_DIR" \
		--duration 20s --comm none-has-this "$@" >"$TMP/out" 2>"$TMP/log" </dev/null &
	HOST_PID=$!
	host_wait
	expect "exit status of $*" "$wanted_status" "$STATUS"
	expect "errors of $*" 1 "$(grep -c '^bpfhost: error: ' "$TMP/log")"
	grep '^bpfhost: error: ' "$TMP/log" | grep -qF -- "$wanted" ||
		fail "the error does not say: $wanted"
	expect "events" "" "$(cat "$TMP/out")"
	check_clean
	programs_suspect
	wait_until 5 no_program_left || fail "a program that nobody holds is left after $*"
}

# ---- probes -----------------------------------------------------------------------------------

wrong() {
	refused 2 "$1" --plugin tracepoint --set "probes=$2"
}

wrong ': argument 11: probe "syscalls:sys_enter_conect": there is no' 'syscalls:sys_enter_conect'
wrong 'did you mean "syscalls:sys_enter_connect"?' 'syscalls:sys_enter_conect'
wrong 'sys_enter_connect has no field "adrlen"; did you mean "addrlen"?' \
	'syscalls:sys_enter_connect(fd, adrlen)'
wrong 'unknown name "adrlen" at column 31; did you mean "addrlen"?' \
	'syscalls:sys_enter_connect if adrlen == 3'
wrong "',' or ')' must follow the parameter at column 30" 'syscalls:sys_enter_connect(fd'
wrong 'the text ends where a field or a value must follow' 'syscalls:sys_enter_connect if fd =='
wrong 'cannot compare "fd" (a number) with a string' 'syscalls:sys_enter_connect if fd == "x"'
wrong 'there is no tracepoint "nothing:like*"' 'nothing:like*'
wrong 'a tracepoint is written category:name' 'sys_enter_connect'
wrong 'there is no tracepoint "../../etc:passwd"' '../../etc:passwd'

# ---- the list of probes, which another process makes -------------------------------------------

# unlisted STATUS TEXT ARGUMENT...
unlisted() {
	local status=0

	"$BPFHOST" --plugin-dir "$PLUGIN_DIR" --trust "$PLUGIN_DIR" probes "${@:3}" >"$TMP/out" 2>"$TMP/log" ||
		status=$?
	expect "exit status of probes ${*:3}" "$1" "$status"
	expect "what probes ${*:3} says" "bpfhost: error: $2" "$(cat "$TMP/log")"
	expect "probes" "" "$(cat "$TMP/out")"
}

unlisted 1 'tracepoint: no probe matches "nosuch*"' tracepoint 'nosuch*'
unlisted 1 'tracepoint: no probe matches "syscalls:sys_enter_getpp"; try "syscalls:*sys_enter_getpp*"' tracepoint 'syscalls:sys_enter_getpp'
unlisted 1 'uprobe: there is no file "/nosuch"' uprobe /nosuch
unlisted 2 'there is no plugin "nosuch"; bpfhost --list shows what there is' nosuch

# ---- options and plugins ----------------------------------------------------------------------

refused 2 'plugin tracepoint has no option "probs"; did you mean "probes"?' \
	--plugin tracepoint --set probs=x
refused 2 'string_size of tracepoint: 5 is not within 16 to 4096' \
	--plugin tracepoint --set string_size=5
refused 2 ': argument 9: there is no plugin "tracepint"; did you mean "tracepoint"?' --plugin tracepint
refused 2 'unknown option "--formt"; did you mean "--format"?' --plugin tracepoint --formt json
refused 2 'unknown format "jsn"; did you mean "json"?' --plugin tracepoint --format jsn
refused 2 '--set: belongs to the --plugin before it' --set a=b
refused 2 'there is an instance "tracepoint" already' --plugin tracepoint --plugin tracepoint
refused 2 ': --pid: there is no process 4194304' --plugin tracepoint --pid 4194304
refused 2 ': --cgroup: /nonexistent: No such file or directory' \
	--plugin tracepoint --cgroup /nonexistent
refused 2 'unknown name "fliename"' --plugin tracepoint --filter 'fliename == "x"'
refused 2 'filter: ' --plugin tracepoint --filter 'pid =='
refused 2 'failed to open /nonexistent/events: No such file or directory' \
	--plugin tracepoint --output /nonexistent/events
refused 2 'failed to open /: it is a folder; --output takes the name of a file' --plugin tracepoint --output /

for size in 0 1 4095 2GiB 4097MiB 99999999999G -1; do
	refused 2 "--ring-size: \"$size\" is " --plugin tracepoint --ring-size "$size"
done

# ---- configuration files ----------------------------------------------------------------------

refused 2 '/nonexistent/bpfhost.conf: failed to open: No such file' \
	--config /nonexistent/bpfhost.conf
printf 'plugins = (\n  { plugin = "tracepoint";\n    probs = "x"; }\n);\n' >"$config"
refused 2 "$config:3: plugin tracepoint has no option \"probs\"; did you mean \"probes\"?" \
	--config "$config"
printf 'plugins = ( { plugin = "tracepoint";\n probes = [ "sched:*",\n  "syscalls:sys_enter_conect" ]; } );\n' >"$config"
refused 2 ": $config:3: probe \"syscalls:sys_enter_conect\": there is no" --config "$config"
printf 'plugins = (\n { plugin = "tracepint"; } );\n' >"$config"
refused 2 ": $config:2: there is no plugin \"tracepint\"; did you mean \"tracepoint\"?" --config "$config"
printf 'pid = [ 1,\n  4194304 ];\nplugins = ( { plugin = "tracepoint"; } );\n' >"$config"
refused 2 ": $config:2: pid: there is no process 4194304" --config "$config"
printf 'duratio = "1s";\n' >"$config"
refused 2 "$config:1: unknown setting \"duratio\"; did you mean \"duration\"?" --config "$config"
printf '\nplugins = (\n' >"$config"
refused 2 "$config:3: " --config "$config"
printf 'count = 99999999999999999999;\n' >"$config"
refused 2 "$config:1: " --config "$config"
rm "$config"
mkfifo "$config"
refused 2 "$config: " --config "$config"

# ---- one of two: the other goes on ------------------------------------------------------------

target_start getppid 5
host_start --plugin tracepoint@wrong --set 'probes=syscalls:sys_enter_conect' \
	--plugin tracepoint@right --set 'probes=syscalls:sys_enter_getppid' --pid "$TARGET_PID"
target_go
host_stop
expect "exit status" 1 "$STATUS"
expect "errors" 1 "$(grep -c '^bpfhost: error: wrong: ' "$TMP/log")"
expect "events of the other" 5 "$(count '.instance == "right"')"
check_ledger wrong
check_ledger right
check_clean
target_end

# ---- rights -----------------------------------------------------------------------------------

if command -v setpriv >/dev/null; then
	# Who has no right to the build folder gets a copy, which is his own: so it is trusted.
	mkdir "$TMP/bin" && cp "$BPFHOST" "$PLUGIN_DIR"/*.so "$TMP/bin" && chmod -R a+rX "$TMP/bin"
	BPFHOST=$TMP/bin/bpfhost PLUGIN_DIR=$TMP/bin
	as=(setpriv --reuid 65534 --regid 65534 --clear-groups)
	refused 1 'the events of tracefs cannot be read: Permission denied' --plugin tracepoint
	as=(setpriv --bounding-set '-bpf,-sys_admin' --inh-caps -all)
	refused 1 'CAP_BPF' --plugin tracepoint
	as=(setpriv --bounding-set '-perfmon,-sys_admin' --inh-caps -all)
	refused 1 'CAP_PERFMON' --plugin tracepoint
	as=(setpriv --bounding-set -setuid --inh-caps -all)
	refused 1 'CAP_SETUID' --plugin tracepoint
	as=()
else
	note "not tried: there is no setpriv"
fi

# ---- a dry run loads nothing ------------------------------------------------------------------

host_run --plugin tracepoint --set 'probes=syscalls:sys_enter_getp?id' --dry-run
expect "exit status of --dry-run" 0 "$STATUS"
expect "the plan" "syscalls:sys_enter_getpgid syscalls:sys_enter_getppid" \
	"$(sed -n 's/.* to //p' "$TMP/out" | sort | words)"
grep -q attached "$TMP/log" && fail "a dry run says that it attached something"
programs_suspect
wait_until 5 no_program_left || fail "a program is left after a dry run"
