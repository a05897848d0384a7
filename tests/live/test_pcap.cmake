# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
pkg_check_modules(pcap REQUIRED IMPORTED_TARGET libpcap)
target_sources(${target} PRIVATE ${PROJECT_SOURCE_DIR}/plugins/xdp/pcap_compile.c
	${PROJECT_SOURCE_DIR}/plugins/xdp/pcap_translate.c live/pcap_oracle.c)
target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/plugins/xdp)
target_link_libraries(${target} PRIVATE PkgConfig::pcap)
set(TEST_TIMEOUT 240)
