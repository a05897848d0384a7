#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Runs this tree's tests on another kernel of Debian's, in qemu:
#
#	tests/kernels/run.sh KERNEL [CTEST ARGUMENT]...
#	tests/kernels/run.sh KERNEL -- COMMAND...
#
# KERNEL is a version as 6.1 or 6.12, of which the newest cloud kernel is fetched from Debian, or the
# path of a linux-image-*.deb. The second form runs a command of bash there instead of ctest, in an
# environment as the live tests have it. The exit status is that of what ran; what it printed, ctest's
# log and the kernel's are left in build/kernels/NAME.result.
#
# The machine has three disks. One is a Debian 12 with the packages that build and test need: it is
# made once and kept in build/kernels; to have it made again, remove root.img (or small.img) there. One holds the
# modules of the kernel, and one this tree with one build folder, under the same path as here, so that
# ctest finds all where it was built. What the machine writes to the first three is forgotten, and what
# is to be kept it writes to a fourth, as one tar.
#
# Without KVM all is emulated, at a tenth of the speed: the tests' limits are stretched by that.
#
#	BUILD_DIR         the build to test, build/debug
#	KERNELS_ACCEL     as qemu takes it, tcg,thread=multi
#	KERNELS_SLOW      by how much to stretch limits of time, 10
#	KERNELS_TIMEOUT   after how many seconds to give up, 10800
#	KERNELS_APPEND    more for the kernel's command line
#	KERNELS_QEMU      more arguments for qemu
#	KERNELS_SMALL     1: a root file system of its own, with what tests/live/test_plugins.sh needs alone:
#	                  faster to make, for CI. It has no ctest, so the second form must be used.
set -euo pipefail

source_dir=$(readlink -f "$(dirname "$(readlink -f "$0")")/../..")
build_dir=$(readlink -f "${BUILD_DIR:-$source_dir/build/debug}")
work=$source_dir/build/kernels
mirror=${KERNELS_MIRROR:-http://deb.debian.org}
here=$source_dir/tests/kernels
root_name=${KERNELS_SMALL:+small}
root_name=${root_name:-root}

usage='usage: tests/kernels/run.sh KERNEL [CTEST ARGUMENT]... | KERNEL -- COMMAND...'

die() { echo "kernels: $*" >&2; exit 1; }
say() { echo "kernels: $*" >&2; }

# make_image FOLDER IMAGE SIZE: sparse
make_image() {
	truncate -s "$3" "$2"
	mkfs.ext4 -q -F -d "$1" -E root_owner=0:0 "$2"
}

# ---- the kernel -------------------------------------------------------------------------------------

# apt with lists of its own: the machine's need not know where older and newer kernels are.
private_apt() {
	local command=$1
	shift
	"$command" -q -o Dir::Etc::sourcelist="$work/apt/sources.list" -o Dir::Etc::sourceparts=/dev/null \
		-o Dir::State::lists="$work/apt/lists" -o Dir::Cache="$work/apt/cache" \
		-o APT::Sandbox::User=root "$@"
}

apt_update() {
	mkdir -p "$work/apt/lists/partial" "$work/apt/cache/archives/partial"
	cat >"$work/apt/sources.list" <<-END
		deb $mirror/debian bookworm main
		deb $mirror/debian bookworm-backports main
		deb $mirror/debian-security bookworm-security main
	END
	private_apt apt-get update >&2
}

newest_of() {
	private_apt apt-cache search --names-only \
		"^linux-image-${1//./\\.}[-.][0-9].*-cloud-amd64\$" | cut -d ' ' -f 1 | sort -V | tail -n 1
}

# From VERSION to the path of a package, fetched at most once a day.
fetch_kernel() {
	local package found=$work/$1.deb

	if [[ -n $(find -L "$found" -mtime -1 2>/dev/null) ]]; then
		readlink -f "$found"
		return
	fi
	apt_update
	package=$(newest_of "$1")
	[[ $package ]] || die "Debian 12, its backports and its security archive have no kernel $1"
	(cd "$work" && private_apt apt-get download "$package") >&2
	package=$(find "$work" -maxdepth 1 -name "${package}_*.deb" | sort -V | tail -n 1)
	ln -sfn "$(basename "$package")" "$found"
	echo "$package"
}

# The modules that must be there before there is a root, in the order in which they are loaded.
early_modules() {
	local module

	for module in virtio_pci virtio_blk ext4 crc32c_generic; do
		modprobe -d "$1" -S "$2" --show-depends "$module" 2>/dev/null
	done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }'
}

make_initrd() {
	local folder=$1 version=$2 tree=$1/initrd.d module count=100

	mkdir -p "$tree"/{bin,lib,dev,new}
	cp "$work/busybox" "$tree/bin/busybox"
	cp "$here/initrd.sh" "$tree/init"
	chmod +x "$tree/init"
	early_modules "$folder" "$version" | while read -r module; do
		count=$((count + 1))
		if [[ $module == *.xz ]]; then
			xz -dc "$module" >"$tree/lib/$count.ko"
		else
			cp "$module" "$tree/lib/$count.ko"
		fi
	done
	(cd "$tree" && find . | cpio -o -H newc --quiet) >"$folder/initrd"
	rm -r "$tree"
}

# Unpacks a kernel's package into a folder with vmlinuz, initrd and modules.img, once.
unpack_kernel() {
	local deb=$1 folder=$2 version

	[[ ! -e $folder/initrd ]] || return 0
	rm -rf "$folder"
	mkdir -p "$folder"
	dpkg-deb -x "$deb" "$folder"
	[[ -d $folder/lib ]] || ln -s usr/lib "$folder/lib"
	version=$(basename "$folder"/lib/modules/*)
	mv "$folder"/boot/vmlinuz-* "$folder/vmlinuz"
	depmod -b "$folder" "$version"
	make_image "$folder/lib/modules" "$folder/modules.img" 1G
	make_initrd "$folder" "$version"
	rm -rf "${folder:?}"/{boot,lib,usr}
}

# ---- the disks --------------------------------------------------------------------------------------

make_root() {
	local packages root=$work/$root_name image=$work/$root_name.img

	[[ ! -e $image ]] || return 0
	((EUID == 0)) || die "making a root file system takes root"
	packages=$("$source_dir/dev" packages ${KERNELS_SMALL:+small})
	say "making a root file system, which is kept: some minutes"
	rm -rf --one-file-system "$root"
	# util-linux and others are essential; what is added is for this script itself.
	debootstrap --variant=minbase --include="busybox-static,iproute2,kmod,procps,${packages// /,}" \
		bookworm "$root" "$mirror/debian" >"$work/debootstrap.log" 2>&1 ||
		die "debootstrap failed; see $work/debootstrap.log"
	rm -rf "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/*
	cp "$root/bin/busybox" "$work/busybox"
	mkdir -p "$root/mnt/tree" "$root/lib/modules"
	make_image "$root" "$image.new" 5G
	mv "$image.new" "$image"
	rm -rf --one-file-system "$root"
}

# What git knows and what is new, one build, and what to do.
make_tree() {
	local folder=$1 image=$2
	shift 2

	mkdir -p "$folder/tree/build"
	(cd "$source_dir" && git -c safe.directory='*' ls-files -co --exclude-standard -z |
		xargs -0r cp -a --parents -t "$folder/tree")
	cp -a "$build_dir" "$folder/tree/build/$(basename "$build_dir")"
	printf '%s\n' "$source_dir" >"$folder/path"
	printf '%s\n' "$build_dir" >"$folder/build"
	printf '%s\n' "${KERNELS_SLOW:-10}" >"$folder/slow"
	[[ $# = 0 ]] || printf '%s\0' "$@" >"$folder/arguments"
	make_image "$folder" "$image" 1G
	rm -r "$folder"
}

# ---- the run ----------------------------------------------------------------------------------------

boot() {
	local kernel=$1 run=$2

	# Where a CPU is caught in emulated code, qemu does not end by SIGTERM: that was seen.
	# shellcheck disable=SC2086 # KERNELS_QEMU is several words
	timeout --foreground --kill-after=30 "${KERNELS_TIMEOUT:-10800}" qemu-system-x86_64 -m 3G -smp 2 -cpu max \
		-accel "${KERNELS_ACCEL:-tcg,thread=multi}" -display none -no-reboot -nic none \
		-monitor none -kernel "$kernel/vmlinuz" -initrd "$kernel/initrd" \
		-append "console=ttyS0 panic=-1 mitigations=off quiet ${KERNELS_APPEND:-}" \
		-serial "file:$run/console" -serial stdio \
		-drive "file=$work/$root_name.img,format=raw,if=virtio,snapshot=on" \
		-drive "file=$kernel/modules.img,format=raw,if=virtio,snapshot=on" \
		-drive "file=$run/tree.img,format=raw,if=virtio,snapshot=on" \
		-drive "file=$run/result.img,format=raw,if=virtio" ${KERNELS_QEMU:-} </dev/null
}

# run_kernel NAME ARGUMENT...: the status is the machine's.
run_kernel() {
	local name=$1 run result=$work/$1.result status=0
	shift

	run=$(mktemp -d "$work/run.XXXXXX")
	# shellcheck disable=SC2064 # this run, not a later one
	trap "rm -rf '$run'" EXIT
	make_tree "$run/tree" "$run/tree.img" "$@"
	truncate -s 256M "$run/result.img"
	rm -rf "$result"
	mkdir "$result"
	boot "$work/$name" "$run" || status=$?
	cp "$run/console" "$result/console"
	if ! tar -xf "$run/result.img" -C "$result" 2>/dev/null || [[ ! -s $result/status ]]; then
		tail -n 20 "$result/console" >&2
		die "$name gave no result (qemu: $status); its console is $result/console"
	fi
	say "$name: status $(<"$result/status"), kernel $(<"$result/kernel"); see $result"
	return "$(<"$result/status")"
}

(($#)) || { echo "$usage" >&2; exit 2; }
kernel=$1
shift
[[ $build_dir == "$source_dir/build/"* && -x $build_dir/bpfhost ]] ||
	die "there is no build of this tree in $build_dir; run ./dev build"
mkdir -p "$work"
case $kernel in
*.deb)
	[[ -f $kernel ]] || die "there is no file $kernel"
	deb=$(readlink -f "$kernel")
	;;
[0-9]*.[0-9]*) deb=$(fetch_kernel "$kernel") ;;
*) die "'$kernel' is neither a version, as 6.1, nor a package's file; $usage" ;;
esac
name=$(basename "$deb" | cut -d _ -f 1)
make_root
unpack_kernel "$deb" "$work/$name"
run_kernel "$name" "$@"
