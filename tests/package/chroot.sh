#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Run by run.sh in a chroot, without a service manager.
# shellcheck source=tests/package/inside.sh
. /packages/inside.sh

# Every file with mode and owner, and every user and group. Not what dpkg, apt and adduser keep about what they
# did, nor that /etc/passwd- is the passwd before.
state() {
	find / -xdev \( -path /proc -o -path /sys -o -path /packages -o -path /tmp -o -path /var/lib/dpkg -o \
		-path /var/cache -o -path /var/log/apt -o -path /var/lib/apt \) -prune -o -printf '%p %M %u %g\n' |
		grep -vE '^/(etc/(passwd|group|shadow|gshadow|subuid|subgid)-|var/log/(dpkg|alternatives)\.log|run/adduser) ' | sort
	sort /etc/passwd /etc/group /etc/gshadow
}

state >/tmp/before

# ---- install ----------------------------------------------------------------------------------------

apt_get install /packages/old/*.deb
expect "installed" "0.9.0-1 0.9.0-1" "$(dpkg-query -W -f '${Version} ' bpfhost bpfhost-dev | xargs)"
expect "changed since" "" "$(dpkg --verify bpfhost bpfhost-dev)"
expect "the user's shell and home" "/nonexistent:/usr/sbin/nologin" "$(sed -n 's/^bpfhost:.*::\//\//p' /etc/passwd)"
expect "configuration files" "/etc/bpfhost/bpfhost.conf" \
	"$(dpkg-query -W -f '${Conffiles}' bpfhost | awk '{ print $1 }' | xargs)"
expect "links of documents that lead nowhere" "" "$(bash /packages/links.sh /usr/share/doc/{bpfhost,bpfhost-dev})"
expect "plugins" "tracepoint ok uprobe ok usdt ok xdp ok" \
	"$(bpfhost --list --format json | jq -r '"\(.name) \(.state)"' | xargs)"
expect "a plugin of one's own" "/usr/local/lib/bpfhost/tracepoint.so" "$(
	mkdir -p /usr/local/lib/bpfhost
	cp /usr/lib/bpfhost/tracepoint.so /usr/local/lib/bpfhost
	bpfhost --list --format json | jq -r 'select(.name == "tracepoint" and .state == "ok").path'
	rm -r /usr/local/lib/bpfhost
)"

# ---- what plugins are built with: what docs/INSTALL.md names is there, and nothing that is only recommended

built() {
	bpfhost new first && cmake -S first -B first/build && cmake --build first/build
}
(cd /tmp && built) >/tmp/log 2>&1 || { cat /tmp/log; fail "what bpfhost new writes is not built"; }
expect "the plugin that was built" "first ok" \
	"$(bpfhost --list --plugin-dir /tmp/first/build/plugins --trust /tmp/first/build/plugins --format json |
		jq -r 'select(.name == "first") | "\(.name) \(.state)"')"
rm -r /tmp/first /tmp/log

# ---- run --------------------------------------------------------------------------------------------

# trace ARGUMENT...: 7 runs of the target; events in /tmp/out, the log in /tmp/err
trace() {
	local host

	: >/tmp/err # the last run's must not be read while this one starts
	bpfhost --format json --duration 60s "$@" >/tmp/out 2>/tmp/err &
	host=$!
	wait_until grep -q " attached " /tmp/err || { cat /tmp/err; fail "it does not attach"; }
	run_target 7
	kill -TERM $host
	wait $host || { cat /tmp/err; fail "exit status $?"; }
}

trace --plugin tracepoint --set probes=sched:sched_process_exec --comm bpfhost-target
expect "events" 7 "$(jq -c 'select(.kind == "event" and .data.filename == "/bpfhost-target")' /tmp/out | wc -l)"
expect "lines" 7 "$(wc -l </tmp/out)"
grep -q ' produced=7 delivered=7 filtered=0 lost=0 ' /tmp/err || fail "the ledger: $(cat /tmp/err)"
# The configuration that was shipped traces programs that start and end.
trace
for event in exec exit; do
	expect "$event of the shipped configuration" 7 "$(jq -c --arg event "sched:sched_process_$event" \
		'select(.event == $event and .comm == "bpfhost-target")' /tmp/out | wc -l)"
done

# ---- upgrade ----------------------------------------------------------------------------------------

echo '# mine' >>/etc/bpfhost/bpfhost.conf
apt_get install /packages/new/*.deb
expect "upgraded" "0.9.1-1 0.9.1-1" "$(dpkg-query -W -f '${Version} ' bpfhost bpfhost-dev | xargs)"
expect "the administrator's configuration" "# mine" "$(tail -n 1 /etc/bpfhost/bpfhost.conf)"
trace --plugin tracepoint --set probes=sched:sched_process_exec --comm bpfhost-target
expect "events" 7 "$(grep -c '"filename":"/bpfhost-target"' /tmp/out)"

# ---- remove, purge ----------------------------------------------------------------------------------

apt_get remove bpfhost bpfhost-dev
expect "what a removal leaves" "/etc/bpfhost /etc/bpfhost/bpfhost.conf" \
	"$(find / -xdev \( -path /packages -o -path /var/lib -o -path /proc -o -path /sys \) -prune -o \
		-name '*bpfhost*' -print | sort | xargs)"
mkdir /var/log/bpfhost
echo "a log" >/var/log/bpfhost/tracepoint.log
apt_get purge bpfhost
rm -f /tmp/out /tmp/err
state >/tmp/after
expect "what a purge leaves" "" "$(diff /tmp/before /tmp/after)"
expect "packages that are known" "" "$(dpkg-query -W -f '${Package} ${Status}' 'bpfhost*' 2>/dev/null | grep -v 'unknown' || true)"
