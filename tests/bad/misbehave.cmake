# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
file(GLOB ways CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/bad/ways/*.c)
target_sources(${target} PRIVATE ${ways})
target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/core/host)
