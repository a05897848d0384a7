#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The first program of the machine that run.sh starts: finds the disks and goes over to the first.
/bin/busybox mount -t devtmpfs dev /dev
for module in /lib/*.ko; do
	/bin/busybox insmod "$module"
done
tries=0
while [ ! -e /dev/vdd ] && [ $tries -lt 300 ]; do
	/bin/busybox sleep 0.1
	tries=$((tries + 1))
done
/bin/busybox mount -t ext4 /dev/vda /new
/bin/busybox mount -t ext4 -o ro /dev/vdb /new/lib/modules
/bin/busybox mount -t ext4 /dev/vdc /new/mnt/tree
/bin/busybox mount -t devtmpfs dev /new/dev
exec /bin/busybox switch_root /new /bin/bash /mnt/tree/tree/tests/kernels/guest.sh
