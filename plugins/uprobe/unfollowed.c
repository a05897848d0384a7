/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * To see a return, the kernel puts an address of its own in place of the caller's on the stack. So it must be the
 * caller's that lies there, the function must return to it once, and must not look at it:
 *
 * - setjmp() and getcontext() keep it, and the program comes back to it when the kernel has forgotten it: it is
 *   killed.
 * - swapcontext() and the like leave the stack that it lies on.
 * - _start finds the number of arguments in its place, the resolver of the dynamic loader what it is to resolve, the
 *   end of a signal handler the registers to go back to.
 * - dlopen() and dlsym() look up who called, for its RUNPATH and RTLD_NEXT.
 * - The unwinder begins with its own callers: that is the end of a thread, too (pthread_exit(), pthread_cancel()).
 *
 * They are known by their names only.
 */
#include "unfollowed.h"

#include <errno.h>
#include <fnmatch.h>
#include <string.h>

#define TWICE    "it returns twice"
#define STACKS   "it changes to another stack"
#define UNCALLED "it is not entered by a call"
#define CALLER   "it looks at who called it"

struct unfollowed {
	const char *pattern;
	const char *why;
};

/* Of C libraries, libunwind and Boost's contexts. Any underscores may stand before the first ones. */
static const struct unfollowed with_any_underscores[] = {
	{ "setjmp", TWICE },          { "sigsetjmp", TWICE },        { "sigsetjmp_cancel", TWICE },
	{ "savectx", TWICE },         { "*getcontext", TWICE },      { "*swapcontext", STACKS },
	{ "*setcontext", STACKS },    { "start_context", UNCALLED }, { "jump_fcontext", STACKS },
	{ "ontop_fcontext", STACKS }, { "dlopen", CALLER },          { "dlmopen", CALLER },
	{ "dlsym", CALLER },          { "dlvsym", CALLER },
};

/* Of C libraries and GCC's unwinder. */
static const struct unfollowed exact[] = {
	{ "_start", UNCALLED },
	{ "_dl_start_user", UNCALLED },
	{ "_dl_runtime_resolve*", UNCALLED },
	{ "_dl_runtime_profile*", UNCALLED },
	{ "__restore", UNCALLED },
	{ "__restore_rt", UNCALLED },
	{ "_Unwind_*", CALLER },
	{ "uw_init_context*", CALLER },
};

static const char *unfollowed_find(const struct unfollowed *items, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (!fnmatch(items[i].pattern, name, 0))
			return items[i].why;
	return NULL;
}

const char *uprobe_unfollowed_why(const char *name)
{
	const char *why;

	/* glibc's debug symbols have some under a name for its own use alone. */
	if (!strncmp(name, "__GI_", 5))
		name += 5;
	why = unfollowed_find(exact, sizeof(exact) / sizeof(exact[0]), name);

	return why
		       ?: unfollowed_find(with_any_underscores,
					  sizeof(with_any_underscores) /
						  sizeof(with_any_underscores[0]),
					  name + strspn(name, "_"));
}

int uprobe_unfollowed_drop(struct uprobe_places *places, bool is_glob, struct bpfhost_error *err)
{
	const char *why = NULL, *name = NULL;
	uint32_t kept = 0;

	for (uint32_t i = 0; i < places->count; i++) {
		const struct uprobe_place *place = &places->items[i];
		const char *bad = place->name ? uprobe_unfollowed_why(place->name) : NULL;

		if (bad) {
			why = bad;
			name = place->name;
		} else {
			places->items[kept++] = *place;
		}
	}
	places->unfollowed = places->count - kept;
	if (!why || (is_glob && kept)) {
		places->count = kept;
		return 0;
	}
	bpfhost_error_set(
		err, 0,
		"%.128s cannot be followed to its return, for %s: the program would go on "
		"wrongly or be killed; leave out the \"->\", or set force to risk it",
		name, why);
	return -ENOTSUP;
}
