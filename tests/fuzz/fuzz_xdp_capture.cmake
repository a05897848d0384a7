# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
set(TEST_INCLUDES plugins/xdp)
set(TEST_SOURCES plugins/xdp/capture.c plugins/xdp/capture_section.c plugins/xdp/capture_interfaces.c
	plugins/xdp/capture_files.c plugins/xdp/capture_name.c
	plugins/xdp/capture_out.c
	plugins/xdp/capture_sums.c plugins/xdp/device.c plugins/xdp/devices.c
	plugins/xdp/interfaces.c plugins/xdp/missing.c plugins/xdp/pcapng.c plugins/xdp/route.c)
