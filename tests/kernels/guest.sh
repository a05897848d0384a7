#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# What the machine that run.sh starts does, from its root file system on: it is process 1.
set -u
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8
job=/mnt/tree
result=/run/result

mounts() {
	mount -t proc proc /proc
	mount -t sysfs sysfs /sys
	mount -t tracefs tracefs /sys/kernel/tracing
	mount -t bpf bpf /sys/fs/bpf
	mount -t cgroup2 cgroup2 /sys/fs/cgroup
	mount -t tmpfs -o mode=0755 tmpfs /run
	mkdir -p /dev/pts /dev/shm
	ln -s /proc/self/fd /dev/fd
	mount -t devpts devpts /dev/pts
	mount -t tmpfs -o mode=1777 tmpfs /dev/shm
	mkdir -p "$result" "$source_dir"
	mount --bind "$job/tree" "$source_dir"
}

# As tests/CMakeLists.txt gives it to the tests.
environment() {
	export BPFHOST=$build_dir/bpfhost PLUGIN_DIR=$build_dir/plugins TARGETS_DIR=$build_dir/targets \
		TOOLS_DIR=$build_dir/tools BAD_DIR=$build_dir/bad KERNEL_DIR=$build_dir/kernel LIVE_DIR=$build_dir/live \
		BUILD_DIR=$build_dir SOURCE_DIR=$source_dir CC=gcc CFLAGS=''
}

stretch() {
	find "$build_dir" -name CTestTestfile.cmake -exec \
		perl -pi -e 's/(?<= TIMEOUT ")(\d+)/$1 * '"$1"'/ge' {} +
}

run() {
	local arguments=()

	[[ ! -e $job/arguments ]] || mapfile -d '' -t arguments <"$job/arguments"
	cd "$build_dir" || return 1
	if [[ ${arguments[0]-} == -- ]]; then
		environment
		# A session of its own: process 1 has none that job control could use.
		setsid bash -c "${arguments[*]:1}"
	else
		setsid ctest --output-on-failure "${arguments[@]}"
	fi
}

keep() {
	uname -r >"$result/kernel"
	dmesg >"$result/dmesg"
	cp -r "$build_dir/Testing/Temporary/LastTest.log" "$result" 2>/dev/null
	sync
	tar -cf /dev/vdd -C "$result" .
	sync
}

source_dir=$(<$job/path) build_dir=$(<$job/build) slow=$(<$job/slow)
mounts
hostname kernels
ip link set lo up
export BPFHOST_TEST_SLOW=$slow
stretch "$slow"
exec >/dev/ttyS1 2>&1 </dev/null
stty -F /dev/ttyS1 -onlcr
run > >(tee "$result/output") 2>&1
echo $? >"$result/status"
sleep 0.5 # tee ends by itself
keep
echo o >/proc/sysrq-trigger
sleep 60
