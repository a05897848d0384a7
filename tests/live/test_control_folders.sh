#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# What is put into a folder for plugins while the host runs: told of in one line, with why it cannot be loaded
# where that is so; also where the folder itself comes later, or goes.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/live/control.sh
. "$(dirname "$0")/control.sh"
need_kernel

trusted=$TMP/trusted stranger=$TMP/stranger late=$TMP/late/deep/plugins
mkdir "$trusted" "$stranger" "$TMP/late" "$TMP/elsewhere"
cp "$PLUGIN_DIR/tracepoint.so" "$TMP/elsewhere/"
cat >"$TMP/host.conf" <<END
plugin_dir = [ "$trusted", "$late", "$stranger" ];
trust = [ "$trusted", "$TMP/late", "$TMP/elsewhere" ];
control = "$CONTROL";
END
: >"$TMP/log"
env --default-signal=INT,QUIT setsid "$BPFHOST" --config "$TMP/host.conf" --duration $((50 * SLOW))s \
	>"$TMP/out" 2>"$TMP/log" </dev/null &
HOST_PID=$!
answers() {
	ctl status >/dev/null 2>&1
}
wait_until 10 answers || fail "the host does not start"

said() {
	[ "$(grep -cF "bpfhost: $2" "$TMP/log")" -ge "$1" ]
}

# tells [TIMES] TEXT: a line with this text; and nothing else since the last
lines=$(wc -l <"$TMP/log")
tells() {
	local times=1

	[ $# = 1 ] || { times=$1 && shift; }
	wait_until 5 said "$times" "$1" || fail "not told: $1"
	expect "lines for that" $((lines += 1)) "$(wc -l <"$TMP/log")"
}

new() {
	tells "${2:-1}" "info: there is a new plugin $1/tracepoint.so; ctl load tracepoint begins to use it"
}

refuses() {
	tells "warning: $1 is new and cannot be loaded: $2"
}

# ---- what comes into a folder

ln -s "$TMP/elsewhere/tracepoint.so" "$trusted/tracepoint.so"
new "$trusted"
rm "$trusted/tracepoint.so"
ln "$TMP/elsewhere/tracepoint.so" "$trusted/tracepoint.so"
new "$trusted" 2
rm "$trusted/tracepoint.so"
cp "$TMP/elsewhere/tracepoint.so" "$trusted/"
new "$trusted" 3

cp "$TMP/elsewhere/tracepoint.so" "$trusted/.tracepoint.so"
cp "$TMP/elsewhere/tracepoint.so" "$trusted/tracepoint.so.dpkg-new"
touch "$trusted/README"
cp "$BAD_DIR/no_note.so" "$trusted/"
refuses "$trusted/no_note.so" "it is no bpfhost plugin: it carries no bpfhost note"
cp "$TMP/elsewhere/tracepoint.so" "$trusted/Trace Point.so"
refuses "$trusted/Trace Point.so" '"Trace Point" can be no plugin'"'"'s name'
cp "$TMP/elsewhere/tracepoint.so" "$trusted/other.so"
refuses "$trusted/other.so" 'its name is "tracepoint", so its file must be tracepoint.so'
ln -s "$TMP/nowhere" "$trusted/dangling.so"
refuses "$trusted/dangling.so" "failed to open nowhere in $TMP: No such file or directory"
mkfifo "$TMP/fifo.so"
mv "$TMP/fifo.so" "$trusted/"
refuses "$trusted/fifo.so" "it is no regular file but a FIFO"
cp "$TMP/elsewhere/tracepoint.so" "$stranger/"
refuses "$stranger/tracepoint.so" "$trusted/tracepoint.so comes before it"
cp "$BAD_DIR/misbehave.so" "$TMP/misbehave.so"
chown 65534 "$TMP/misbehave.so"
mv "$TMP/misbehave.so" "$stranger/"
tells "warning: $stranger/misbehave.so is new and cannot be loaded: "
grep -qF 'or let it in with --trust' "$TMP/log" || fail "not told whose it is"
rm "$trusted"/*.so

# ---- a folder that comes

mkdir "$TMP/late/deep" "$late"
cp "$TMP/elsewhere/tracepoint.so" "$late/"
new "$late"
ctl load tracepoint@late --set probes=syscalls:sys_enter_getppid || fail "it cannot be loaded"
expect "state" ok "$(of_instance late .state)"
ctl unload late
unused() {
	[ -z "$(workers)" ]
}
wait_until 10 unused || fail "its worker stays"
lines=$(wc -l <"$TMP/log")
rm -r "$TMP/late/deep"
# All at once, as an installation may put it there.
mkdir -p "$TMP/made/plugins"
cp "$TMP/elsewhere/tracepoint.so" "$BAD_DIR/no_note.so" "$TMP/made/plugins/"
mv "$TMP/made" "$TMP/late/deep"
new "$late" 2
mv "$late" "$late.away"
cp "$TMP/elsewhere/tracepoint.so" "$late.away/"
ln -s "$late.away" "$late"
new "$late" 3
cp "$TMP/elsewhere/tracepoint.so" "$late.away/"
new "$late" 4

# ---- folders above it that are moved away with it

mv "$TMP/late" "$TMP/moved"
cp "$TMP/elsewhere/tracepoint.so" "$TMP/moved/deep/plugins.away/"
mkdir -p "$late"
cp "$TMP/elsewhere/tracepoint.so" "$late/"
new "$late" 5
mv "$TMP/late" "$TMP/moved again"
mv "$TMP/moved" "$TMP/late"
new "$late" 6
cp "$TMP/elsewhere/tracepoint.so" "$TMP/late/deep/plugins.away/"
new "$late" 7

kill -TERM "$HOST_PID"
host_wait
expect "exit status" 0 "$STATUS"
