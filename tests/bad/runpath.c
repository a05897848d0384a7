/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Looks for its libraries in a folder where anyone may put some. */
#include "plain.h"

BAD_PLUGIN(.name = "runpath");
