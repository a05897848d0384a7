/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Names of capture files, made of the one that was given. */
#ifndef XDP_CAPTURE_NAME_H
#define XDP_CAPTURE_NAME_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

/*
 * As dumpcap makes them: of "web.pcapng" the third is "web_00003_20260102030405.pcapng", with the local
 * time. 0, or -ENAMETOOLONG.
 */
int capture_name_numbered(const char *name, uint32_t number, time_t when, char *to, size_t size);
/* "web_2.pcapng": what an instance that was started anew writes beside the file of the first one. */
int capture_name_again(const char *name, uint32_t number, char *to, size_t size);

#endif
