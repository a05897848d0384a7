/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "twice.h"

#include <errno.h>
#include <string.h>

/* vfork() is not among them: the kernel sees to its child, which goes where the caller's address leads. */
static const char *const twice_names[] = {
	/* that keep it: C libraries', and Boost's */
	"setjmp",
	"_setjmp",
	"__setjmp",
	"sigsetjmp",
	"__sigsetjmp",
	"getcontext",
	"__getcontext",
	"swapcontext",
	"__swapcontext",
	"jump_fcontext",
	"ontop_fcontext",
	/* that have none */
	"_start",
	"__restore_rt",
	"__start_context",
	NULL,
};

/* glibc's, for calls that do not leave it; its .symtab has them beside the others. */
#define TWICE_HIDDEN "__GI_"
/* What finds a function at its first call, and then goes to it: other things lie above the caller's address. */
#define TWICE_FINDS "_dl_runtime_"

static bool twice_is(const struct uprobe_place *place)
{
	const char *own = place->name ?: "";

	if (!strncmp(own, TWICE_HIDDEN, strlen(TWICE_HIDDEN)))
		own += strlen(TWICE_HIDDEN);
	if (!strncmp(own, TWICE_FINDS, strlen(TWICE_FINDS)))
		return true;
	for (const char *const *name = twice_names; *name; name++)
		if (!strcmp(own, *name))
			return true;
	return false;
}

int uprobe_twice_leave_out(struct uprobe_places *places, bool glob, struct bpfhost_error *err)
{
	const char *name = NULL;
	uint32_t kept = 0;

	for (uint32_t i = 0; i < places->count; i++) {
		if (twice_is(&places->items[i]))
			name = places->items[i].name;
		else
			places->items[kept++] = places->items[i];
	}
	if (name && (!glob || !kept)) {
		bpfhost_error_set(
			err, 0,
			"%s returns more than once, or to no caller: the program would end where it is "
			"followed to its return, for the kernel puts a return address of its own "
			"there; leave out the \"->\"",
			name);
		return -ENOTSUP;
	}
	places->refused += places->count - kept;
	places->count = kept;
	return 0;
}
