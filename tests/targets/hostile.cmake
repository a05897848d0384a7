# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
find_package(Threads REQUIRED)
target_link_libraries(${target} PRIVATE Threads::Threads)
