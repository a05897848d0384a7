/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which probes of a file PROVIDER:NAME or NAME means. */
#ifndef USDT_SELECT_H
#define USDT_SELECT_H

#include <stdbool.h>

#include <bpfhost/probe.h>

#include "files.h"

struct usdt_select {
	const struct bpfhost_probe_part *provider; /* NULL: any */
	const struct bpfhost_probe_part *name;
};

bool usdt_select_is_glob(const struct usdt_select *select);
bool usdt_select_fits(const struct usdt_select *select, const struct bpfhost_usdt_site *site);
/* 0, or -ENOENT (with the nearest), -ENOTUNIQ (several providers) with a sentence. */
int usdt_select_check(const struct usdt_select *select, const struct usdt_file *file,
		      struct bpfhost_error *err);

#endif
