# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
set(TEST_INCLUDES plugins/usdt)
set(TEST_SOURCES plugins/usdt/catalogue.c plugins/usdt/fields.c plugins/usdt/glob.c)
