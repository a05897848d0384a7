/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef TRACEPOINT_TRACEFS_H
#define TRACEPOINT_TRACEFS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Files of tracefs. @root is always the folder where tracefs is mounted ("/sys/kernel/tracing"),
 * so that any folder of the same shape will do.
 */

#define TRACEPOINT_ROOT_SIZE 4096
#define TRACEPOINT_NAME_MAX  127 /* longest category or event name */

/*
 * Find where tracefs is mounted; mounting it is the host's. *@ret_root gets its path. Returns 0;
 * -ENOENT when it is mounted nowhere; or what reading /proc/self/mountinfo says.
 */
int tracepoint_tracefs_find(char ret_root[TRACEPOINT_ROOT_SIZE]);

/*
 * The first mount of type tracefs in @text, which is laid out as /proc/self/mountinfo (proc(5)).
 * Returns 0 or -ENOENT.
 */
int tracepoint_tracefs_from_mountinfo(const char *text, char ret_root[TRACEPOINT_ROOT_SIZE]);

/* Letters, digits and "_-.", at most TRACEPOINT_NAME_MAX, and not starting with a dot. */
bool tracepoint_name_is_valid(const char *name);

/*
 * Read one event's format file. *@ret_text is the caller's to free and has a NUL after @ret_len
 * bytes. Returns 0; -EINVAL for a name that can be none; -ENOENT for an unknown event; -EFBIG for
 * more than 1 MiB; or what open and read say (-EACCES).
 */
int tracepoint_tracefs_read_format(const char *root, const char *category, const char *name,
				   char **ret_text, size_t *ret_len);

/* Takes one event; 0 goes on, anything else ends the enumeration with that result. */
typedef int (*tracepoint_event_fn)(const char *category, const char *name, void *context);

/*
 * Call @fn for each event that matches both globs ("*", "?" and "[a-z]"), sorted by category, then
 * by name, both by their bytes. A glob without these signs opens only what it names. Events of
 * category "ftrace" are left out: they are entries of the tracer's own and no tracepoints.
 * Returns 0, also when nothing matched; what @fn returned; or -errno (-EACCES, -ENOENT for no
 * events folder in @root).
 */
int tracepoint_tracefs_each(const char *root, const char *category_glob, const char *name_glob,
			    tracepoint_event_fn fn, void *context);

#endif
