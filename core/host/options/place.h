/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef BPFHOST_HOST_OPTIONS_PLACE_H
#define BPFHOST_HOST_OPTIONS_PLACE_H

#include "config/config.h"

/*
 * Where stands what a plugin complains of, as "file.conf:12" or "argument 3": a plugin is given values without
 * places. text is its sentence, as the SDK's bpfhost_fail_probe and those of "option KEY: ..." write it: the longest
 * value of the instance's settings that it quotes, or that option. NULL: of no setting. The instance's own.
 */
const char *options_place(const struct config_instance *instance, const char *text);
/* The same of a probe, by the name that the plugin gives it: the value itself, or one that quotes it. */
const char *options_place_probe(const struct config_instance *instance, const char *probe);

#endif
