#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Hundreds of interfaces: at the start, all at once while running, and more news than anybody can keep.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/live/net.sh
. "$(dirname "$0")/net.sh"
PLUGIN=xdp
MANY=300
need_kernel
need_program ping
net_up

with_program() {
	ip -n "$NET_HERE" -d -j link | jq '[.[] | select(.xdp.prog.id)] | length'
}

# ---- many at once, both at the start and while running
many() {
	seq -f "link $1 m%g $2" $MANY | ip -n "$NET_HERE" -batch - || fail "ip -batch"
}
many add "group 7 type veth"
begin=${EPOCHREALTIME/[.,]/}
host_start --plugin xdp --set 'iface=m*'
wait_for_number 20 $MANY with_program || fail "$(with_program) of $MANY have a program"
note "attached to $MANY in $(((${EPOCHREALTIME/[.,]/} - begin) / 1000)) ms"
ip -n "$NET_HERE" link del group 7 # all at once
wait_for_number 20 0 with_program || fail "still there: $(with_program)"
host_stop
note "stopped in $TOOK ms"
check_clean

# ---- the same while running
host_start --plugin xdp --set iface=eth --set 'iface=m*' --set follow=yes --set show=packets
many add "group 7 type veth"
wait_for_number 20 $((MANY + 1)) with_program || fail "$(with_program) of $MANY have a program"
there ping -q -n -c 3 -i 0.02 10.9.0.1 >"$TMP/ping" || fail "$(cat "$TMP/ping")"
host_stop
note "stopped in $TOOK ms with $MANY"
expect "pings" 3 "$(count '.data.icmp_type == 8')"
wait_for_number 10 0 with_program || fail "left on $(with_program)"
check_ledger
check_clean

# ---- news that the kernel could not keep for the worker: what there is by then counts
host_start --plugin xdp --set 'iface=m*' --set follow=yes
worker=$(workers)
kill -STOP "$worker"
for _ in 1 2 3; do
	many set up
	many set down
done
ip -n "$NET_HERE" -batch - <<-END
	link del m1
	link set m2 name renamed
	link add m1000 type veth
END
drops=$(awk -v pid="$worker" '$3 == pid { sum += $9 } END { print sum }' "/proc/$worker/net/netlink")
[ "$drops" -gt 0 ] || note "nothing was lost: this tests less than it should"
kill -CONT "$worker"
wait_until 10 grep -q 'm1000: attached in' "$TMP/log" || fail "m1000 is not followed"
grep -q 'm1 is gone' "$TMP/log" || fail "it is not told that m1 is gone"
grep -q 'm2 is called renamed now' "$TMP/log" || fail "it is not told that m2 has another name"
expect "interfaces with a program" $MANY "$(with_program)"
host_stop
check_ledger
check_clean
