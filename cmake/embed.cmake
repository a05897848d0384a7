# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause

# embed_folders(OUTPUT FOLDER TABLE HEADER): OUTPUT becomes a C file with the array TABLE, of the struct
# that HEADER declares: one row { folder, file, first byte, end } for each file FOLDER/*/*, by name.
function(embed_folders output folder table header)
	file(GLOB files CONFIGURE_DEPENDS RELATIVE ${folder} ${folder}/*/*)
	set(bytes)
	set(rows)
	set(number 0)
	foreach(file IN LISTS files)
		get_filename_component(kind ${file} DIRECTORY)
		get_filename_component(name ${file} NAME)
		set(label embedded_${table}_${number})
		string(APPEND bytes "__asm__(\".pushsection .rodata\\n\"\n"
			"\t\".hidden ${label}\\n.globl ${label}\\n${label}:\\n\"\n"
			"\t\".incbin \\\"${folder}/${file}\\\"\\n\"\n"
			"\t\".hidden ${label}_end\\n.globl ${label}_end\\n${label}_end:\\n\"\n"
			"\t\".popsection\\n\");\n"
			"extern const char ${label}[], ${label}_end[];\n")
		string(APPEND rows "\t{ \"${kind}\", \"${name}\", ${label}, ${label}_end },\n")
		math(EXPR number "${number} + 1")
	endforeach()
	file(CONFIGURE OUTPUT ${output} @ONLY CONTENT
		"#include \"${header}\"\n\n${bytes}\nconst struct template_file ${table}[] = {\n${rows}\t{ 0 },\n};\n")
	list(TRANSFORM files PREPEND ${folder}/)
	set_property(SOURCE ${output} PROPERTY OBJECT_DEPENDS "${files}")
endfunction()
