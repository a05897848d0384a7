# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash
# What the scripts that run inside of the system share.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive LC_ALL=C

fail() {
	echo "FAILED in line ${BASH_LINENO[*]:0:2}: $*"
	exit 1
}

# expect WHAT WANTED FOUND
expect() {
	[[ $2 == "$3" ]] || fail "$1: wanted '$2', found '$3'"
	echo "ok: $1"
}

# wait_until COMMAND...: ten seconds
wait_until() {
	local tries=200

	while ! "$@"; do
		((tries -= 1)) || return 1
		sleep 0.05
	done
}

# apt_get WORD...: without a network, all that is needed is there
apt_get() {
	apt-get -q -y --no-install-recommends "$@" >/apt.log 2>&1 || { cat /apt.log; fail "apt-get $*"; }
	! grep -iE 'warning|error' /apt.log || fail "apt-get $* complains"
	rm /apt.log
}

# A program that nobody else runs, so many times.
run_target() {
	local i

	cp /bin/true /bpfhost-target
	for ((i = 0; i < $1; i++)); do
		/bpfhost-target
	done
	rm /bpfhost-target
}
