/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Between a request's words and what is asked for, in the form in which the command line has it. */
#ifndef CONTROL_REQUEST_H
#define CONTROL_REQUEST_H

#include "config/config.h"
#include "config/ctl.h"
#include "control/words.h"

/* What a parsed command line of "ctl" asks for, as words of a request. 0 or -ENOMEM. */
int control_request_words(const struct config *config, struct config_texts *ret_words);
/*
 * The other way round, taken as hostile: *config has been set up; its target, words, instances and format
 * are filled. -EINVAL with the argument and what is wrong in err, -ENOMEM.
 */
int control_request_read(const struct control_words *words, struct config *config,
			 const struct ctl_word **ret_command, struct bpfhost_error *err);

#endif
