/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* How an instance does, as its worker told it: for whoever asks later, when the log has scrolled away. */
#ifndef SUPERVISOR_CONDITION_H
#define SUPERVISOR_CONDITION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Texts kept of probes that could not be attached, and bytes of one; of the others the number is. */
#define CONDITION_MISSED_MAX 64
#define CONDITION_TEXT_MAX   512

struct condition {
	uint32_t attached; /* probes, of so many: */
	uint32_t wanted;
	uint64_t missed_count;
	char *missed[CONDITION_MISSED_MAX];
	char *reason; /* why its worker, the last that it had, failed or crashed; NULL: it did not */
	bool is_misuse;     /* that lies in what it was told, not in how it ran */
	char *last_restart; /* why the worker before this one did; NULL: there was none */
};

/* A probe is missing, for the reason in the text. Without memory only the number is kept. */
void condition_miss(struct condition *condition, const char *text);
void condition_fail(struct condition *condition, const char *text);
/* The same, for it was told what cannot be. */
void condition_refuse(struct condition *condition, const char *text);
/*
 * Why it failed, in one line for whoever does not see the log: the reason, with the first probe that is missing named,
 * and how many others are. "" where there is no reason.
 */
void condition_tell(const struct condition *condition, char *out, size_t size);
/* A new worker begins: of the last one stays only why it had to. */
void condition_renew(struct condition *condition);
void condition_free(struct condition *condition);

#endif
