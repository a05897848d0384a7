/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * JSON lines: one object a line, valid JSON and UTF-8 whatever bytes were traced.
 *
 *	{"time":"2026-01-02T03:04:05.000000006Z","kind":"event","instance":"pg","plugin":"usdt",
 *	 "event":"python:gc__start","cpu":0,"pid":41,"tid":41,"uid":0,"comm":"python3",
 *	 "cgroup":"/system.slice/docker-ID.scope","container":"ID",
 *	 "data":{"generation":2},"truncated":["path"],"bytes_replaced":["comm"]}
 */
#ifndef SINK_JSON_H
#define SINK_JSON_H

#include "encoder.h"

extern const struct sink_encoder json_encoder; /* its clock runs in UTC */

#endif
