/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef MINIMAL_H
#define MINIMAL_H

#define MINIMAL_RING_SIZE (16 << 20) /* the default of bpfhost */

#endif
