/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>

#include "device.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A message of just so many bytes, that reading beyond them is seen. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct xdp_device device = { 0 };
	void *message = malloc(size ? size : 1);

	if (!message)
		return 0;
	memcpy(message, data, size);
	if (!xdp_device_parse(message, size, &device) &&
	    (!device.ifindex || !device.name[0] ||
	     strnlen(device.name, sizeof(device.name)) == sizeof(device.name) ||
	     strnlen(device.kind, sizeof(device.kind)) == sizeof(device.kind)))
		abort();
	free(message);
	return 0;
}
