#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# A worker has its own bus in its memory and no other: a wild write in one plugin cannot reach the
# stream of another.
set -euo pipefail

((EUID == 0)) || { echo 'skipped: root is missing'; exit 77; }

host=
log=$(mktemp)
trap '[[ -z $host ]] || kill "$host" 2>/dev/null; rm -f "$log"' EXIT

instances=()
for name in a b c; do
	instances+=(--plugin "tracepoint@$name" --set 'probes=sched:sched_process_exit')
done
"$BPFHOST" --plugin-dir "$PLUGIN_DIR" --trust "$PLUGIN_DIR" --pid $$ --duration 20s \
	"${instances[@]}" >/dev/null 2>"$log" &
host=$!
for ((i = 0; i < 100; i++)); do
	(($(grep -c ': attached 1 of 1 probes' "$log") < 3)) || break
	sleep 0.1
done

# Each bus is mapped twice in a row: two lines.
mappings() { grep -c '/memfd:bpfhost-bus' "/proc/$1/maps" || true; }

status=0
workers=$(pgrep -P "$host" | wc -l)
((workers == 3)) || { echo "wanted are 3 workers, found $workers"; cat "$log"; status=1; }
for worker in $(pgrep -P "$host"); do
	found=$(mappings "$worker")
	((found == 2)) || { echo "worker $worker has $found mappings of a bus, wanted are 2"; status=1; }
done
found=$(mappings "$host")
((found == 6)) || { echo "the supervisor has $found mappings of a bus, wanted are 6"; status=1; }

kill -INT "$host"
wait "$host" || { echo "the host ended with $?"; status=1; }
host=
exit $status
