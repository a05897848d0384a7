/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What to say of a name that no interface has. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpfhost/nearest.h>

#include "interfaces.h"

#define MISSING_LISTED 20

static const char *missing_nearest(const char *wish, const struct xdp_devices *devices)
{
	const char **names = calloc(devices->count + 1, sizeof(*names)), *nearest = NULL;

	for (uint32_t i = 0; names && i < devices->count; i++)
		names[i] = devices->items[i].name;
	if (names)
		nearest = bpfhost_nearest(wish, names, devices->count);
	free(names);
	return nearest;
}

static void missing_list(FILE *out, const struct xdp_devices *devices, const char *nearest)
{
	if (nearest)
		fprintf(out, "; did you mean %s? There are: ", nearest);
	else
		fputs(devices->count ? "; there are: " : "; there is none at all", out);
	for (uint32_t i = 0; i < devices->count && i < MISSING_LISTED; i++)
		fprintf(out, "%s%s", i ? ", " : "", devices->items[i].name);
	if (devices->count > MISSING_LISTED)
		fprintf(out, " and %u more", devices->count - MISSING_LISTED);
}

void xdp_interfaces_explain(const char *wish, char *text, size_t size)
{
	FILE *out = fmemopen(text, size, "w");
	struct xdp_devices devices = { 0 };
	const char *nearest;

	text[0] = '\0';
	if (!out)
		return;
	if (xdp_devices_read(&devices) == 0) {
		nearest = missing_nearest(wish, &devices);
		fputs(strpbrk(wish, "*?[") ? "no interface matches it"
					   : "there is no such interface",
		      out);
		missing_list(out, &devices, nearest);
	}
	xdp_devices_free(&devices);
	fclose(out);
	text[size - 1] = '\0';
}
