#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The Debian packages in a Debian of their own, which is made for this and thrown away: installed, run, upgraded,
# removed and purged in a chroot (chroot.sh), where the files and users before and after must be the same; then
# once more as a service, under a systemd that is booted there (service.sh).
#
#	BUILD_DIR        a release build in which cpack has run
#	PACKAGE_MIRROR   http://deb.debian.org/debian
#
# The network is used to make that system only. It needs root, and a GiB and a half in $TMPDIR or /var/tmp.
set -euo pipefail

source_dir=$(readlink -f "$(dirname "$(readlink -f "$0")")/../..")
here=$(dirname "$(readlink -f "$0")")
build_dir=${BUILD_DIR:?is not set: run ./dev package-test}
mirror=${PACKAGE_MIRROR:-http://deb.debian.org/debian}

say() { echo "package: $*" >&2; }
die() { say "failed: $*"; exit 1; }

((EUID == 0)) || { echo "skipped: root is needed"; exit 77; }
work=$(mktemp -d "${TMPDIR:-/var/tmp}/bpfhost-package.XXXXXX")
root=$work/root
cleanup() {
	local place

	for place in sys/kernel/tracing sys proc; do
		! mountpoint -q "$root/$place" || umount "$root/$place"
	done
	rm -rf --one-file-system "$work"
}
trap cleanup EXIT

# The names in a package's Depends, without versions; of alternatives the first.
depends_of() {
	dpkg-deb -f "$1" Depends | tr ',' '\n' | sed -E 's/^ *([^ |]+).*/\1/' | paste -sd ,
}

# pack VERSION FOLDER
pack() {
	(cd "$build_dir" && cpack -G DEB -D CPACK_PACKAGE_VERSION="$1" -B "$2") >"$work/log" 2>&1 ||
		{ cat "$work/log"; die "cpack"; }
	rm -rf "$2/_CPack_Packages"
}

# What docs/INSTALL.md names beside the packages where apt brings nothing that is only recommended.
tools_named() {
	sed -nE 's/^sudo apt install --no-install-recommends [^ ]*\.deb (.*)/\1/p' "$source_dir/docs/INSTALL.md" | tr ' ' ,
}

make_root() {
	local host dev tools

	host=$(depends_of "$root.packages/old/bpfhost_"*.deb)
	dev=$(depends_of "$root.packages/old/bpfhost-dev_"*.deb)
	tools=$(tools_named)
	[[ -n $tools ]] || die "docs/INSTALL.md does not say what plugins are built with"
	mmdebstrap --variant=minbase --include="systemd,systemd-sysv,adduser,jq,$host,$dev,$tools" \
		bookworm "$root" "$mirror" >"$work/log" 2>&1 || { cat "$work/log"; die "mmdebstrap"; }
}

# run_inside SCRIPT: in a chroot with this kernel's file systems
run_inside() {
	local status=0

	mount -t proc proc "$root/proc"
	mount -t sysfs sysfs "$root/sys"
	mount -t tracefs tracefs "$root/sys/kernel/tracing"
	chroot "$root" /bin/bash "/packages/$1" || status=$?
	umount "$root/sys/kernel/tracing" "$root/sys" "$root/proc"
	return $status
}

# boot SCRIPT: as a service of a systemd that is started for it, whose end ends that. The status is in /status.
boot() {
	cat >"$root/etc/systemd/system/inside.service" <<-END
		[Service]
		Type=oneshot
		Environment=TERM=dumb
		ExecStart=/bin/bash -c '/bin/bash /packages/$1 >/log 2>&1; echo \$\$? >/status; systemctl --force poweroff'
	END
	timeout 120 systemd-nspawn -q -D "$root" --register=no --keep-unit --capability=all --private-network \
		--system-call-filter="bpf perf_event_open open_by_handle_at seccomp" \
		--bind=/sys/kernel/tracing -b systemd.unit=multi-user.target systemd.wants=inside.service \
		</dev/null >"$work/log" 2>&1 || true
	[[ -e $root/status ]] || { tail -n 30 "$work/log"; die "nothing ran under systemd"; }
	cat "$root/log"
	[[ $(cat "$root/status") == 0 ]] || die "as a service"
}

mkdir "$root.packages"
pack 0.9.0 "$root.packages/old"
pack 0.9.1 "$root.packages/new"
say "making a system to install them in"
make_root
mkdir "$root/packages"
cp -r "$root.packages"/{old,new} "$here"/*.sh "$root/packages/"
run_inside chroot.sh || die "in a chroot"
say "booting it"
boot service.sh
say "all is well"
