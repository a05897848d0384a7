# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
set(TEST_SOURCES plugins/xdp/drop_prefix.c plugins/xdp/drop_rules.c plugins/xdp/drop_table.c)
set(TEST_INCLUDES plugins/xdp)
