/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What makes a header of the definitions: who made it, a guard, what is asked of compilers. */
#include <ctype.h>
#include <sys/utsname.h>

#include "kernel_types/ktypes.h"
#include "kernel_types/uapi.h"

/* As vmlinux.h has it, which is made the same way. */
#define KTYPES_CORE                                                                                \
	"#if defined(__bpf__) && defined(__clang__) && !defined(BPF_NO_PRESERVE_ACCESS_INDEX)\n"

/* Of its own for each choice of types, so that two such files can be included. */
static void ktypes_guard(const struct ktypes *types, FILE *out)
{
	fputs("BPFHOST_TYPES", out);
	for (size_t i = 0; i < types->wanted.count; i++) {
		fputc('_', out);
		for (const char *letter = types->wanted.each[i].name; *letter; letter++)
			fputc(isalnum((unsigned char)*letter) ? toupper((unsigned char)*letter)
							      : '_',
			      out);
	}
	fputc('\n', out);
}

/* The kernel's is of another size than C's in <stddef.h>, and goes by another name. */
static bool ktypes_has_wide(const struct ktypes *types)
{
	return ktypes_has(types->text, "typedef u16 wchar_t;\n");
}

void ktypes_begin(const struct ktypes *types, FILE *out)
{
	struct utsname system = { .sysname = "" };

	uname(&system);
	fprintf(out, "/* Types of %s %s on %s, by: bpfhost types", system.sysname, system.release,
		system.machine);
	for (size_t i = 0; i < types->wanted.count; i++)
		fprintf(out, " %s", types->wanted.each[i].name);
	fputs("\n"
	      " * Goes with <bpfhost/bpf.h>, in front of or behind it. As with any vmlinux.h, not with other headers\n"
	      " * of linux/ or asm/ that define one of these types too: ask bpfhost types for what they have. */\n"
	      "#ifndef ",
	      out);
	ktypes_guard(types, out);
	fputs("#define ", out);
	ktypes_guard(types, out);
	fputc('\n', out);
	if (types->uapi)
		fputs("#if " KTYPES_UAPI_FOUND "\n" KTYPES_UAPI_INCLUDE "\n#endif\n", out);
	fputs("#pragma GCC diagnostic push\n"
	      "#ifdef __clang__\n"
	      "#pragma GCC diagnostic ignored \"-Wpragma-clang-attribute\"\n"
	      "#pragma GCC diagnostic ignored \"-Wignored-attributes\"\n"
	      "#else\n"
	      "#pragma GCC diagnostic ignored \"-Wattributes\"\n"
	      "#endif\n" KTYPES_CORE
	      "#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)\n"
	      "#endif\n\n",
	      out);
	if (ktypes_has_wide(types))
		fputs("#define wchar_t kernel_wchar_t\n\n", out);
}

void ktypes_end(const struct ktypes *types, FILE *out)
{
	if (ktypes_has_wide(types))
		fputs("#undef wchar_t\n\n", out);
	fputs(KTYPES_CORE "#pragma clang attribute pop\n"
			  "#endif\n"
			  "#pragma GCC diagnostic pop\n\n"
			  "#endif\n",
	      out);
}
