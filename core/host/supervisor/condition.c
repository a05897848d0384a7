/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "supervisor/condition.h"

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
