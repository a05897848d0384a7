/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef SDK_ELF_NAMES_INTERNAL_H
#define SDK_ELF_NAMES_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes of the longest demangled name, with its 0. */
#define NAMES_DEMANGLED_MAX (64U << 10)

enum names_form {
	NAMES_FULL,      /* with parameters; what a person is shown */
	NAMES_SIGNATURE, /* without the type that is returned */
	NAMES_PLAIN,     /* without parameters and without the type that is returned */
	NAMES_EXACT,     /* as FULL, for Rust with the hash, which tells instances apart */
};

/* Whether a name may be mangled at all: a cheap look. */
bool names_is_mangled(const char *name);

/* demangle.c: into a buffer of NAMES_DEMANGLED_MAX bytes. False: not mangled, or too long. */
bool names_demangle(const char *name, enum names_form form, char *buffer);

/* glob.c: whether all of text is meant by pattern, with * and ?. Blanks count in neither, as people
 * set them in "f(int, char *)" where they like. */
bool names_glob(const char *pattern, const char *text);

/*
 * bare.c: takes template arguments and ABI tags out of a demangled name, in place, but for those in
 * its parameters: "ns::list<int>::push[abi:v2]<char>(set<int>)" becomes "ns::list::push(set<int>)".
 */
void names_make_bare(char *name);

#endif
