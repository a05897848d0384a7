#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The comparison of losses, tests/bench/xdp_losses.sh: with few packets nothing is missing, and what goes wrong is said.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
need_kernel
need_program tcpdump
need_program ip
ip netns list >/dev/null 2>&1 || skip "network namespaces are missing"

# losses STATUS ARGUMENT...: with the build in $TMP/build
losses() {
	local status=0

	BUILD_DIR=$TMP/build "$SOURCE_DIR/tests/bench/xdp_losses.sh" "${@:2}" >"$TMP/out" 2>"$TMP/log" &
	wait $! || status=$?
	expect "exit status" "$1" "$status"
	expect "namespaces left behind" "" "$(ip netns list | grep "^bpfhost-$!-")"
}

# fails_with SENTENCE: the only one of its own; bash may have said how a program was killed
fails_with() {
	losses 1 10 1000
	expect "what went wrong" "losses: $1" "$(sed -n 's|/[^ ]*/||; /^losses: /p' "$TMP/log")"
}

# program NAME: what stdin says is that program of the build
program() {
	cat >"$TMP/build/$1"
	chmod +x "$TMP/build/$1"
}

mkdir -p "$TMP/build/targets"
ln -s "$PLUGIN_DIR" "$TMP/build/plugins"
ln -s "$BPFHOST" "$TMP/build/bpfhost"
ln -s "$TARGETS_DIR/packets" "$TMP/build/targets/packets"

losses 0 300 1000 2000
expect "nothing goes wrong" "" "$(cat "$TMP/log")"
for tool in bpfhost tcpdump; do
	expect "runs of $tool" 2 "$(grep -c "^$tool  *sent 300 at [0-9]*/s.*, in the file 300, missing 0 (0.0 %); it says: .*captured" "$TMP/out")"
done

rm "$TMP/build/targets/packets"
program targets/packets <<'END'
#!/bin/sh
echo "no more" >&2
exit 3
END
fails_with "failed to send 10 packets, 1000 a second: status 3 no more"

program targets/packets <<'END'
#!/bin/sh
kill -ALRM $$
END
fails_with "failed to send 10 packets, 1000 a second: status 142 "

program targets/packets <<'END'
#!/bin/sh
echo sent 10
END
fails_with "the sender does not say how many it sent in which time: sent 10"

rm "$TMP/build/bpfhost" "$TMP/build/targets/packets"
ln -s "$TARGETS_DIR/packets" "$TMP/build/targets/packets"
program bpfhost <<'END'
#!/bin/sh
echo "xdp: attached 1 of 1 probes"
END
fails_with "bpfhost ended by itself: xdp: attached 1 of 1 probes"

program bpfhost <<'END'
#!/bin/sh
trap 'exit 0' INT
echo "xdp: attached 1 of 1 probes"
while sleep 0.05; do :; done
END
fails_with "failed to read the file of bpfhost: tcpdump: file: No such file or directory"
