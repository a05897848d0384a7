#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Every question of docs/COOKBOOK.md is asked again while somebody does what it is about, and each line of output
# that stands there must come, but for its numbers. COOKBOOK_WRITE=FILE writes the document anew to FILE, with the
# output that came.
# shellcheck disable=SC2317 # what is done, and what must be there, is called by its number
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/live/net.sh
. "$(dirname "$0")/net.sh"
SERVER=''
cleanup() {
	[ -z "$SERVER" ] || kill "$SERVER" 2>/dev/null
	net_down
}
need_kernel
net_up
export PATH=$PATH:/usr/sbin
DOCUMENT=$SOURCE_DIR/docs/COOKBOOK.md
PYTHON=/usr/bin/python3

# As the document calls it.
ip -n "$NET_HERE" link set eth down
ip -n "$NET_HERE" link set eth name eth0
ip -n "$NET_HERE" link set eth0 up
ip -n "$NET_HERE" addr replace fd00:9::1/64 dev eth0 nodad

# ---- what people do -------------------------------------------------------------------------------

# needs PROGRAM...: a question that is about others than these can be asked all the same
needs() {
	local program

	for program; do
		command -v "$program" >/dev/null || return 1
	done
}

do_1() { cat /etc/hostname; }
do_2() { /bin/true; }
do_3() { setpriv --reuid 12345 --clear-groups cat /etc/shadow; }
do_4() { curl -s http://127.0.0.1:1/; }
do_5() { curl -s http://127.0.0.1:1/; }
do_6() { here curl -s --connect-timeout 1.3 http://10.9.0.99:80/; }
do_7() { echo >/dev/udp/127.0.0.1/9; }
do_8() { mariadb --no-defaults -S "$TMP/socket" -e 'select sleep(0.2)'; }
do_9() { exec_python3 'import zlib; zlib.compress(bytes(range(256)) * 40000, 9)'; }
do_10() { getent ahosts no.such.host.invalid; }
# Of a shell of its own: a job that is killed before it runs its program would do what we do at our end.
# shellcheck disable=SC2016 # for that shell
# To one that stays a bash: what becomes another program may be that already.
do_11() { bash -c '{ for ((i = 0; i < 10000000; i++)); do :; done; } & kill $!'; }
do_12() {
	: >"$TMP/old.log"
	rm "$TMP/old.log"
}
do_13() { setpriv --reuid 12345 true; }
do_14() { exec_python3 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); s.listen()'; }
do_15() { exec_python3 'import gc; gc.collect()'; }
do_16() { exec_python3 'b"x" * 50000000'; }
do_17() {
	echo localhost >"$TMP/requests"
	sleep 0.2
}
send_udp() { there bash -c 'for i in 1 2 3; do echo hello >/dev/udp/10.9.0.1/4242; done'; }
do_18() { send_udp; }
do_19() { there ping -c 2 -i 0.1 -W 0.2 10.9.0.1; }
do_20() { send_udp; }

# Its name to the kernel is what its file is called.
exec_python3() {
	"$PYTHON" -c "$1"
}

# What must be there first, or the question is left out.
ready_4() { needs curl; }
ready_5() { needs curl && grep -q reason "$TRACING/events/tcp/tcp_send_reset/format"; }
ready_6() { needs curl; }
ready_8() {
	needs mariadb-install-db mariadbd mariadb || return 1
	mkdir "$TMP/db"
	mariadb-install-db --no-defaults --datadir="$TMP/db" --user=root \
		--auth-root-authentication-method=normal --skip-test-db --force || return 1
	timeout 100 mariadbd --no-defaults --user=root --datadir="$TMP/db" --socket="$TMP/socket" \
		--skip-networking --pid-file="$TMP/db.pid" &
	SERVER=$!
	wait_until 20 mariadb --no-defaults -S "$TMP/socket" -e 'select 1'
}
ready_9() { needs "$PYTHON"; }
ready_14() { needs "$PYTHON"; }
ready_15() { needs /usr/bin/python3.11; }
ready_16() { needs "$PYTHON"; }
# The kernel finds callers by frame pointers.
ready_17() {
	needs pidof || return 1
	printf '%s\n' '#include <netdb.h>' '#include <stdio.h>' '#include <string.h>' 'struct addrinfo *found;' \
		'__attribute__((noinline)) int resolve(const char *name) { return getaddrinfo(name, 0, 0, &found) + 1; }' \
		'__attribute__((noinline)) int serve(char *name) { return resolve(strtok(name, "\n")) + 1; }' \
		'int main(void) { char line[64]; return fgets(line, 64, stdin) && serve(line) == 2 ? 0 : 1; }' \
		>"$TMP/myserver.c"
	"${CC:-cc}" -O1 -fno-omit-frame-pointer -fno-optimize-sibling-calls "$TMP/myserver.c" -o "$TMP/myserver" &&
		mkfifo "$TMP/requests" || return 1
	timeout 60 "$TMP/myserver" <>"$TMP/requests" &
	wait_until 5 pidof myserver
}
ready_20() { needs tcpdump; }

# ---- asking ---------------------------------------------------------------------------------------

mkdir "$TMP/bin"
cat >"$TMP/bin/bpfhost" <<END
#!/bin/bash
# As it is installed; its pid is where the test finds it.
echo \$\$ >"$TMP/host.pid"
exec env --default-signal=INT nsenter "--net=/run/netns/$NET_HERE" "$BPFHOST" "\$@" --plugin-dir "$PLUGIN_DIR" \\
	--trust "$PLUGIN_DIR" --duration 30s 2>"$TMP/host.log"
END
cat >"$TMP/bin/sudo" <<'END'
#!/bin/bash
exec "$@"
END
chmod +x "$TMP/bin/"*

# section NUMBER: the question; block NUMBER LANGUAGE: what stands in its block
section() {
	awk -v number="$1" '/^## / { inside = $2 == number "." } inside' "$DOCUMENT"
}
block() {
	section "$1" | awk -v fence="\`\`\`$2" '$0 == "```" { inside = 0 } inside; $0 == fence { inside = 1 }'
}

started() {
	[ -s "$TMP/host.log" ] && grep -q ': attached \|: error: ' "$TMP/host.log"
}

# ask NUMBER: the answer in $TMP/answer
ask() {
	local status=0

	rm -rf "$TMP/here" "$TMP/host.pid" "$TMP/host.log"
	mkdir "$TMP/here"
	block "$1" sh >"$TMP/command"
	[ -s "$TMP/command" ] || fail "question $1 has no command"
	(cd "$TMP/here" && PATH=$TMP/bin:$PATH exec setsid bash -eu -o pipefail "$TMP/command") \
		>"$TMP/answer" 2>"$TMP/log" &
	HOST_PID=$!
	wait_until 10 started || fail "question $1: the host does not start: $(cat "$TMP/log" "$TMP/host.log")"
	grep ': error: ' "$TMP/host.log" && fail "question $1 is refused"
	"do_$1" >"$TMP/did" 2>&1
	sleep 0.3
	kill -INT "$(cat "$TMP/host.pid")"
	wait "$HOST_PID" || status=$?
	HOST_PID=''
	expect "exit status of question $1" 0 "$status"
	grep -q '^stats ' "$TMP/host.log" || fail "question $1: no books"
}

# Lines without what differs from run to run: numbers and addresses, units of time, names made up, spaces.
shape() {
	sed -E "s,$TMP,/tmp,g; s/([0-9a-f]{2}:){5}[0-9a-f]{2}/M/g; s/0x[0-9a-f]+/H/g; s/\b[0-9.]+(ns|us|ms|s)\b/T/g
		s/[0-9]+/N/g; s/N(\.N)+/N/g; s/ +/ /g"
}

# Packets and timers are handled in whichever process runs just then: its name is chance.
chance() {
	case $1 in
	5 | 6 | 7) sed -E 's/ [^ ]+\[N\] / X[N] /' ;;
	*) cat ;;
	esac
}

# compare NUMBER: each line that the document shows has come
compare() {
	local line

	block "$1" text | shape | chance "$1" | sort -u >"$TMP/shown"
	[ -s "$TMP/shown" ] || fail "question $1 shows no answer"
	shape <"$TMP/answer" | chance "$1" >"$TMP/came"
	while read -r line; do
		grep -qxF -- "$line" "$TMP/came" ||
			fail "question $1: not answered: $line$(printf '\n--- came\n'; head -n 20 "$TMP/answer")"
	done <"$TMP/shown"
}

# Behind each question, at most six lines of its answer, without what not every machine has.
write_document() {
	awk -v folder="$TMP/answers" '
		/^## / { number = $2 + 0 }
		skipping && $0 == "```" { skipping = 0 }
		!skipping
		/^```text/ && number {
			file = folder "/" number
			for (n = 0; n < 6 && (getline line < file) > 0; n++) print line
			skipping = n > 0
		}' "$DOCUMENT" >"$COOKBOOK_WRITE"
}

mkdir "$TMP/answers"
questions=$(sed -nE 's/^## ([0-9]+)\. .*\?$/\1/p' "$DOCUMENT" | words)
expect "questions" "$(seq 20 | words)" "$questions"
left=''
for number in $questions; do
	if [ "$(type -t "ready_$number")" = function ] && ! "ready_$number" >"$TMP/ready" 2>&1; then
		note "question $number is left out: what it is about is missing"
		left+=" $number"
		continue
	fi
	ask "$number"
	if [ -n "${COOKBOOK_WRITE-}" ]; then
		sed "s,$TMP,/tmp,g; /nscd/,+1d; /bpfhost:/d" "$TMP/answer" >"$TMP/answers/$number"
	else
		compare "$number"
	fi
done
[ -z "${COOKBOOK_WRITE-}" ] || write_document
[ "$(wc -w <<<"$left")" -le 8 ] || fail "too many are left out:$left"
exit 0
