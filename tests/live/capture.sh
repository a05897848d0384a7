# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# What the tests of captures share; oracles are tshark, capinfos and tcpdump. Source behind net.sh.

PLUGIN=xdp
need_kernel
need_program ping
need_program python3
need_program tshark
need_program capinfos

# fields FILE [OPTION...]: by tshark, which must have nothing to say about the file
fields() {
	local file=$1

	shift
	tshark -r "$file" -T fields "$@" 2>"$TMP/tshark" || fail "tshark: $(cat "$TMP/tshark")"
	grep -v '^Running as user' "$TMP/tshark" && fail "tshark warns of $file"
}

# packets FILE: how many, by capinfos
packets() {
	local text

	text=$(capinfos -M -c "$1") || fail "capinfos refuses $1"
	sed -n 's/^Number of packets: *//p' <<<"$text"
}

# send NUMBER [BYTES [PORT]]: so many UDP packets of so many bytes of payload, as fast as it goes
send() {
	there python3 - "$1" "${2:-18}" "${3:-9}" <<'END' || fail "failed to send"
import socket, sys
number, size, port = map(int, sys.argv[1:])
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
for i in range(number):
    s.sendto(i.to_bytes(4, "big") + bytes(size - 4), ("10.9.0.1", port))
END
}

# No ARP between, which would be a packet more.
net_static() {
	ip -n "$NET_HERE" neigh replace 10.9.0.2 dev eth lladdr \
		"$(ip -n "$NET_THERE" -j link show eth | jq -r '.[0].address')"
	ip -n "$NET_THERE" neigh replace 10.9.0.1 dev eth lladdr \
		"$(ip -n "$NET_HERE" -j link show eth | jq -r '.[0].address')"
}

# Numbers of the statistics block of a file with one interface, which no tool prints: KEY of isb_KEY.
statistic() {
	python3 - "$@" <<'END'
import struct, sys
code = {"ifrecv": 4, "filteraccept": 6, "osdrop": 7, "usrdeliv": 8}[sys.argv[2]]
data, at, found = open(sys.argv[1], "rb").read(), 0, None
while at < len(data):
    kind, size = struct.unpack_from("=II", data, at)
    if kind == 5:
        o = at + 20
        while o < at + size - 4:
            option, length = struct.unpack_from("=HH", data, o)
            if option == code:
                found = struct.unpack_from("=Q", data, o + 4)[0]
            o += 4 + (length + 3) // 4 * 4
    at += size
print(found)
END
}

# The sum of a field that not every packet has.
sum_of() {
	fields "$1" -e "$2" | awk '{ sum += $1 } END { print sum + 0 }'
}
