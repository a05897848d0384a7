# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Optimized, so that arguments lie in registers, too, and as constants.
find_package(Threads REQUIRED)
target_compile_options(${target} PRIVATE -O2)
target_link_libraries(${target} PRIVATE Threads::Threads)
