/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The child that looks at what is new (news_look.h), and those before it that the kernel does not let end. */
#ifndef CONTROL_LOOKER_H
#define CONTROL_LOOKER_H

#include <stdbool.h>

#include "control/child.h"
#include "control/news_look.h"

/* Children that hang, beside the one that works. */
#define LOOKER_STRAYS 2

struct control;

struct looker {
	const struct control *control; /* whose epoll tells of them */
	int fd;                        /* what it says; -1: there is none */
	struct child child;
	bool killed; /* it was, and has not ended yet */
	struct child strays[LOOKER_STRAYS];
};

/* 0 or -errno. Only where there is none. */
int looker_begin(struct looker *looker, struct news_work *work);
/* Whether it has ended; what it has said can still be heard, until looker_leave. */
bool looker_ended(struct looker *looker, int *ret_status);
void looker_leave(struct looker *looker);
/* Kills it and leaves it alone. False: too many are left alone already, so it is the one still. */
bool looker_drop(struct looker *looker);
/* Whether one of those that were left alone has ended. */
bool looker_strays_ended(struct looker *looker);
/* For the end of the run: what hangs is init's to wait for. */
void looker_close(struct looker *looker);

#endif
