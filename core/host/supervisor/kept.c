/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "supervisor/kept.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/fail.h"
#include "config/reload.h"
#include "supervisor/filter_names.h"
#include "supervisor/stream.h"

static bool kept_differs(const char *fresh, const char *old)
{
	return fresh && !(old && !strcmp(fresh, old));
}

static int kept_take_filter(const struct config_value *filter, struct kept *kept,
			    struct bpfhost_error *err)
{
	int failed = filter_new(filter->text, &kept->filter, err);

	if (failed == -ENOMEM)
		return config_fail_memory(err);
	if (failed)
		return config_fail_option(err, -EINVAL, filter->origin, "filter");
	kept->origin = strdup(filter->origin);
	return kept->origin ? 0 : config_fail_memory(err);
}

int kept_take(const struct supervisor *run, struct config *fresh, struct kept *ret_kept,
	      struct bpfhost_error *err)
{
	const struct config *old = run->config;
	int failed = 0;

	*ret_kept = (struct kept){ 0 };
	if (kept_differs(fresh->filter.text, old->filter.text))
		failed = kept_take_filter(&fresh->filter, ret_kept, err);
	if (!failed && kept_differs(fresh->output, old->output) &&
	    stream_check_output(fresh->output, err))
		failed = config_fail_option(err, -EINVAL, fresh->output_origin, "output");
	if (!failed && config_keep_fixed(fresh, old, ret_kept->names, sizeof(ret_kept->names)))
		failed = config_fail_memory(err);
	return failed;
}

int kept_check_names(const struct supervisor *run, const struct kept *kept,
		     struct bpfhost_error *err)
{
	return kept->filter ? filter_names_check_other(run, kept->filter, kept->origin, err) : 0;
}

/* Each of the names, with something before and behind it. */
static void kept_each(const struct kept *kept, FILE *out, const char *before, const char *between,
		      const char *behind)
{
	for (const char *at = kept->names; *at;) {
		size_t length = strcspn(at, ",");

		fprintf(out, "%s%s%.*s%s", at == kept->names ? "" : between, before, (int)length,
			at, behind);
		at += length + strspn(at + length, ", ");
	}
}

char *kept_tell(const struct kept *kept, enum config_format format)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	if (format == CONFIG_FORMAT_JSON) {
		fputs("{\"restart_needed\":[", out);
		kept_each(kept, out, "\"", ",", "\"");
		fputs("]}\n", out);
	} else {
		kept_each(kept, out, "", "", " changes only when the host is started again\n");
	}
	if (!fclose(out))
		return text;
	free(text);
	return NULL;
}

void kept_free(struct kept *kept)
{
	filter_free(kept->filter);
	free(kept->origin);
	*kept = (struct kept){ 0 };
}
