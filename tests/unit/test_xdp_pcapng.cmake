# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
set(TEST_INCLUDES plugins/xdp)
set(TEST_SOURCES plugins/xdp/pcapng.c plugins/xdp/capture_out.c plugins/xdp/capture_name.c)
