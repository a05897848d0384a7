# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause

# Run by cpack over the folder of a package before it is packed: copyright, changelog, and what is to be
# compressed or stripped by Debian's policy.
cmake_minimum_required(VERSION 3.24)
list(POP_BACK CPACK_BPFHOST_PACKAGING changelog)

function(finish_run)
	execute_process(COMMAND ${ARGN} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

file(GLOB components ${CPACK_TEMPORARY_DIRECTORY}/*)
foreach(component IN LISTS components)
	set(package bpfhost)
	if(component MATCHES "/dev$")
		set(package bpfhost-dev)
	endif()
	set(usr ${component}/usr)
	# Not file(INSTALL), which would add the DESTDIR of what was installed last.
	file(COPY ${CPACK_BPFHOST_PACKAGING}/debian/copyright ${changelog}
		DESTINATION ${usr}/share/doc/${package})
	file(RENAME ${usr}/share/doc/${package}/changelog
		${usr}/share/doc/${package}/changelog.Debian)
	# Which README.md links to.
	if(package STREQUAL bpfhost)
		file(CREATE_LINK copyright ${usr}/share/doc/${package}/LICENSE SYMBOLIC)
	endif()
	file(GLOB_RECURSE compressed ${usr}/share/man/*.[1578] ${usr}/share/doc/${package}/changelog.*)
	if(compressed)
		finish_run(gzip -9nf ${compressed})
	endif()
	file(GLOB libraries ${usr}/lib/*.a)
	if(libraries)
		finish_run(strip --strip-debug --remove-section=.comment --enable-deterministic-archives
			${libraries})
	endif()
endforeach()
