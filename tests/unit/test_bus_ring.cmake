# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
set(TEST_LABELS unit threads)
set(TEST_TIMEOUT 240)
