/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * An ELF file is read by pread into memory of our own and never mapped: of a mapping, what another
 * process cuts off while we look at it becomes SIGBUS. Only the headers are read when it is opened,
 * then each section that is asked for.
 */
#include "file_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int64_t bpfhost_elf_read(const struct bpfhost_elf *elf, uint64_t offset, void *buffer, size_t size)
{
	size_t done = 0;

	if (offset >= elf->size)
		return 0;
	if (size > elf->size - offset)
		size = elf->size - offset;
	if (elf->memory) {
		memcpy(buffer, elf->memory + offset, size);
		return (int64_t)size;
	}
	while (done < size) {
		ssize_t got =
			pread(elf->fd, (char *)buffer + done, size - done, (off_t)(offset + done));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (!got)
			break;
		done += (size_t)got;
	}
	return (int64_t)done;
}

int elf_file_read_exact(const struct bpfhost_elf *elf, uint64_t offset, void *buffer, size_t size)
{
	int64_t got = bpfhost_elf_read(elf, offset, buffer, size);

	if (got < 0)
		return (int)got;
	return (uint64_t)got == size ? 0 : -ENOEXEC;
}

int elf_file_read_alloc(const struct bpfhost_elf *elf, uint64_t offset, uint64_t size, uint64_t max,
			void **ret_data)
{
	char *data;
	int ret;

	/* Nothing is allocated for what the file does not have. */
	if (offset > elf->size || size > elf->size - offset)
		return -ENOEXEC;
	if (size > max)
		return -EFBIG;
	data = malloc(size + 1);
	if (!data)
		return -ENOMEM;
	ret = elf_file_read_exact(elf, offset, data, size);
	if (ret) {
		free(data);
		return ret;
	}
	data[size] = '\0';
	*ret_data = data;
	return 0;
}

static int keep_file(int fd, struct bpfhost_elf *elf, struct bpfhost_error *err)
{
	struct stat stat;
	int ret;

	if (fstat(fd, &stat)) {
		ret = -errno;
		bpfhost_error_set(err, 0, "failed to look at it: %s", strerror(-ret));
		return ret;
	}
	if (!S_ISREG(stat.st_mode)) {
		bpfhost_error_set(err, 0, "it is not a regular file");
		return -EINVAL;
	}
	elf->size = (uint64_t)stat.st_size;
	elf->fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	if (elf->fd >= 0)
		return 0;
	ret = -errno;
	bpfhost_error_set(err, 0, "failed to keep it open: %s", strerror(-ret));
	return ret;
}

/* Where ret is 0, reads what is always read; else takes back what there is. */
static int finish_open(int ret, struct bpfhost_elf *elf, struct bpfhost_elf **ret_elf,
		       struct bpfhost_error *err)
{
	if (!ret)
		ret = elf_file_read_headers(elf, err);
	if (ret) {
		bpfhost_elf_close(elf);
		return ret;
	}
	elf_file_read_notes(elf);
	*ret_elf = elf;
	return 0;
}

static struct bpfhost_elf *new_elf(struct bpfhost_error *err)
{
	struct bpfhost_elf *elf = calloc(1, sizeof(*elf));

	if (elf)
		elf->fd = -1;
	else
		bpfhost_error_set(err, 0, "no memory is left for it");
	return elf;
}

int bpfhost_elf_open(int fd, struct bpfhost_elf **ret_elf, struct bpfhost_error *err)
{
	struct bpfhost_elf *elf = new_elf(err);

	return elf ? finish_open(keep_file(fd, elf, err), elf, ret_elf, err) : -ENOMEM;
}

int elf_file_open_memory(const void *data, size_t size, struct bpfhost_elf **ret_elf,
			 struct bpfhost_error *err)
{
	struct bpfhost_elf *elf = new_elf(err);

	if (!elf)
		return -ENOMEM;
	elf->memory = data;
	elf->size = size;
	return finish_open(0, elf, ret_elf, err);
}

void bpfhost_elf_close(struct bpfhost_elf *elf)
{
	if (!elf)
		return;
	for (size_t i = 0; i < elf->section_count; i++)
		free(elf->sections[i].data);
	free(elf->sections);
	free(elf->segments);
	free(elf->names);
	if (elf->fd >= 0)
		close(elf->fd);
	free(elf);
}

const struct bpfhost_elf_info *bpfhost_elf_info(const struct bpfhost_elf *elf)
{
	return &elf->info;
}

/* The last segment that begins at or below address. */
static const struct elf_file_segment *find_segment(const struct bpfhost_elf *elf, uint64_t address)
{
	size_t low = 0, high = elf->load_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (elf->segments[middle].address <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? &elf->segments[low - 1] : NULL;
}

int bpfhost_elf_offset(const struct bpfhost_elf *elf, uint64_t address, uint64_t *ret_offset)
{
	const struct elf_file_segment *segment = find_segment(elf, address);

	if (!segment || address - segment->address >= segment->file_size)
		return -ERANGE;
	*ret_offset = segment->offset + (address - segment->address);
	return 0;
}

bool elf_file_is_loaded(const struct bpfhost_elf *elf, uint64_t address)
{
	const struct elf_file_segment *segment = find_segment(elf, address);

	return segment && address - segment->address < segment->memory_size;
}

/* A page that two segments share is in both; the executable one is meant. */
static const struct elf_file_segment *segment_of_offset(const struct bpfhost_elf *elf,
							uint64_t offset)
{
	const struct elf_file_segment *found = NULL;

	for (size_t i = 0; i < elf->load_count; i++) {
		const struct elf_file_segment *segment = &elf->segments[i];

		if (offset < segment->offset || offset - segment->offset >= segment->file_size)
			continue;
		if (segment->flags & PF_X)
			return segment;
		if (!found)
			found = segment;
	}
	return found;
}

int bpfhost_elf_address(const struct bpfhost_elf *elf, uint64_t offset, uint64_t *ret_address)
{
	const struct elf_file_segment *segment = segment_of_offset(elf, offset);

	if (!segment)
		return -ERANGE;
	*ret_address = segment->address + (offset - segment->offset);
	return 0;
}

bool bpfhost_elf_is_code(const struct bpfhost_elf *elf, uint64_t offset)
{
	const struct elf_file_segment *segment = segment_of_offset(elf, offset);

	return segment && (segment->flags & PF_X);
}
