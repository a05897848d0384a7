# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
file(WRITE ${CMAKE_CURRENT_BINARY_DIR}/bad_nowhere.c
	"__attribute__((visibility(\"default\"))) int bad_nowhere(void);\nint bad_nowhere(void)\n{\n\treturn 1;\n}\n")
add_library(bad_nowhere SHARED ${CMAKE_CURRENT_BINARY_DIR}/bad_nowhere.c)
target_link_libraries(${target} PRIVATE bad_nowhere)
