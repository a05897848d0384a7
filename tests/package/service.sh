#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Run by run.sh under a systemd that was booted for it: the unit, with all that it takes away, at work.
# shellcheck source=tests/package/inside.sh
. /packages/inside.sh

property() {
	systemctl show bpfhost.service -p "$1" --value
}

lines() {
	journalctl -u bpfhost.service -o cat --no-pager "$@"
}

# so_many NUMBER PATTERN: lines of the journal
so_many() {
	[[ $(lines | grep -c "$2") == "$1" ]]
}

children() {
	cat "/proc/$1/task/$1/children"
}

apt_get install /packages/old/bpfhost_*.deb
expect "what an installation starts" "disabled inactive" "$(property UnitFileState) $(property ActiveState)"
expect "complaints of systemd-analyze verify" "" "$(systemd-analyze verify --man=no bpfhost.service 2>&1)"

# ---- all four plugins, with what the unit leaves them ----------------------------------------------

cat >/etc/bpfhost/bpfhost.conf <<'END'
comm = [ "bpfhost-target", "getent" ];
plugins = (
	{ plugin = "tracepoint"; probes = "sched:sched_process_exec"; },
	{ plugin = "uprobe"; probes = "libc:getaddrinfo(node: str) -> i32"; stack = "user"; },
	{ plugin = "usdt"; probes = "libstdc++:libstdcxx:throw"; },
	{ plugin = "xdp"; iface = "lo"; mode = "generic"; show = "flows"; interval = "1h"; }
);
END
systemctl enable --now bpfhost.service 2>/dev/null || { lines; fail "it does not start"; }
[[ $(property StatusText) == "4 of 4 instances run" ]] || { lines; fail "its word: $(property StatusText)"; }
main=$(property MainPID)
for worker in $(children "$main"); do
	expect "user and capabilities of a worker" "$(id -u bpfhost) 0000000000000000" \
		"$(awk '/^(Uid|CapEff):/ { print $2 }' "/proc/$worker/status" | xargs)"
done
run_target 7
for _ in 1 2 3; do
	getent ahosts 127.0.0.1 >/dev/null
done
wait_until so_many 7 '/sched:sched_process_exec .*filename=/bpfhost-target ' || { lines; fail "events of tracepoint"; }
wait_until so_many 3 '/libc:getaddrinfo .*node=127.0.0.1 ret=0 .*stack=getaddrinfo;' || { lines; fail "events of uprobe"; }
expect "refused" "" "$(lines | grep -iE 'refused|denied|not permitted|missing' || true)"
expect "priority of the log" 6 "$(lines -o json | jq -r 'select(.MESSAGE | test("attached")).PRIORITY' | sort -u)"

# ---- asked, and with another configuration while it runs -------------------------------------------

workers() {
	bpfhost ctl status --format json | jq -r '[.instances[] | "\(.instance) \(.state) \(.worker)"] | sort[]'
}

expect "the control socket" "660 root bpfhost" "$(stat -c '%a %U %G' /run/bpfhost/control)"
before=$(workers)
expect "instances that are well" 4 "$(grep -c ' ok ' <<<"$before")"
cp /etc/bpfhost/bpfhost.conf /good.conf
sed -i '/plugin = "usdt"/d' /etc/bpfhost/bpfhost.conf
systemctl reload bpfhost.service
asked() { [[ $(workers) == "$(grep -v ^usdt <<<"$before")" ]]; }
wait_until asked || { lines; fail "after a reload: $(workers), before: $before"; }
echo 'pulgins = ();' >>/etc/bpfhost/bpfhost.conf
systemctl reload bpfhost.service
wait_until so_many 1 'error: .*pulgins' || { lines; fail "the mistake is not told"; }
asked || fail "after a mistake: $(workers)"
mv /good.conf /etc/bpfhost/bpfhost.conf
expect "the same process" "$main active" "$(property MainPID) $(property ActiveState)"
so_many 7 '/sched:sched_process_exec .*filename=/bpfhost-target ' || fail "events of before"
run_target 5
wait_until so_many 12 '/sched:sched_process_exec .*filename=/bpfhost-target ' || { lines; fail "events of tracepoint"; }

begin=${EPOCHREALTIME/[.,]/}
systemctl stop bpfhost.service
took=$(((${EPOCHREALTIME/[.,]/} - begin) / 1000))
((took < 10000)) || fail "stopping took $took ms"
expect "stopped" "inactive success" "$(property ActiveState) $(property Result)"
expect "ledgers" 4 "$(lines | grep -c '^stats .* lost=0 ')"

# ---- a mistake; a host that hangs -------------------------------------------------------------------

cp /etc/bpfhost/bpfhost.conf /good.conf
echo 'pulgins = ();' >>/etc/bpfhost/bpfhost.conf
! systemctl start bpfhost.service 2>/dev/null || fail "it starts with a mistake in the configuration"
expect "after a mistake" "failed exit-code 2 0" \
	"$(property ActiveState) $(property Result) $(property ExecMainStatus) $(property NRestarts)"
expect "priority of the mistakes" 3 "$(lines -o json | jq -r 'select(.MESSAGE | test("error: .*pulgins")).PRIORITY' | sort -u)"
cp /good.conf /etc/bpfhost/bpfhost.conf

mkdir -p /run/systemd/system/bpfhost.service.d
printf '[Service]\nWatchdogSec=1s\nRestartSec=100ms\n' >/run/systemd/system/bpfhost.service.d/test.conf
systemctl daemon-reload
systemctl start bpfhost.service
main=$(property MainPID)
sleep 2.5
expect "still the same, which gives signs of life" "$main 0" "$(property MainPID) $(property NRestarts)"
kill -STOP "$main"
restarted() {
	[[ $(property NRestarts) == 1 && $(property ActiveState) == active && $(property MainPID) != "$main" ]]
}
wait_until restarted || { lines; fail "a host that hangs is not started again"; }
expect "the one that hung" "" "$(cat "/proc/$main/comm" 2>/dev/null || true)"

# ---- upgrade, remove, purge -------------------------------------------------------------------------

main=$(property MainPID)
apt_get install -o Dpkg::Options::=--force-confold /packages/new/bpfhost_*.deb
expect "enabled and started again by the upgrade" "enabled active" "$(property UnitFileState) $(property ActiveState)"
[[ $(property MainPID) != "$main" ]] || fail "the old one runs on"
rm -r /run/systemd/system/bpfhost.service.d
systemctl daemon-reload
apt_get remove bpfhost
expect "stopped by the removal" "inactive" "$(systemctl is-active bpfhost.service || true)"
expect "processes" "" "$(grep -l '^bpfhost' /proc/[0-9]*/comm 2>/dev/null || true)"
apt_get purge bpfhost
systemctl daemon-reload
rm /good.conf
expect "what a purge leaves" "" "$(find / -xdev \( -path /packages -o -path /proc -o -path /sys -o \
	-path /var/log/journal \) -prune -o -name '*bpfhost*' -print)"
expect "the user" "" "$(grep bpfhost /etc/passwd /etc/group || true)"
