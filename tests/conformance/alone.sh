#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# alone.sh FILE.so [ARGUMENT]...: bpfhost validate where a plugin with its default options can touch no
# interface of the machine: in a network namespace of its own, with an interface and a default route. Without
# the privilege for that, as it is.
set -uo pipefail

in_namespace=()
((EUID)) || in_namespace=(unshare --net --)
# shellcheck disable=SC2016 # the inner shell's to expand
output=$("${in_namespace[@]}" bash -c '
	((EUID)) || { ip link add eth0 type veth peer name eth1 && ip addr add 10.9.0.1/24 dev eth0 &&
		ip link set eth0 up && ip link set eth1 up && ip route add default via 10.9.0.2; }
	exec "$BPFHOST" validate --call-limit $((10 * ${BPFHOST_TEST_SLOW:-1}))s --trust "${1%/*}" "$@"' \
	alone "$@")
status=$?
echo "$output"
[[ $status != 0 || $output == *': ok: dry: loads'* ]] || exit 77 # options are needed, as it says
exit $status
