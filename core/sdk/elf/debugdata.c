/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * .gnu_debugdata ("MiniDebugInfo" in gdb's manual) is an ELF file compressed by xz, whose .symtab
 * has the functions that .dynsym has not. How much comes out is not said in front, so it is read
 * into memory that doubles up to a limit.
 */
#include "symbols_internal.h"

#include <errno.h>
#include <lzma.h>
#include <stdlib.h>

#define OUTPUT_MAX (128U << 20)
#define MEMORY_MAX (128U << 20) /* what the decoder itself may use */

struct output {
	uint8_t *data;
	size_t size;
};

static int grow(struct output *output, lzma_stream *stream)
{
	size_t size = output->size ? output->size * 2 : 64 << 10;
	uint8_t *grown;

	if (size > OUTPUT_MAX)
		return -EFBIG;
	grown = realloc(output->data, size);
	if (!grown)
		return -ENOMEM;
	stream->next_out = grown + stream->total_out;
	stream->avail_out = size - stream->total_out;
	output->data = grown;
	output->size = size;
	return 0;
}

static int decode(lzma_stream *stream, struct output *output)
{
	lzma_ret result = lzma_stream_decoder(stream, MEMORY_MAX, 0);

	while (result == LZMA_OK) {
		int ret = stream->avail_out ? 0 : grow(output, stream);

		if (ret)
			return ret;
		result = lzma_code(stream, LZMA_FINISH);
	}
	if (result == LZMA_MEM_ERROR)
		return -ENOMEM;
	if (result == LZMA_MEMLIMIT_ERROR)
		return -EFBIG;
	return result == LZMA_STREAM_END ? 0 : -ENOEXEC;
}

int symbols_load_debugdata(const struct bpfhost_elf *elf, void **ret_data, size_t *ret_size)
{
	const struct elf_file_section *section = elf_file_find(elf, ".gnu_debugdata");
	lzma_stream stream = LZMA_STREAM_INIT;
	struct output output = { 0 };
	void *packed = NULL;
	size_t size;
	int ret;

	if (!section)
		return -ENOENT;
	ret = elf_file_load(elf, section, &packed, &size);
	if (ret)
		return ret;
	stream.next_in = packed;
	stream.avail_in = size;
	ret = decode(&stream, &output);
	*ret_size = ret ? *ret_size : stream.total_out;
	lzma_end(&stream);
	free(packed);
	if (ret)
		free(output.data);
	else
		*ret_data = output.data;
	return ret;
}
