/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Lines for people:
 *
 *	15:04:05.123456 hello/exec                 bash[4711]               fd=7 path="/tmp/a b"
 *	15:04:05.123457 -- 128 events lost here (ring) hello cpu 1
 *
 * Whatever a traced program wrote stays one line of printable characters: control characters, bytes
 * that are not UTF-8 and marks that turn the direction of writing are shown escaped.
 */
#ifndef SINK_TEXT_H
#define SINK_TEXT_H

#include "encoder.h"

extern const struct sink_encoder text_encoder;       /* its clock runs in local time */
extern const struct sink_encoder text_color_encoder; /* the same with colours of a terminal */

#endif
