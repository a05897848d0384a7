/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * libiberty demangles; this bounds it. A short mangled name can stand for one of gigabytes, as each
 * part may refer to earlier ones twice. libiberty gives its output away piece by piece and has no
 * way to be told to stop, so we jump out of it. That leaks nothing: it keeps no heap memory while it
 * prints, but for the letters of one Rust identifier in punycode, which are never punctuation; we
 * jump out of Rust names at punctuation only, and nothing grows without any.
 */
#include "names_internal.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <demangle.h>

#include <bpfhost/elf.h>

struct output {
	char *buffer;
	size_t size;
	bool is_full;
	bool is_rust;
	jmp_buf stop;
};

static void write_piece(const char *piece, size_t size, void *opaque)
{
	struct output *output = opaque;

	if (size >= NAMES_DEMANGLED_MAX - output->size)
		output->is_full = true;
	if (output->is_full && size && (!output->is_rust || ispunct((unsigned char)*piece)))
		longjmp(output->stop, 1);
	if (output->is_full || !size) /* of nothing, not even the place is given */
		return;
	memcpy(output->buffer + output->size, piece, size);
	output->size += size;
}

static bool is_legacy_hash(const char *text)
{
	return !strncmp(text, "17h", 3) && strspn(text + 3, "0123456789abcdef") == 16;
}

/* "_ZN...17h0123456789abcdefE", perhaps with a suffix such as ".llvm.123". */
static bool is_legacy_rust(const char *name)
{
	const char *hash = NULL;

	if (strncmp(name, "_ZN", 3))
		return false;
	for (const char *at = strstr(name, "17h"); at; at = strstr(at + 1, "17h"))
		hash = at;
	return hash && is_legacy_hash(hash) && hash[19] == 'E';
}

bool names_is_mangled(const char *name)
{
	return name[0] == '_' && (name[1] == 'Z' || name[1] == 'R' || !strncmp(name, "__Z", 3));
}

static bool demangle_rust(const char *name, enum names_form form, struct output *output)
{
	int options = DMGL_PARAMS | DMGL_ANSI | (form == NAMES_EXACT ? DMGL_VERBOSE : 0);

	output->is_rust = true;
	output->size = 0;
	return rust_demangle_callback(name, options, write_piece, output) && !output->is_full;
}

static bool demangle_cplus(const char *name, enum names_form form, struct output *output)
{
	int options = DMGL_ANSI;

	if (form != NAMES_PLAIN)
		options |= DMGL_PARAMS;
	if (form == NAMES_SIGNATURE)
		options |= DMGL_RET_DROP;

	output->is_rust = false;
	output->size = 0;
	return cplus_demangle_v3_callback(name, options, write_piece, output) && !output->is_full;
}

/* Without parameters libiberty is silent about "_Zf.cold" being but a part of f; with them it says
 * so, in these words. What ThinLTO appends does not make a name another function's. */
static bool append_clone(const char *name, struct output *output)
{
	const char *suffix = strchr(name, '.');
	int size;

	if (!suffix || !strncmp(suffix, ".llvm.", 6))
		return true;
	size = snprintf(output->buffer + output->size, NAMES_DEMANGLED_MAX - output->size,
			" [clone %s]", suffix);
	output->size += (size_t)size;
	return output->size < NAMES_DEMANGLED_MAX;
}

/* Has no local variable that a jump out of the library could leave behind half changed. */
static bool demangle(const char *name, enum names_form form, struct output *output)
{
	if ((name[1] == 'R' || is_legacy_rust(name)) && demangle_rust(name, form, output))
		return true;
	return name[1] != 'R' && demangle_cplus(name, form, output) &&
	       (form != NAMES_PLAIN || append_clone(name, output));
}

bool names_demangle(const char *name, enum names_form form, char *buffer)
{
	struct output output = { .buffer = buffer };

	if (!names_is_mangled(name) || setjmp(output.stop) || !demangle(name, form, &output))
		return false;
	buffer[output.size] = '\0';
	return output.size;
}

char *bpfhost_demangle(const char *name)
{
	char *buffer, *text = NULL;

	if (!names_is_mangled(name))
		return NULL;
	buffer = malloc(NAMES_DEMANGLED_MAX);
	if (buffer && names_demangle(name, NAMES_FULL, buffer))
		text = strdup(buffer);
	free(buffer);
	return text;
}
