/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef BPFHOST_HOST_NEW_TEMPLATE_H
#define BPFHOST_HOST_NEW_TEMPLATE_H

#include <stddef.h>
#include <stdio.h>

/*
 * The files of templates/KIND/, which are in this program: so a new plugin always fits the SDK that came
 * with it, and nothing has to be found at run time. Each folder there is a plugin called "newname", with
 * "newident" and "NEWIDENT" where C wants an identifier; these three words are replaced.
 */
struct template_file {
	const char *kind; /* the folder */
	const char *name; /* the file */
	const char *text;
	const char *end; /* behind its last byte */
};

/* By kind, those of one kind together; ends with a NULL kind. Made by cmake/embed.cmake. */
extern const struct template_file template_files[];

/* The kinds, each once, in ret_kinds; how many. */
#define TEMPLATE_KINDS_MAX 16
size_t template_kinds(const char *ret_kinds[TEMPLATE_KINDS_MAX]);

/*
 * Writes text for a plugin of this name, which is valid as one. A name may begin with a digit and hold
 * dashes, an identifier may not: "3d-view" is plugin_3d_view there, and so is "bpfhost", whose names are
 * taken. Templates put something behind it, as a name may be one of C's own words.
 */
void template_write(const char *text, size_t size, const char *name, FILE *out);

#endif
