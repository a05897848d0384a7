#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# What xdp drops, by ping's own counts: an address that is dropped loses all, its neighbour nothing, also
# while the file of rules changes.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/live/net.sh
. "$(dirname "$0")/net.sh"
PLUGIN=xdp
need_kernel
need_program ping
need_program python3
net_up
RULES=$TMP/rules
# How long a ping waits for what does not come, in seconds.
WAIT=$(printf '%d.%d' $((SLOW * 3 / 10)) $((SLOW * 3 % 10)))

# 10.9.0.2 to .5 and fd00:9::2 to ::5 there; neighbours are known, so that nobody asks for them.
for host in 3 4 5; do
	net_address "$NET_THERE" $host
done 2>/dev/null
learn() {
	local mac

	mac=$(ip -n "$2" -j link show eth | jq -r '.[0].address')
	for host in 1 2 3 4 5; do
		ip -n "$1" neigh replace 10.9.0.$host lladdr "$mac" dev eth
		ip -n "$1" neigh replace fd00:9::$host lladdr "$mac" dev eth
	done
}
learn "$NET_HERE" "$NET_THERE"
learn "$NET_THERE" "$NET_HERE"

# received FROM TO: of 4 pings
received() {
	there ping -q -n -c 4 -i 0.005 -W "$WAIT" -I "$1" "$2" | sed -n 's/.* \([0-9]*\) received.*/\1/p'
}

# expect_passes 4|0 HOST...: pings from 10.9.0.HOST and fd00:9::HOST, all at a time
expect_passes() {
	local wanted=$1 host pids=()

	shift
	for host; do
		received "10.9.0.$host" 10.9.0.1 >"$TMP/4.$host" &
		pids+=($!)
		received "fd00:9::$host" fd00:9::1 >"$TMP/6.$host" &
		pids+=($!)
	done
	wait "${pids[@]}"
	for host; do
		expect "from 10.9.0.$host" "$wanted" "$(cat "$TMP/4.$host")"
		expect "from fd00:9::$host" "$wanted" "$(cat "$TMP/6.$host")"
	done
}

log_has() {
	[ "$(grep -c "$1" "$TMP/log")" -ge "$2" ]
}

# read_again [NUMBER]: the file was read again so often
read_again() {
	wait_until 3 log_has 'is read again' "$1" || fail "the file is not read again"
}

# ---- rules as options: prefix, exception, expression --------------------------------------------------

host_start --plugin xdp --set iface=eth --set show=drops --set show=flows \
	--set drop=10.9.0.3 --set drop=fd00:9::3 \
	--set drop=10.9.0.4/31 --set drop=fd00:9::4/127 \
	--set 'drop=!10.9.0.5' --set 'drop=!fd00:9::5' \
	--set 'drop=proto == "udp" && dport == 53'
expect_passes 4 2 5
expect_passes 0 3 4
there python3 -c 'import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for port in 53, 54, 53:
    s.sendto(b"x", ("10.9.0.1", port))
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("10.9.0.5", 0))
s.sendto(b"an exception is one from all", ("10.9.0.1", 53))' || fail "python3 does not send"
host_stop
expect "exit status" 0 "$STATUS"
check_ledger
check_lost
check_clean
expect "rules of what was dropped" "1:4 2:4 3:4 4:4 7:2" "$(jq -r \
	'select(.event == "packet").data | select(.action == "drop").rule' "$TMP/out" |
	sort | uniq -c | awk '{ print $2 ":" $1 }' | words)"
expect "dropped, as flows tell" 18 \
	"$(jq -s '[.[] | select(.event == "flow").data.dropped] | add' "$TMP/out")"
grep -q 'dropped 18 packets' "$TMP/log" || fail "the total is not told"
expect_passes 4 2 3 4 5

# ---- the file changes, in every way, and is wrong at times --------------------------------------------

printf '10.9.0.3\nfd00:9::3\n' >"$RULES"
host_start --plugin xdp --set iface=eth --set show=drops --set "drop_file=$RULES"
expect_passes 0 3
expect_passes 4 2 4

printf '# by rename\n10.9.0.4\nfd00:9::4\n' >"$RULES.new"
mv "$RULES.new" "$RULES"
read_again 1
expect_passes 0 4
expect_passes 4 2 3

# Emptied, and written a while later: until then the old rules hold.
{
	sleep "$SLOW"
	printf '10.9.0.5\nfd00:9::5\n'
} >"$RULES" &
sleep 0.15
expect "read while it is written" 1 "$(grep -c 'is read again' "$TMP/log")"
expect "from 10.9.0.4 meanwhile" 0 "$(received 10.9.0.4 10.9.0.1)"
read_again 2
expect_passes 0 5
expect_passes 4 2 4

printf '10.9.0.2\n\nfd00:9::1/64\n' >"$RULES"
wait_until 3 log_has 'line 3: .*write fd00:9::/64.*stay as they were' 1 || fail "no word of line 3"
rm "$RULES"
wait_until 3 log_has 'No such file.*stay as they were' 1 || fail "no word of the file's end"
expect_passes 0 5
expect_passes 4 2

# 100,000 prefixes more.
python3 -c 'for i in range(50000):
    print("198.%d.%d.%d" % (i >> 15 & 1 | 18, i >> 7 & 255, i << 1 & 255))
    print("2001:db8:%x::/48" % i)
print("10.9.0.3\nfd00:9::3")' >"$RULES"
read_again 3
grep -q 'dropping by 100002 prefixes' "$TMP/log" || fail "not all are taken"
expect_passes 0 3
expect_passes 4 2 5
host_stop
check_ledger
check_lost
check_clean

# ---- the way to the file changes: a link, a folder that is made anew, one in the place of another ------

mkdir "$TMP/one" "$TMP/two"
printf '10.9.0.3\nfd00:9::3\n' >"$TMP/one/rules"
printf '10.9.0.4\nfd00:9::4\n' >"$TMP/two/rules"
ln -s one "$TMP/way"
host_start --plugin xdp --set iface=eth --set show=drops --set "drop_file=$TMP/way/rules"
ln -sfn two "$TMP/way"
read_again 1
expect "from 10.9.0.3" 4 "$(received 10.9.0.3 10.9.0.1)"
rm -r "$TMP/two"
wait_until 3 log_has 'No such file.*stay as they were' 1 || fail "no word of the folder's end"
mkdir "$TMP/two"
sleep 0.2
printf '10.9.0.5\nfd00:9::5\n' >"$TMP/two/rules"
read_again 2
expect "from 10.9.0.4" 4 "$(received 10.9.0.4 10.9.0.1)"
mv "$TMP/two" "$TMP/old"
mv "$TMP/one" "$TMP/two"
read_again 3
expect "from 10.9.0.5" 4 "$(received 10.9.0.5 10.9.0.1)"
printf '10.9.0.4\n' >"$TMP/old/rules"
sleep 0.2
expect "read though it is another file" 3 "$(grep -c 'is read again' "$TMP/log")"
rm "$TMP/two/rules"
wait_until 3 log_has 'No such file.*stay as they were' 2 || fail "no word of the file's end"
ln -s ../old/rules "$TMP/two/rules"
read_again 4
printf '10.9.0.5\nfd00:9::5\n' >"$TMP/old/rules"
read_again 5
expect_passes 0 5
expect_passes 4 3 4
host_stop
check_ledger
check_clean

# ---- one file after another in its place, with no time between them -------------------------------------

printf '10.9.0.3\n' >"$RULES"
printf '10.9.0.4\n' >"$TMP/next"
host_start --plugin xdp --set iface=eth --set show=drops --set "drop_file=$RULES"
while [ ! -e "$TMP/enough" ]; do
	cp "$TMP/next" "$RULES.new"
	mv "$RULES.new" "$RULES"
	sleep 0.02
done &
renaming=$!
wait_until 5 log_has 'is read again' 2 || fail "not read while it changes all the time"
expect "from 10.9.0.4" 0 "$(received 10.9.0.4 10.9.0.1)"
: >"$TMP/enough"
wait $renaming
host_stop
check_ledger
check_clean

# ---- a flood, while rules are replaced again and again ------------------------------------------------

python3 -c 'for i in range(2000):
    print("172.16.%d.%d" % (i >> 8, i & 255))
print("10.9.0.3")' >"$TMP/many"
printf '10.9.0.3\n' >"$RULES"
host_start --plugin xdp --set iface=eth --set show=counters --set "drop_file=$RULES"
there ping -q -n -f -c 6000 -W 1 -I 10.9.0.2 10.9.0.1 >"$TMP/passes" &
passes=$!
there ping -q -n -c 800 -i 0.001 -W 1 -I 10.9.0.3 10.9.0.1 >"$TMP/drops" &
drops=$!
for round in 1 2 3 4 5 6 7 8; do
	cp "$TMP/many" "$RULES.new"
	if [ $((round % 2)) = 0 ]; then
		mv "$RULES.new" "$RULES"
	else
		cat "$RULES.new" >"$RULES"
	fi
	sleep 0.12
done
wait $passes $drops
grep -q '^6000 packets transmitted, 6000 received, 0% packet loss' "$TMP/passes" ||
	fail "the neighbour: $(cat "$TMP/passes")"
grep -q '^800 packets transmitted, 0 received, 100% packet loss' "$TMP/drops" ||
	fail "the dropped: $(cat "$TMP/drops")"
grep -q 'is read again' "$TMP/log" || fail "the rules were not replaced meanwhile"
host_stop
check_ledger
check_clean
expect "dropped, as the counters tell" 800 "$(jq -s '[.[] | select(.event == "counter").data |
	select(.action == "drop")][-1].packets' "$TMP/out")"
grep -q 'dropped 800 packets' "$TMP/log" || fail "the total of all rules is not 800"
expect_passes 4 3
