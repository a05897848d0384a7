/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef SUPERVISOR_TRACEFS_H
#define SUPERVISOR_TRACEFS_H

struct log;

/*
 * Mounts tracefs where the kernel offers its folder and nobody has mounted it, which is common on
 * small machines. What cannot be mounted is told at debug level: plugins that need it will say so.
 */
void tracefs_ensure(struct log *log);

#endif
