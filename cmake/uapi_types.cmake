# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause

# uapi_types(OUTPUT): OUTPUT becomes a C file with the names of all types that <linux/bpf.h> defines, of which C
# takes only one definition (core/host/kernel_types/uapi.h).
function(uapi_types output)
	find_path(LINUX_BPF_DIR linux/bpf.h REQUIRED)
	set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${LINUX_BPF_DIR}/linux/bpf.h)
	set(source ${CMAKE_CURRENT_BINARY_DIR}/generated/uapi_source.c)
	file(WRITE ${source} "#include <linux/bpf.h>\n")
	execute_process(COMMAND ${CMAKE_C_COMPILER} -E -P ${source} OUTPUT_VARIABLE text
		COMMAND_ERROR_IS_FATAL ANY)
	string(REPLACE ";" "," text "${text}") # which parts a list
	string(REGEX MATCHALL "(struct|union|enum) [A-Za-z_0-9]+ {" named "${text}")
	string(REGEX MATCHALL "typedef (struct|union|enum) {[^}]*} [A-Za-z_0-9]+" called "${text}")
	list(TRANSFORM named REPLACE " {$" "")
	list(TRANSFORM called REPLACE "^typedef .*} " "typedef ")
	set(rows)
	foreach(name IN LISTS named called)
		string(APPEND rows "\t\"${name}\",\n")
	endforeach()
	file(CONFIGURE OUTPUT ${output} @ONLY CONTENT
		"#include \"kernel_types/uapi.h\"\n\n#include <stddef.h>\n\nconst char *const ktypes_uapi_names[] = {\n${rows}\tNULL,\n};\n")
endfunction()
