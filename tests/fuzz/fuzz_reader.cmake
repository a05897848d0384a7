# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
set(TEST_INCLUDES plugins/uprobe)
set(TEST_SOURCES plugins/uprobe/inside.c plugins/uprobe/jump.c plugins/uprobe/place.c plugins/uprobe/place_ask.c)
