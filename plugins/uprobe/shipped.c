/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The presets of uprobe.d as they were when this was built. */
#include <bpfhost/data.h>

#include "preset.h"

BPFHOST_DATA(uprobe_shipped_mysql, UPROBE_PRESETS "/mysql.preset");

const struct uprobe_preset uprobe_presets[] = {
	{ "mysql", uprobe_shipped_mysql },
	{ NULL, NULL },
};
