# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause

set(object ${CMAKE_CURRENT_BINARY_DIR}/test_schema_btf.bpf.o)
bpfhost_bpf_object(${CMAKE_CURRENT_LIST_DIR}/test_schema_btf.bpf.c ${object})
add_custom_target(${target}_object DEPENDS ${object})
add_dependencies(${target} ${target}_object)
target_compile_definitions(${target} PRIVATE TEST_OBJECT="${object}")
