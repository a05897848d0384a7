/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "validate/look.h"

#include <string.h>

#include "command/object.h"
#include "loader/changes.h"

static void look_descriptor(const struct descriptor *descriptor, struct report *report)
{
	const char *const what = "describes itself";

	if (!*descriptor->version)
		report_line(report, REPORT_ERROR, what, "it has no version");
	else if (!*descriptor->description)
		report_line(report, REPORT_ERROR, what, "it has no description");
	else if (!*descriptor->license)
		report_line(report, REPORT_WARNING, what, "it has no license");
	else
		report_line(report, REPORT_OK, what, NULL);
}

/* One finding for each option, or one line for all. */
static void look_options(const struct descriptor *descriptor, struct report *report)
{
	const char *const what = "explains its options";
	unsigned int before = report->checks;

	for (size_t i = 0; i < descriptor->option_count; i++) {
		const struct bpfhost_option *option = &descriptor->options[i];

		if (!option->help || !*option->help)
			report_at(report, REPORT_ERROR, what, "option %s has no help",
				  option->name);
		if (option->type == BPFHOST_OPT_PROBE && strcmp(option->name, "probes"))
			report_at(report, REPORT_WARNING, what,
				  "option %s takes probes, so it should be called probes",
				  option->name);
	}
	if (report->checks == before)
		report_line(report, REPORT_OK, what, NULL);
}

static const void *look_bytes(const struct loader_plugin *plugin)
{
	return image_bytes(plugin->image, plugin->descriptor->object_offset,
			   plugin->descriptor->object_size);
}

int look_allows(const struct loader_plugin *plugin, uint64_t allowed, struct bpfhost_error *err)
{
	uint64_t used = 0;
	int ret = 0;

	if (plugin->descriptor->object_size)
		ret = changes_read(look_bytes(plugin), plugin->descriptor->object_size, &used, err);
	return ret ? ret : changes_check(used, plugin->descriptor->needs, allowed, err);
}

static void look_changes(const struct loader_plugin *plugin, struct report *report)
{
	struct bpfhost_error why = { .text = "" };
	int err = look_allows(plugin, CHANGES_ALL, &why);

	report_line(report, err ? REPORT_ERROR : REPORT_OK, "says what it changes",
		    err ? why.text : NULL);
}

static void look_object(const struct loader_plugin *plugin, struct report *report)
{
	const struct descriptor *descriptor = plugin->descriptor;
	const char *const what = "has a readable BPF object";
	struct object_report object = { 0 };
	struct bpfhost_error why = { .text = "" };

	if (object_read(descriptor->name, look_bytes(plugin), descriptor->object_size, &object,
			&why))
		report_line(report, REPORT_ERROR, what, why.text);
	else if (object.failure[0])
		report_line(report, REPORT_ERROR, what, object.failure);
	else
		report_line(report, REPORT_OK, what, NULL);
	object_free(&object);
}

void look_at(const struct loader_plugin *plugin, struct report *report)
{
	const struct descriptor *descriptor = plugin->descriptor;

	look_descriptor(descriptor, report);
	look_options(descriptor, report);
	if (!descriptor->object_size)
		return;
	look_object(plugin, report);
	look_changes(plugin, report);
}
