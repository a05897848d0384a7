# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause

# Debian packages: "./dev package", or cpack in the folder of a release build.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME bpfhost)
set(CPACK_PACKAGE_VENDOR bpfhost)
set(CPACK_PACKAGE_CONTACT "bpfhost maintainers <maintainers@bpfhost.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "plugin-based eBPF tracer")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_PACKAGE_DIRECTORY ${PROJECT_BINARY_DIR}/packages)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS ${CMAKE_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS})
set(CPACK_COMPONENTS_ALL host dev)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SOURCE bpfhost)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

set(CPACK_DEBIAN_HOST_PACKAGE_NAME bpfhost)
set(CPACK_DEBIAN_HOST_PACKAGE_SECTION admin)
set(CPACK_DEBIAN_HOST_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_HOST_PACKAGE_DEPENDS adduser)
set(CPACK_DEBIAN_HOST_DESCRIPTION
"One small host runs eBPF tracers as plugins, each in a process of its own,
and writes what they trace as text or JSON lines: tracepoints, functions and
static probes of programs, packets of network interfaces. Every event is
delivered, filtered or counted as lost.")
set(debian ${PROJECT_SOURCE_DIR}/packaging/debian)
set(CPACK_DEBIAN_HOST_PACKAGE_CONTROL_EXTRA
	${debian}/conffiles ${debian}/postinst ${debian}/prerm ${debian}/postrm)

set(CPACK_DEBIAN_DEV_PACKAGE_NAME bpfhost-dev)
set(CPACK_DEBIAN_DEV_PACKAGE_SECTION libdevel)
# What bpfhost.pc and the CMake package name. What runs a plugin need not be where it is built.
set(CPACK_DEBIAN_DEV_PACKAGE_DEPENDS
	"libbpf-dev (>= 1:1.1), libelf-dev, libdw-dev, liblzma-dev, libseccomp-dev, libiberty-dev")
set(CPACK_DEBIAN_DEV_PACKAGE_RECOMMENDS
	"bpfhost, cmake (>= 3.24), clang, llvm, gcc | c-compiler, pkgconf, libcmocka-dev")
set(CPACK_DEBIAN_DEV_DESCRIPTION
"Headers, library, CMake package and templates that plugins of bpfhost are
built with: a plugin is a folder with a handful of small files.")

# What Debian wants beside what is installed from source.
configure_file(packaging/debian/changelog.in packaging/changelog @ONLY)
set(CPACK_BPFHOST_PACKAGING ${PROJECT_SOURCE_DIR}/packaging ${PROJECT_BINARY_DIR}/packaging/changelog)
set(CPACK_PRE_BUILD_SCRIPTS ${debian}/finish.cmake)
include(CPack)

# What is installed, without the tests.
get_property(plugins GLOBAL PROPERTY BPFHOST_PLUGINS)
list(TRANSFORM plugins PREPEND plugin_)
add_custom_target(packaged DEPENDS bpfhost bpfhost-sdk bpfhost-fakehost ${plugins})
foreach(target IN ITEMS manual completions)
	if(TARGET ${target})
		add_dependencies(packaged ${target})
	endif()
endforeach()
