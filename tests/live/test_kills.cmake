# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# With BPFHOST_TEST_KILLS=300; each of its rounds has a limit of its own. Two kills limit themselves to 120 s.
set(TEST_TIMEOUT 3600)
