#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Exceptions of a C++ program, through the probes of its library, which many programs share.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"

need_kernel
need_program g++
need_program readelf

cat >"$TMP/throws.cc" <<'EOF'
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <unistd.h>

int main(int argc, char **argv)
{
	int caught = 0, count = argc > 1 ? atoi(argv[1]) : 0;

	alarm(60);
	printf("pid %d\n", (int)getpid());
	fflush(stdout);
	getchar();
	for (int i = 0; i < count; i++) {
		try {
			try {
				throw std::runtime_error("on purpose");
			} catch (const std::exception &) {
				caught++;
				if (i % 2)
					throw;
			}
		} catch (...) {
			caught++;
		}
	}
	printf("caught %d\ndone\n", caught);
	fflush(stdout);
	while (getchar() != EOF)
		continue;
}
EOF
g++ -O1 -o "$TMP/throws" "$TMP/throws.cc" || skip "g++ does not work"
library=$(ldd "$TMP/throws" | awk '/libstdc\+\+/ { print $3 }')
readelf -n "$library" | grep -q 'Provider: libstdcxx' || skip "$library has no static probes"
TARGET_PROGRAM=$TMP/throws

for way in $(uprobe_ways); do
	note "by the name of the library ($way)"
	target_start 1000
	host_start --plugin usdt --pid "$TARGET_PID" --set "attach=$way" \
		--set 'probes=libstdc++:libstdcxx:throw' --set 'probes=libstdc++:catch' \
		--set 'probes=libstdc++.so.6:rethrow(object, type)'
	target_go
	host_stop
	expect "exit status" 0 "$STATUS"
	check_ledger usdt
	check_clean
	target_end
	expect "thrown" 1000 "$(count '.event == "libstdcxx:throw"')"
	expect "thrown again" 500 "$(count '.event == "libstdcxx:rethrow"')"
	expect "caught" "$(target_said caught)" "$(count '.event == "libstdcxx:catch"')"
	expect "types" 1 "$(jq -r 'select(.event == "libstdcxx:throw") | .data.type' "$TMP/out" | sort -u | wc -l)"
	expect "objects" 0 "$(count '.data.object == "0x0"')"
done

note "for all programs, filtered by name"
mv "$TMP/throws" "$TMP/throws-too"
TARGET_PROGRAM=$TMP/throws-too
target_start 10
host_start --plugin usdt --comm throws-too --set 'probes=libstdc++:libstdcxx:*'
target_go
host_stop
check_ledger usdt
check_clean
expect "events" 30 "$(events | wc -l)"
