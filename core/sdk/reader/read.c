/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "read.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../elf/ifunc_internal.h"
#include "../elf/symbols_internal.h"

/* Of a file that nobody named, more take so long to read that whoever waits for events would notice. */
#define FOUND_SYMBOLS_MAX 250000U
#define FOUND_BYTES_MAX   (64U << 20)

static struct reader_read *read_of(const struct bpfhost_read *shown)
{
	return (struct reader_read *)shown;
}

int reader_read_open(struct reader_read *read, int fd, struct bpfhost_error *err)
{
	read->fd = fd;
	read->debug_fd = -1;
	read->shown.path = read->path;
	return bpfhost_elf_open(fd, &read->shown.elf, err);
}

void reader_read_close(struct reader_read *read)
{
	bpfhost_usdt_free(read->usdt);
	bpfhost_dwarf_close(read->dwarf);
	bpfhost_symbols_free(read->symbols);
	bpfhost_elf_close(read->debug);
	bpfhost_elf_close(read->shown.elf);
	if (read->debug_fd >= 0)
		close(read->debug_fd);
	close(read->fd);
	free(read->symbols_note);
	free(read->debug_path);
	free(read->path);
	free(read);
}

/* ---- symbols -------------------------------------------------------------------------------------- */

/* The file's own symbols are enough where it has no other; so a failure here is none. */
bool reader_read_debug(struct reader_read *read)
{
	char path[PATH_MAX];
	struct bpfhost_error why = { 0 };

	if (read->debug_was_sought)
		return read->debug;
	read->debug_was_sought = true;
	if (debug_find(read->shown.elf, read->open, read->ctx, &read->debug_wanted, &read->debug_fd,
		       path, &why))
		return false;
	if (!bpfhost_elf_open(read->debug_fd, &read->debug, &why))
		read->debug_path = strdup(path);
	read->shown.debug_path = read->debug_path;
	return read->debug;
}

static int read_check_symbols(const struct reader_read *read, struct bpfhost_error *why)
{
	struct symbols_weight weight = symbols_weigh(read->shown.elf, read->debug);

	if (!read->is_found ||
	    (weight.count <= FOUND_SYMBOLS_MAX && weight.bytes <= FOUND_BYTES_MAX))
		return 0;
	bpfhost_error_set(why, 0, "there are too many to be read unasked");
	return -E2BIG;
}

static void read_take_symbols(struct reader_read *read)
{
	struct bpfhost_error why = { 0 };

	if (!read->is_found) /* whose checksum may be one over gigabytes */
		reader_read_debug(read);
	read->symbols_error = read_check_symbols(read, &why);
	if (!read->symbols_error)
		read->symbols_error =
			bpfhost_symbols_read(read->shown.elf, read->debug, &read->symbols, &why);
	if (why.text[0])
		read->symbols_note = strdup(why.text);
}

int bpfhost_read_symbols(struct bpfhost_read *shown, struct bpfhost_symbols **ret_symbols,
			 struct bpfhost_error *err)
{
	struct reader_read *read = read_of(shown);

	if (!read->symbols && !read->symbols_error)
		read_take_symbols(read);
	if (read->symbols_error) {
		bpfhost_error_set(err, 0, "the symbols of %s: %s", shown->path,
				  read->symbols_note ?: strerror(-read->symbols_error));
		return read->symbols_error;
	}
	*ret_symbols = read->symbols;
	return 0;
}

int bpfhost_read_ifunc(const struct bpfhost_read *shown, const struct bpfhost_symbol *symbol,
		       uint64_t *ret_offset, struct bpfhost_error *err)
{
	return ifunc_resolve(bpfhost_elf_info(shown->elf), read_of(shown)->loaded, symbol,
			     ret_offset, err);
}

/* ---- probes and parameters ------------------------------------------------------------------------ */

/* A stripped file has it in its debug file, which is looked for with the symbols. */
struct bpfhost_dwarf *bpfhost_read_dwarf(struct bpfhost_read *shown)
{
	struct reader_read *read = read_of(shown);
	struct bpfhost_symbols *symbols;

	if (read->dwarf_was_read)
		return read->dwarf;
	read->dwarf_was_read = true;
	if (!bpfhost_dwarf_open(read->fd, &read->dwarf, NULL))
		return read->dwarf;
	(void)bpfhost_read_symbols(shown, &symbols, NULL);
	if (read->debug_fd >= 0)
		(void)bpfhost_dwarf_open(read->debug_fd, &read->dwarf, NULL);
	return read->dwarf;
}

int bpfhost_read_usdt(struct bpfhost_read *shown, const struct bpfhost_usdt **ret_usdt,
		      struct bpfhost_error *err)
{
	struct reader_read *read = read_of(shown);
	int ret = read->usdt ? 0 : bpfhost_usdt_read(shown->elf, &read->usdt, err);

	if (!ret)
		*ret_usdt = read->usdt;
	return ret;
}
