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

/* A run refuses a plugin that does not say what its programs change. */
static void look_changes(const struct descriptor *descriptor, const void *object,
			 struct report *report)
{
	const char *const what = "says what it changes";
	struct bpfhost_error why = { .text = "" };
	uint64_t used = 0;

	if (changes_read(object, descriptor->object_size, &used))
		report_line(report, REPORT_ERROR, what, "its BPF object is none");
	else if (changes_check(used, descriptor->needs, CHANGES_ALL, &why))
		report_line(report, REPORT_ERROR, what, why.text);
	else
		report_line(report, REPORT_OK, what, NULL);
}

static void look_object(const struct descriptor *descriptor, const void *bytes,
			struct report *report)
{
	const char *const what = "has a readable BPF object";
	struct object_report object = { 0 };
	struct bpfhost_error why = { .text = "" };

	if (object_read(descriptor->name, bytes, descriptor->object_size, &object, &why))
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
	const void *object;

	look_descriptor(descriptor, report);
	look_options(descriptor, report);
	if (!descriptor->object_size)
		return;
	object = image_bytes(plugin->image, descriptor->object_offset, descriptor->object_size);
	look_object(descriptor, object, report);
	look_changes(descriptor, object, report);
}
