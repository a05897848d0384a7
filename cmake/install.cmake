# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause

# Paths below the prefix are the same on every distribution (lib, never lib/<triplet>): the host
# looks for plugins in lib/bpfhost. CMake searches lib/cmake under each prefix. Of the components, "host"
# and "dev" are the packages; "source" is what a package says in a way of its own.
include(CMakePackageConfigHelpers)
set(package_dir lib/cmake/bpfhost)

# ---- dev: what plugins are built with -------------------------------------------------------------

configure_package_config_file(cmake/bpfhost-config.cmake.in bpfhost-config.cmake
	INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/bpfhost-config-version.cmake
	COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/bpfhost-config.cmake
	${CMAKE_CURRENT_BINARY_DIR}/bpfhost-config-version.cmake
	cmake/bpfhost-plugin.cmake cmake/bpfhost-object.c.in cmake/bpfhost-plugin.map
	DESTINATION ${package_dir} COMPONENT dev)
if(TARGET bpfhost-sdk)
	install(EXPORT bpfhost NAMESPACE bpfhost:: FILE bpfhost-targets.cmake
		DESTINATION ${package_dir} COMPONENT dev)
endif()
configure_file(packaging/bpfhost.pc.in bpfhost.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/bpfhost.pc DESTINATION lib/pkgconfig COMPONENT dev)
foreach(folder IN ITEMS core/include bpf/include)
	if(EXISTS ${PROJECT_SOURCE_DIR}/${folder}/bpfhost)
		install(DIRECTORY ${folder}/bpfhost DESTINATION include COMPONENT dev
			FILES_MATCHING PATTERN *.h)
	endif()
endforeach()
install(FILES docs/PLUGINS.md docs/SECURITY.md DESTINATION share/doc/bpfhost-dev/docs COMPONENT dev)
install(DIRECTORY examples DESTINATION share/doc/bpfhost-dev COMPONENT dev)
install(DIRECTORY templates DESTINATION share/bpfhost COMPONENT dev OPTIONAL)

# ---- host: what runs ------------------------------------------------------------------------------

install(CODE "set(packaging \"${PROJECT_SOURCE_DIR}/packaging\")
	set(built \"${PROJECT_BINARY_DIR}/packaging\")" COMPONENT host)
install(SCRIPT packaging/install.cmake COMPONENT host)
# In the folders that they have here, so that their links hold.
file(GLOB documents CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR} *.md docs/*.md plugins/*/README.md
	plugins/*/*.conf plugins/*/*.d/*)
foreach(document IN LISTS documents)
	get_filename_component(folder ${document} DIRECTORY)
	install(FILES ${document} DESTINATION share/doc/bpfhost/${folder} COMPONENT host)
endforeach()
install(DIRECTORY examples DESTINATION share/doc/bpfhost COMPONENT host)
file(GLOB samples CONFIGURE_DEPENDS plugins/*/*.conf)
install(FILES ${samples} DESTINATION share/doc/bpfhost/examples COMPONENT host)

file(GLOB manuals CONFIGURE_DEPENDS docs/*.[1578] docs/man/*.[1578])
foreach(manual IN LISTS manuals)
	string(REGEX MATCH "[0-9]$" chapter ${manual})
	install(FILES ${manual} DESTINATION share/man/man${chapter} COMPONENT host)
endforeach()

install(FILES LICENSE DESTINATION share/doc/bpfhost COMPONENT source)
install(DIRECTORY LICENSES DESTINATION share/doc/bpfhost COMPONENT source)
