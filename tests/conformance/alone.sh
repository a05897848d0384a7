#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Runs a command where a plugin with its default options can touch no interface of the machine: in a network
# namespace of its own, with an interface and a default route. Without the privilege for that, as it is.
((EUID == 0)) || exec "$@"
# shellcheck disable=SC2016
exec unshare --net -- bash -c '
	ip link add eth0 type veth peer name eth1 && ip addr add 10.9.0.1/24 dev eth0 &&
		ip link set eth0 up && ip link set eth1 up && ip route add default via 10.9.0.2
	exec "$@"' alone "$@"
