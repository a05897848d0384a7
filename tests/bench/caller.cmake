# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
set(TEST_SOURCES tests/bench/traced/traced.c)
find_package(Threads REQUIRED)
target_link_libraries(${target} PRIVATE Threads::Threads)
