# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
pkg_check_modules(jansson REQUIRED IMPORTED_TARGET jansson)
target_link_libraries(${target} PRIVATE PkgConfig::jansson)
set(TEST_SOURCES tests/fuzz/parsed_back_json.c tests/fuzz/parsed_back_text.c
	tests/fuzz/parsed_back_value.c)
