# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause

# Paths below the prefix are the same on every distribution (lib, never lib/<triplet>): the host
# looks for plugins in lib/bpfhost. CMake searches lib/cmake under each prefix.
include(CMakePackageConfigHelpers)
set(package_dir lib/cmake/bpfhost)

configure_package_config_file(cmake/bpfhost-config.cmake.in bpfhost-config.cmake
	INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/bpfhost-config-version.cmake
	COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/bpfhost-config.cmake
	${CMAKE_CURRENT_BINARY_DIR}/bpfhost-config-version.cmake
	cmake/bpfhost-plugin.cmake cmake/bpfhost-object.c.in cmake/bpfhost-plugin.map
	DESTINATION ${package_dir})
if(TARGET bpfhost-sdk)
	install(EXPORT bpfhost NAMESPACE bpfhost:: FILE bpfhost-targets.cmake
		DESTINATION ${package_dir})
endif()

foreach(folder IN ITEMS core/include bpf/include)
	if(EXISTS ${PROJECT_SOURCE_DIR}/${folder}/bpfhost)
		install(DIRECTORY ${folder}/bpfhost DESTINATION include FILES_MATCHING PATTERN *.h)
	endif()
endforeach()
install(FILES LICENSE DESTINATION share/doc/bpfhost)
install(DIRECTORY LICENSES DESTINATION share/doc/bpfhost)
file(GLOB manuals CONFIGURE_DEPENDS docs/*.[1578] docs/man/*.[1578])
foreach(manual IN LISTS manuals)
	string(REGEX MATCH "[0-9]$" chapter ${manual})
	install(FILES ${manual} DESTINATION share/man/man${chapter})
endforeach()
