# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause

# What a plugin's build file needs: bpfhost_add_plugin(NAME). Installed with the SDK, and used
# unchanged by the plugins of bpfhost's own tree.
cmake_minimum_required(VERSION 3.24)
if(NOT DEFINED BUILD_TESTING OR BUILD_TESTING)
	enable_testing() # would hold for no longer than the function that it stood in
endif()
include_guard(GLOBAL)

find_program(BPFHOST_CLANG
	NAMES clang clang-19 clang-18 clang-17 clang-16 clang-15 clang-14 REQUIRED
	DOC "Compiles the BPF programs, whatever compiles the rest")
find_program(BPFHOST_LLVM_STRIP
	NAMES llvm-strip llvm-strip-19 llvm-strip-18 llvm-strip-17 llvm-strip-16 llvm-strip-15
		llvm-strip-14 REQUIRED
	DOC "Takes DWARF out of BPF objects")
set(BPFHOST_CMAKE_DIR ${CMAKE_CURRENT_LIST_DIR} CACHE INTERNAL "")

# clang 14 drops stores without a word where one block fills many fields, some of them by memcpy
# from constants: bytes of the record keep what was there before. With this limit it does not
# (tests/live/test_kernel_side.sh has such a record). A clang that does not know the limit goes
# without.
if(NOT DEFINED BPFHOST_CLANG_OPTIONS)
	set(options -mllvm -combiner-tokenfactor-inline-limit=1)
	execute_process(COMMAND ${BPFHOST_CLANG} -target bpf ${options} -O2 -x c -c /dev/null
			-o /dev/null
		RESULT_VARIABLE unknown OUTPUT_QUIET ERROR_QUIET)
	if(unknown)
		set(options)
	endif()
	set(BPFHOST_CLANG_OPTIONS ${options} CACHE INTERNAL "More options for BPF programs")
endif()

# The kernel's name of the processor, as the libbpf macros want it.
function(_bpfhost_target_arch ret_arch)
	set(arch ${CMAKE_SYSTEM_PROCESSOR})
	set(kernel_names "x86_64|i.86|AMD64:x86" "aarch64|arm64:arm64" "arm.*:arm"
		"ppc64.*|powerpc.*:powerpc" "riscv.*:riscv" "s390.*:s390" "loongarch.*:loongarch"
		"mips.*:mips")
	foreach(entry IN LISTS kernel_names)
		string(REGEX MATCH "^(.*):(.*)$" ignored ${entry})
		if(arch MATCHES "^(${CMAKE_MATCH_1})$")
			string(REGEX REPLACE ".*:" "" arch ${entry})
			break()
		endif()
	endforeach()
	set(${ret_arch} ${arch} PARENT_SCOPE)
endfunction()

# The compiler's macro for it, without which the kernel's headers (asm/bitsperlong.h) believe in 32 bits: their
# __kernel_size_t and its like would not be the kernel's.
function(_bpfhost_processor_macro ret_macro)
	set(macro)
	if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|aarch64|s390x)$")
		set(macro -D__${CMAKE_SYSTEM_PROCESSOR}__)
	endif()
	set(${ret_macro} ${macro} PARENT_SCOPE)
endfunction()

# bpfhost_bpf_object(SOURCE OBJECT): compile one BPF source to the absolute path OBJECT, with BTF
# and without DWARF, again whenever a header that it includes changes. BPF_KPROBE and its like make a
# parameter that hardly anybody uses.
function(bpfhost_bpf_object source object)
	get_filename_component(source ${source} ABSOLUTE)
	get_filename_component(name ${object} NAME)
	get_filename_component(folder ${object} DIRECTORY)
	file(MAKE_DIRECTORY ${folder})
	file(RELATIVE_PATH shown ${CMAKE_BINARY_DIR} ${object})
	_bpfhost_target_arch(arch)
	_bpfhost_processor_macro(processor)
	set(system_include)
	if(CMAKE_LIBRARY_ARCHITECTURE)
		set(system_include -idirafter /usr/include/${CMAKE_LIBRARY_ARCHITECTURE})
	endif()
	set(includes $<TARGET_PROPERTY:bpfhost::sdk,INTERFACE_INCLUDE_DIRECTORIES>)
	add_custom_command(OUTPUT ${object}
		COMMAND ${BPFHOST_CLANG} -target bpf -mcpu=v3 -g -O2 -std=gnu11
			${BPFHOST_CLANG_OPTIONS} -Wall -Wextra -Wno-unused-parameter
			$<$<BOOL:${CMAKE_COMPILE_WARNING_AS_ERROR}>:-Werror> -D__TARGET_ARCH_${arch}
			${processor}
			"-I$<JOIN:${includes},;-I>" ${system_include}
			-MD -MF ${object}.d -MT ${object} -c ${source} -o ${object}.full
		COMMAND ${BPFHOST_LLVM_STRIP} -g ${object}.full -o ${object}
		DEPENDS ${source} DEPFILE ${object}.d BYPRODUCTS ${object}.full
		COMMENT "Building BPF object ${shown}" COMMAND_EXPAND_LISTS VERBATIM)
endfunction()

# Write the C file that carries OBJECT (or nothing, where OBJECT is empty) in .bpfhost.bpf.
function(_bpfhost_object_carrier carrier object)
	set(incbin)
	if(object)
		set(incbin ".incbin \\\"${object}\\\"\\n")
	endif()
	configure_file(${BPFHOST_CMAKE_DIR}/bpfhost-object.c.in ${carrier} @ONLY)
	set_property(SOURCE ${carrier} PROPERTY OBJECT_DEPENDS ${object})
endfunction()

# bpfhost_plugin_module(TARGET NAME DIR SOURCES...): a MODULE library DIR/NAME.so that exports
# bpfhost_plugin and nothing else.
function(bpfhost_plugin_module target name dir)
	add_library(${target} MODULE ${ARGN})
	set_target_properties(${target} PROPERTIES PREFIX "" OUTPUT_NAME ${name} SUFFIX .so
		C_STANDARD 11 C_STANDARD_REQUIRED ON C_VISIBILITY_PRESET hidden CXX_VISIBILITY_PRESET hidden
		SKIP_BUILD_RPATH ON INSTALL_RPATH "" LIBRARY_OUTPUT_DIRECTORY ${dir}
		LINK_DEPENDS ${BPFHOST_CMAKE_DIR}/bpfhost-plugin.map)
	target_compile_definitions(${target} PRIVATE _GNU_SOURCE)
	target_compile_options(${target} PRIVATE -Wall -Wextra)
	target_link_libraries(${target} PRIVATE bpfhost::sdk)
	target_link_options(${target} PRIVATE -Wl,-z,now -Wl,-z,relro
		-Wl,--version-script=${BPFHOST_CMAKE_DIR}/bpfhost-plugin.map)
	# clang leaves a sanitizer's run-time library to the program.
	if(NOT CMAKE_C_FLAGS MATCHES "-fsanitize" AND NOT BPFHOST_FUZZ)
		target_link_options(${target} PRIVATE -Wl,-z,defs)
	endif()
endfunction()

# NAME_test.c becomes the test plugin_NAME: the plugin's own sources beside a fake host.
function(_bpfhost_plugin_test name)
	if(NOT TARGET bpfhost::fakehost OR (DEFINED BUILD_TESTING AND NOT BUILD_TESTING))
		return()
	endif()
	find_package(PkgConfig REQUIRED)
	pkg_check_modules(cmocka IMPORTED_TARGET cmocka)
	if(NOT TARGET PkgConfig::cmocka)
		message(NOTICE "cmocka is missing, so ${name}_test.c is not built")
		return()
	endif()
	add_executable(plugin_${name}_test ${name}_test.c ${ARGN})
	set_target_properties(plugin_${name}_test PROPERTIES C_STANDARD 11 C_STANDARD_REQUIRED ON)
	target_compile_definitions(plugin_${name}_test PRIVATE _GNU_SOURCE)
	target_compile_options(plugin_${name}_test PRIVATE -Wall -Wextra)
	add_dependencies(plugin_${name}_test plugin_${name}) # one of them makes the object
	target_link_libraries(plugin_${name}_test PRIVATE bpfhost::fakehost bpfhost::sdk
		PkgConfig::cmocka)
	add_test(NAME plugin_${name} COMMAND plugin_${name}_test)
	set_tests_properties(plugin_${name} PROPERTIES LABELS unit TIMEOUT 60
		SKIP_RETURN_CODE 77 WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
endfunction()

# bpfhost_add_plugin(NAME [SOURCES FILE...] [LIBRARIES TARGET...]): the plugin of this folder.
#
# NAME.bpf.c and every *.c of the folder (or SOURCES in their place) become plugins/NAME.so below
# the build folder, installed to lib/bpfhost. NAME_test.c, where it exists, becomes the test
# plugin_NAME, and a folder NAME.d goes to share/bpfhost.
function(bpfhost_add_plugin name)
	cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LIBRARIES")
	if(arg_UNPARSED_ARGUMENTS)
		message(FATAL_ERROR "bpfhost_add_plugin(${name}): unknown argument "
			"${arg_UNPARSED_ARGUMENTS}; known are SOURCES and LIBRARIES")
	endif()
	set(sources ${arg_SOURCES})
	if(NOT sources)
		file(GLOB sources CONFIGURE_DEPENDS *.c)
		list(FILTER sources EXCLUDE REGEX "(_test|\\.bpf)\\.c$")
		if(name MATCHES "_test$")
			list(APPEND sources ${CMAKE_CURRENT_SOURCE_DIR}/${name}.c)
		endif()
	endif()
	set(object)
	if(EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/${name}.bpf.c)
		set(object ${CMAKE_CURRENT_BINARY_DIR}/${name}.bpf.o)
		bpfhost_bpf_object(${name}.bpf.c ${object})
	endif()
	set(carrier ${CMAKE_CURRENT_BINARY_DIR}/${name}_object.c)
	_bpfhost_object_carrier(${carrier} "${object}")

	bpfhost_plugin_module(plugin_${name} ${name} ${CMAKE_BINARY_DIR}/plugins
		${sources} ${carrier})
	target_link_libraries(plugin_${name} PRIVATE ${arg_LIBRARIES})
	set_property(GLOBAL APPEND PROPERTY BPFHOST_PLUGINS ${name})
	install(TARGETS plugin_${name} LIBRARY DESTINATION lib/bpfhost)
	if(IS_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR}/${name}.d)
		install(DIRECTORY ${name}.d DESTINATION share/bpfhost)
	endif()
	if(EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/${name}_test.c)
		_bpfhost_plugin_test(${name} ${sources} ${carrier})
		if(TARGET plugin_${name}_test)
			target_link_libraries(plugin_${name}_test PRIVATE ${arg_LIBRARIES})
		endif()
	endif()
endfunction()
