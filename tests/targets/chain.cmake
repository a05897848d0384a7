# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
set(chain_flags -O2 -fno-omit-frame-pointer -fno-optimize-sibling-calls -fno-sanitize=all)
add_library(${target}_library SHARED ${CMAKE_CURRENT_LIST_DIR}/chain/library.c)
set_target_properties(${target}_library PROPERTIES OUTPUT_NAME chain
	LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/targets)
target_compile_options(${target}_library PRIVATE ${chain_flags})
target_link_options(${target}_library PRIVATE -fno-sanitize=all -Wl,--build-id)
target_compile_options(${target} PRIVATE ${chain_flags})
# Found beside the program, wherever both are copied to.
set_target_properties(${target} PROPERTIES BUILD_WITH_INSTALL_RPATH ON INSTALL_RPATH "$ORIGIN")
target_link_options(${target} PRIVATE -Wl,--build-id)
target_link_libraries(${target} PRIVATE ${target}_library)
