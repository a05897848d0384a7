/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <stdio.h>

#include <bpfhost/error.h>

void bpfhost_error_vset(struct bpfhost_error *err, uint32_t offset, const char *format,
			va_list args)
{
	if (!err)
		return;
	err->offset = offset;
	if (vsnprintf(err->text, sizeof(err->text), format, args) < 0)
		err->text[0] = '\0';
	for (char *at = err->text; *at; at++)
		if ((unsigned char)*at < ' ' || *at == 0x7f)
			*at = '?';
}

void bpfhost_error_set(struct bpfhost_error *err, uint32_t offset, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	bpfhost_error_vset(err, offset, format, args);
	va_end(args);
}
