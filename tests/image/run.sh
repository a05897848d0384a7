#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# packaging/Dockerfile, built and run as docs/INSTALL.md says, without a registry and without Docker: its Debian is
# made by mmdebstrap, buildah builds it, podman runs it beside another container, whose events it must have, and
# know by name.
#
#	IMAGE_MIRROR     http://deb.debian.org/debian
#
# It needs root, a network, some minutes for the build, and two GiB in $TMPDIR or /var/tmp. What it makes is
# thrown away.
set -euo pipefail

source_dir=$(readlink -f "$(dirname "$(readlink -f "$0")")/../..")
mirror=${IMAGE_MIRROR:-http://deb.debian.org/debian}
comm=bpfimg$$ # of the programs that are traced

say() { echo "image: $*" >&2; }
die() { say "failed: $*"; cat "$work/log" "$work/err" 2>/dev/null; exit 1; }
expect() {
	[[ $2 == "$3" ]] || die "$1: wanted '$2', found '$3'"
	say "ok: $1"
}

((EUID == 0)) || { echo "skipped: root is needed"; exit 77; }
[[ -d /sys/kernel/tracing/events ]] || mount -t tracefs tracefs /sys/kernel/tracing
work=$(mktemp -d "${TMPDIR:-/var/tmp}/bpfhost-image.XXXXXX")
containers=("$comm-host" "$comm-web")

# By runc, for crun does not know every way in which cgroups are mounted.
pod() {
	podman --runtime runc "$@"
}

cleanup() {
	pod rm -f --ignore -t 0 "${containers[@]}" >/dev/null 2>&1 || true
	rm -rf --one-file-system "$work"
}
trap cleanup EXIT

# No storage of this machine's is used; plain folders go everywhere.
printf '[storage]\ndriver = "vfs"\nrunroot = "%s/run"\ngraphroot = "%s/storage"\n' "$work" "$work" >"$work/storage.conf"
export CONTAINERS_STORAGE_CONF=$work/storage.conf

# quietly COMMAND...: what it says is shown when it fails
quietly() {
	"$@" >"$work/log" 2>&1 </dev/null || die "$1 $2"
}

# run OPTION... IMAGE WORD...: with limits below podman's own, which not every root may raise
run() {
	pod run --rm --ulimit nofile=4096:4096 --ulimit nproc=4096:4096 "$@"
}

# What stands between "docker run" and the image in the manual, and what podman of Debian 12 needs beside.
mapfile -t options < <(awk '/^docker run / { on = 1; sub(/^docker run /, "") } on && /^ *bpfhost / { exit }
	on { sub(/ *\\$/, ""); print }' "$source_dir/docs/INSTALL.md" | xargs -n 1)
((${#options[@]} > 10)) || die "docs/INSTALL.md does not say how it is run"
options+=(--security-opt seccomp=unconfined)

wait_until() {
	local tries=200

	while ! "$@"; do
		((tries -= 1)) || return 1
		sleep 0.05
	done
}

# host WORD...: events in $work/out, the log in $work/err
host() {
	: >"$work/err"
	run "${options[@]}" --name "${containers[0]}" bpfhost --format json --duration 60s --comm "$comm" "$@" \
		>"$work/out" 2>"$work/err" </dev/null &
	host=$!
	wait_until grep -q ': attached 1 of 1 probes' "$work/err" || die "it does not attach"
}

# Ends it as "docker stop" does. Killed after ten seconds it would have another status.
host_stop() {
	local status=0

	quietly pod stop "${containers[0]}"
	wait "$host" || status=$?
	expect "exit status" 0 "$status"
	grep -q " produced=$1 delivered=$1 filtered=0 lost=0 " "$work/err" || die "the ledger"
	expect "lines" "$1" "$(wc -l <"$work/out")"
}

# found FILTER: events of the other container for which it holds
found() {
	jq -c --arg id "$(<"$work/web.id")" \
		"select(.kind == \"event\" and .container == \$id and (.cgroup | endswith(\$id))) | select($1)" \
		"$work/out" | wc -l
}

say "making a Debian, and the image of it"
quietly mmdebstrap --variant=minbase bookworm "$work/debian.tar" "$mirror"
quietly podman import "$work/debian.tar" docker.io/library/debian:bookworm-slim
rm "$work/debian.tar"
quietly buildah bud --isolation chroot --network host -t bpfhost -f "$source_dir/packaging/Dockerfile" "$source_dir"
expect "its version" "$(sed -nE 's/^project\(bpfhost VERSION ([0-9.]+).*/bpfhost \1/p' "$source_dir/CMakeLists.txt")" \
	"$(run bpfhost --version)"

run --detach --name "${containers[1]}" --cidfile "$work/web.id" --network host debian:bookworm-slim \
	sleep 600 >"$work/log" 2>&1 || die "the other container does not start"
# web COMMAND: in the other container
web() {
	quietly pod exec "${containers[1]}" bash -euc "$1"
}
web "cp /bin/true /$comm; cp /usr/bin/getent /usr/bin/$comm"

host --plugin tracepoint --set probes=sched:sched_process_exec
web "for ((i = 0; i < 7; i++)); do /$comm; done"
host_stop 7
expect "events of the other container" 7 "$(found ".comm == \"$comm\" and .data.filename == \"/$comm\"")"

# A library of the other container's, by one of its processes.
pid=$(pod inspect -f '{{.State.Pid}}' "${containers[1]}")
libc=$(pod exec "${containers[1]}" ldd /usr/bin/getent | awk '$1 == "libc.so.6" { print $3 }')
[[ $libc == /* ]] || die "the other container has no C library"
host --plugin uprobe --set "probes=/proc/$pid/root$libc:getaddrinfo(node: str) -> i32"
web "for ((i = 0; i < 3; i++)); do $comm ahosts 127.0.0.1; done"
host_stop 3
expect "its calls" 3 "$(found '.data.node == "127.0.0.1" and .data.ret == 0')"
say "all is well"
