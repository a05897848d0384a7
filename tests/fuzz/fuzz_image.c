/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Everything that is read of a plugin's file before any of it runs. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "loader/descriptor.h"
#include "loader/image.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned int fuzz_touch(const struct image *image, const struct descriptor *descriptor)
{
	const unsigned char *object =
		image_bytes(image, descriptor->object_offset, descriptor->object_size);
	unsigned int sum = 0;

	for (uint64_t i = 0; i < descriptor->object_size; i++)
		sum += object[i];
	for (size_t i = 0; i < descriptor->option_count; i++)
		sum += (unsigned int)strlen(descriptor->options[i].help);
	for (size_t i = 0; image_needed(image, i); i++)
		sum += (unsigned int)strlen(image_needed(image, i));
	return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct descriptor *descriptor = NULL;
	struct image *image = NULL;
	struct bpfhost_error err;
	volatile unsigned int sum = 0;

	if (image_open_bytes(data, size, &image, &err))
		return 0;
	image_check_paths(image, &err);
	if (!descriptor_read(image, NULL, &descriptor, &err))
		sum = fuzz_touch(image, descriptor);
	(void)sum;
	descriptor_free(descriptor);
	image_free(image);
	return 0;
}
