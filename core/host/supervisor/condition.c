/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "supervisor/condition.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void condition_miss(struct condition *condition, const char *text)
{
	uint64_t at = condition->missed_count++;

	if (at < CONDITION_MISSED_MAX)
		condition->missed[at] = strndup(text, CONDITION_TEXT_MAX);
}

void condition_fail(struct condition *condition, const char *text)
{
	free(condition->reason);
	condition->reason = strndup(text, CONDITION_TEXT_MAX);
	condition->is_misuse = false;
}

void condition_refuse(struct condition *condition, const char *text)
{
	condition_fail(condition, text);
	condition->is_misuse = true;
}

/* Where the reason's end is what is said of the probe too: "failed to attach any of 3 probes: "; 0: nowhere. */
static size_t condition_begin(const char *reason, const char *missed)
{
	size_t whole = strlen(missed);

	for (const char *at = strstr(reason, ": "); at; at = strstr(at + 2, ": ")) {
		size_t size = strlen(at + 2);

		if (size <= whole && !strcmp(missed + whole - size, at + 2))
			return (size_t)(at + 2 - reason);
	}
	return 0;
}

/* Where the option stands is said by both, in front. */
static const char *condition_behind_place(const char *missed, const char *reason)
{
	const char *behind = missed;

	for (size_t i = 0; missed[i] && missed[i] == reason[i]; i++)
		if (missed[i] == ' ' && i && missed[i - 1] == ':')
			behind = missed + i + 1;
	return behind;
}

void condition_tell(const struct condition *condition, char *out, size_t size)
{
	const char *reason = condition->reason ? condition->reason : "";
	const char *missed = condition->missed[0];
	uint64_t others = condition->missed_count - 1;
	size_t begin, used;

	if (!missed || !*reason) {
		snprintf(out, size, "%s", reason);
		return;
	}
	begin = condition_begin(reason, missed);
	used = (size_t)snprintf(out, size, "%.*s%s%s", begin ? (int)begin : -1, reason,
				begin ? "" : "; ", condition_behind_place(missed, reason));
	if (others && used < size)
		snprintf(out + used, size - used, "; and %llu other%s", (unsigned long long)others,
			 others == 1 ? "" : "s");
}

void condition_renew(struct condition *condition)
{
	for (int i = 0; i < CONDITION_MISSED_MAX; i++) {
		free(condition->missed[i]);
		condition->missed[i] = NULL;
	}
	condition->missed_count = condition->attached = condition->wanted = 0;
	if (!condition->reason)
		return;
	free(condition->last_restart);
	condition->last_restart = condition->reason;
	condition->reason = NULL;
	condition->is_misuse = false;
}

void condition_free(struct condition *condition)
{
	condition_renew(condition);
	free(condition->last_restart);
	condition->last_restart = NULL;
}
