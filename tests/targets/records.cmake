# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
target_compile_options(${target} PRIVATE -g -O2)
