# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
target_link_options(${target} PRIVATE -Wl,-z,undefs)
