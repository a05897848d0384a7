# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# For tests of what becomes of a program that is traced. Source behind lib.sh.

PLUGIN=uprobe
mkfifo "$TMP/go"

# beside ARGUMENT... -- COMMAND...: the command says something, waits for a line, and gets it once the host is attached,
# with these arguments, of which PID is the command's process. All it says goes to $TMP/said, its status to SAID_STATUS.
beside() {
	local arguments=()

	while [ "$1" != -- ]; do
		arguments+=("$1")
		shift
	done
	shift
	"$@" <"$TMP/go" >"$TMP/said" 2>&1 &
	TARGET_PID=$!
	exec 8>"$TMP/go"
	wait_until 10 test -s "$TMP/said"
	host_start --plugin uprobe "${arguments[@]/#PID/$TARGET_PID}"
	echo go >&8
	exec 8>&-
	SAID_STATUS=0
	wait "$TARGET_PID" || SAID_STATUS=$?
	TARGET_PID=''
	host_stop
	check_clean
}
