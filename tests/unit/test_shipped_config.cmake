# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
target_compile_definitions(${target} PRIVATE
	SHIPPED_CONFIG="${PROJECT_SOURCE_DIR}/packaging/bpfhost.conf")
