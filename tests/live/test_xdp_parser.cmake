# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
set(TEST_INCLUDES plugins/xdp tests/unit)
target_compile_definitions(${target} PRIVATE
	CORPUS="${PROJECT_SOURCE_DIR}/tests/unit/data/xdp"
	PLUGIN="$<TARGET_FILE:plugin_xdp>")
add_dependencies(${target} plugin_xdp)
set(TEST_ALONE OFF)
