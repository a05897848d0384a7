# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# With BPFHOST_TEST_ALL=1; each of its runs has a limit of its own. The short form limits itself to 180 s.
set(TEST_TIMEOUT 3600)
set(TEST_ALONE OFF)
