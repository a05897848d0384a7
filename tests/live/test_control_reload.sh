#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The configuration is read again, by "ctl reload" and by SIGHUP: only what differs is started anew, and a wrong
# one changes nothing. Then a new plugin that is put into the folder.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/live/control.sh
. "$(dirname "$0")/control.sh"
need_kernel

probe=syscalls:sys_enter
file=$TMP/host.conf
plugins=$TMP/plugins
mkdir "$plugins"
cp "$PLUGIN_DIR/tracepoint.so" "$plugins/"

# configure LINE...: the file, with these instances
configure() {
	{
		printf 'plugin_dir = "%s";\ntrust = "%s";\ncontrol = "%s";\n' "$plugins" "$plugins" "$CONTROL"
		printf '%s\n' "${settings[@]}"
		printf 'plugins = (\n'
		local between=''
		for line; do
			printf '%s{ plugin = "tracepoint"; %s }' "$between" "$line"
			between=$',\n'
		done
		printf '\n);\n'
	} >"$file"
}

# start: like host_spawn, but the file alone says what is run
start() {
	: >"$TMP/log"
	env --default-signal=INT,QUIT setsid "$BPFHOST" --config "$file" --format json --duration $((50 * SLOW))s \
		>"$TMP/out" 2>"$TMP/log" </dev/null 9>&- &
	HOST_PID=$!
	wait_until 10 host_attached "$1" || fail "the host does not attach"
	BPF_IDS=$(bpf_ids)
}

workers_of() {
	ctl status --format json | jq -r '.instances[] | "\(.instance)=\(.worker)"' | sort | words
}

# hup: and waits until it is done
hup() {
	local before

	before=$(grep -c '^bpfhost: [a-z]*: reload: ' "$TMP/log")
	kill -HUP "$HOST_PID"
	wait_until 5 reloaded $((before + 1)) || fail "SIGHUP reloads nothing"
}

reloaded() {
	[ "$(grep -c '^bpfhost: [a-z]*: reload: ' "$TMP/log")" -ge "$1" ]
}

settings=()
a="name = \"a\"; probes = [ \"${probe}_getpid\" ];"
b="name = \"b\"; probes = [ \"${probe}_getuid\" ];"
b_too="name = \"b\"; probes = [ \"${probe}_getgid\" ];"
c="name = \"c\"; probes = [ \"${probe}_getgid\" ];"

configure "$a" "$b"
target_start gets 10
start 2
before=$(workers_of)

# Nothing differs, also where it stands elsewhere in the file. (--format json is the command line's, and stays.)
expect "answer to a reload" '' "$(ctl reload || echo failed)"
expect "answer to a reload, as JSON" '{"restart_needed":[]}' "$(ctl reload --format json)"
expect "workers" "$before" "$(workers_of)"
configure "$b" "# nothing but a comment
$a"
hup
expect "workers after SIGHUP" "$before" "$(workers_of)"

# One differs, one is new.
configure "$a" "$b_too" "$c"
ctl reload || fail "reload fails"
after=$(workers_of)
expect "worker of a" "$(tr ' ' '\n' <<<"$before" | grep ^a=)" "$(tr ' ' '\n' <<<"$after" | grep ^a=)"
[ "$(tr ' ' '\n' <<<"$before" | grep ^b=)" != "$(tr ' ' '\n' <<<"$after" | grep ^b=)" ] || fail "b is as before"
expect "instances" 'a b c' "$(tr ' ' '\n' <<<"$after" | sed 's/=.*//' | words)"

# What is wrong is told, with file and line, and changes nothing.
before=$after
wrong() {
	refused "$1" "$2" reload
	expect "workers after a wrong configuration" "$before" "$(workers_of)"
}
configure "$a" "name = \"b\"; probes = [ \"${probe}_getuid\" ]; nonsense"
wrong 2 "$file:7: syntax error"
settings=('formal = "json";')
configure "$a"
wrong 2 "$file:4: unknown setting \"formal\"; did you mean \"format\"?"
settings=('log_level = "debug";')
configure "$a" "name = \"b\"; prober = 1;"
wrong 2 "b: $file:7: plugin tracepoint has no option \"prober\"; did you mean \"probes\"?; nothing was changed"
expect "log level after that" info "$(ctl log-level)"
settings=()
configure "$a" "name = \"b\"; probes = [ \"${probe}_getnothing\" ];"
wrong 2 "b: $file:7: probe \"${probe}_getnothing\": there is no tracepoint \"${probe}_getnothing\"; nothing was changed"
settings=('pid = [ 1, 4194304 ];' 'cgroup = "/nonexistent";')
configure "$a"
wrong 2 "$file:4: pid: there is no process 4194304"
settings=('cgroup = "/nonexistent";')
configure "$a"
wrong 2 "$file:4: cgroup: /nonexistent: No such file or directory"
settings=()
configure "$a"
sed -i '/name = "a"/s/"tracepoint"/"tracepint"/' "$file"
wrong 2 "a: $file:6: there is no plugin \"tracepint\"; did you mean \"tracepoint\"?; nothing was changed"
# So is what a reload does not change: else the mistake would show at the next start only.
settings=('filter = "pid == ";')
configure "$a"
wrong 2 "$file:4: filter: the text ends where a field or a value must follow at column 8"
settings=('filter = "pidd == 1";')
configure "$a" "$b_too" "$c"
wrong 2 "$file:4: filter: unknown name \"pidd\" at column 1; did you mean \"pid\"?; nothing was changed"
configure "$a"
wrong 2 "$file:4: filter: unknown name \"pidd\" at column 1; did you mean \"pid\"?; nothing was changed"
settings=('format = "xml";')
configure "$a"
wrong 2 "$file:4: format: unknown format \"xml\"; known are text, json"
settings=("output = \"$TMP/none/file\";")
configure "$a"
wrong 2 "$file:4: output: failed to open $TMP/none/file: No such file or directory"
settings=("output = \"$TMP\";")
configure "$a"
wrong 2 "$file:4: output: failed to open $TMP: it is a folder; --output takes the name of a file"
settings=('window = "10";')
configure "$a"
wrong 2 "$file:4: window: \"10\" has no unit; write \"10s\" for seconds"
settings=()
rm "$file"
ctl reload 2>/dev/null && fail "a file that is gone is no mistake"
expect "workers without a file" "$before" "$(workers_of)"

# What was asked for stays, what the file has no more goes; what is disabled stays so.
ctl load tracepoint@asked --set probes=${probe}_getppid || fail "loading fails"
ctl disable c || fail "disabling fails"
configure "$a" "$c"
hup
expect "states" 'a=ok asked=ok c=disabled' \
	"$(ctl status --format json | jq -r '.instances[] | "\(.instance)=\(.state)"' | sort | words)"

# Nor does it change what does not run, or was asked for, where it comes to nothing.
configure "$a" "name = \"asked\"; probes = [ \"${probe}_getppid\" ];" \
	"name = \"c\"; probes = [ \"${probe}_getnothing\" ];" "name = \"d\"; prober = 1;"
ctl reload 2>/dev/null && fail "a wrong option is no mistake"
ctl enable c || fail "c is not as it was"
ctl disable c || fail "disabling fails"
configure "$a" "$c"
ctl reload || fail "reload fails"
state_is asked ok || fail "what was asked for is $(of_instance asked .state)"
configure "$a" "name = \"c\"; probes = [ \"${probe}_getnothing\" ];"
ctl reload || fail "reload fails"
ctl enable c 2>/dev/null && fail "c is as it was"
configure "$a" "$c"
ctl reload || fail "reload fails"
ctl enable c || fail "c is not as it is to be"
ctl disable c || fail "disabling fails"

# One that is disabled becomes another plugin's: what it produced before stays the first one's.
ctl enable c || fail "enabling fails"
python3 -c 'import os; [os.getgid() for _ in range(7)]'
produced() {
	[ "$(of_instance c .ledger.produced)" -ge 7 ]
}
wait_until 5 produced || fail "c produces nothing"
ctl disable c || fail "disabling fails"
books=$(of_instance c .ledger.produced)
cp "$PLUGIN_DIR/uprobe.so" "$plugins/"
configure "$a" "$c"
sed -i '/name = "c"/s/"tracepoint"/"uprobe"/' "$file"
ctl reload || fail "reload fails"
expect "c, as another plugin's" "uprobe disabled 0" \
	"$(of_instance c '"\(.plugin) \(.state) \(.ledger.produced)"')"
configure "$a" "$c"
ctl reload || fail "reload fails"
expect "c, as it was" "tracepoint disabled $books" \
	"$(of_instance c '"\(.plugin) \(.state) \(.ledger.produced)"')"

# A setting for all workers starts all anew; what cannot be changed is named.
settings=('ring_size = "1MiB";' 'window = "1s";' 'log_level = "debug";' 'filter = "pid > 0";')
configure "$a" "$c"
before=$(of_instance a .worker)
expect "answer to a reload" "filter changes only when the host is started again
window changes only when the host is started again" "$(ctl reload)"
expect "exit status of that" 0 $?
[ "$(of_instance a .worker)" != "$before" ] || fail "a has its old ring"
expect "answer to a reload, as JSON" '{"restart_needed":["filter","window"]}' "$(ctl reload --format json)"
expect "state of asked" ok "$(of_instance asked .state)"
expect "log level" debug "$(ctl log-level)"
expect "log level, set" warn "$(ctl log-level warn)"
refused 2 'unknown log level "wran"; did you mean "warn"?' log-level wran
expect "log level" info "$(ctl log-level info)"

target_go
BPF_IDS=$(bpf_ids)

# ---- a new plugin in the folder ----

cp "$BAD_DIR/misbehave.so" "$plugins/misbehave.new"
mv "$plugins/misbehave.new" "$plugins/misbehave.so"
noticed() {
	grep -qF "$1" "$TMP/log"
}
wait_until 5 noticed "there is a new plugin $plugins/misbehave.so; ctl load misbehave begins to use it" ||
	fail "a new plugin goes unnoticed"
cp "$plugins/tracepoint.so" "$plugins/tracepoint.new"
mv "$plugins/tracepoint.new" "$plugins/tracepoint.so"
wait_until 5 noticed "plugin $plugins/tracepoint.so is new; 2 instances go on with the one before until ctl replace" ||
	fail "a plugin in the place of another goes unnoticed"
before=$(of_instance a .worker)
ctl replace tracepoint@a || fail "it cannot be replaced"
[ "$(of_instance a .worker)" != "$before" ] || fail "it was not replaced"
BPF_IDS=$(bpf_ids)
sed -i '/name = "c"/s/"tracepoint"/"uprobe"/' "$file"
ctl reload || fail "reload fails"
host_stop
expect "exit status" 0 "$STATUS"
expect "books of c" "tracepoint $books uprobe 0" "$(sed -nE \
	's/^stats instance=c plugin=([a-z]+) produced=([0-9]+) .*/\1 \2/p' "$TMP/log" | sort | words)"
expect "events of a, after all that" 10 "$(count ".instance == \"a\" and .pid == $TARGET_PID")"
check_ledger a
check_clean
target_end
