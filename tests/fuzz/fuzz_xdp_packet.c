/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The parser of the xdp plugin over any bytes, of which the first says how much of the packet lies in its
 * first piece. Two runs must tell the same, whatever the scratch held before; the sanitizers see to the
 * rest, which in the kernel is the verifier's.
 */
#include <stdlib.h>

#include "xdp_native.h"

#include "xdp_corpus.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct xdp_scratch scratches[2];
	char lines[2][CORPUS_LINE];
	uint32_t first;

	if (size < 2 || size > 4096)
		return 0;
	first = (uint32_t)(size - 1) * data[0] / 255;
	for (int i = 0; i < 2; i++) {
		memset(&scratches[i], i ? 0xff : 0, sizeof(scratches[i]));
		if (xdp_native_parse(data + 1, (uint32_t)size - 1, i ? first : (uint32_t)size - 1,
				     &scratches[i]))
			abort();
		corpus_describe(&scratches[i].packet, lines[i]);
	}
	if (strcmp(lines[0], lines[1]) ||
	    strcmp(corpus_error(&scratches[0].packet), corpus_error(&scratches[1].packet)))
		abort();
	return 0;
}
