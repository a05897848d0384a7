/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "reload.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "list.h"

struct kept {
	char *names;
	size_t size;
};

static void note_kept(struct kept *kept, bool differs, const char *name)
{
	size_t used = strlen(kept->names);

	if (differs)
		snprintf(kept->names + used, kept->size - used, "%s%s", used ? ", " : "", name);
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static int keep_text(char **fresh, const char *old)
{
	char *copy = old ? strdup(old) : NULL;

	if (old && !copy)
		return -ENOMEM;
	free(*fresh);
	*fresh = copy;
	return 0;
}

static void note_all(struct kept *kept, const struct config *fresh, const struct config *old)
{
	note_kept(kept, !same_text(fresh->output, old->output), "output");
	note_kept(kept, !same_text(fresh->control, old->control), "control");
	note_kept(kept, !same_text(fresh->filter.text, old->filter.text), "filter");
	note_kept(kept, fresh->format != old->format, "format");
	note_kept(kept, fresh->window_ns != old->window_ns, "window");
	note_kept(kept, fresh->count != old->count, "count");
	note_kept(kept, fresh->duration_ns != old->duration_ns, "duration");
	note_kept(kept, fresh->bpf_statistics != old->bpf_statistics, "bpf_statistics");
}

int config_keep_fixed(struct config *fresh, const struct config *old, char *ret_kept, size_t size)
{
	struct kept kept = { .names = ret_kept, .size = size };

	*ret_kept = '\0';
	note_all(&kept, fresh, old);
	fresh->format = old->format;
	fresh->window_ns = old->window_ns;
	fresh->count = old->count;
	fresh->duration_ns = old->duration_ns;
	fresh->bpf_statistics = old->bpf_statistics;
	if (keep_text(&fresh->output, old->output) ||
	    keep_text(&fresh->output_origin, old->output_origin) ||
	    keep_text(&fresh->control, old->control) ||
	    keep_text(&fresh->filter.text, old->filter.text) ||
	    keep_text(&fresh->filter.origin, old->filter.origin))
		return -ENOMEM;
	return 0;
}

bool config_same_for_workers(const struct config *a, const struct config *b)
{
	return a->ring_size == b->ring_size && a->memory_limit == b->memory_limit;
}
