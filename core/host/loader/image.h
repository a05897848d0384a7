/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef BPFHOST_HOST_IMAGE_H
#define BPFHOST_HOST_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <bpfhost/error.h>

/*
 * An ELF shared object as it would lie in memory, read without loading it. Addresses are the file's
 * own (load address 0). What the functions give points into the image and lives as long as it; no
 * input makes them read outside of it. Errors have a sentence in err, without the path.
 */
struct image;

/* Maps the whole of a sealed memfd, which stays the caller's. -ENOEXEC for what is no such file. */
int image_open(int fd, struct image **ret_image, struct bpfhost_error *err);
/* The same over bytes that the caller keeps in place. */
int image_open_bytes(const void *bytes, size_t size, struct image **ret_image,
		     struct bpfhost_error *err);
void image_free(struct image *image);

/* size bytes at an address, NULL when any of them is not in the file. Not aligned for any type. */
const void *image_read(const struct image *image, uint64_t address, uint64_t size);
/* The string at an address, NULL when it has more than max bytes, or no end. */
const char *image_string(const struct image *image, uint64_t address, size_t max);
/*
 * The pointer stored at an address, as the loader would leave it: 0 for NULL. -ENOENT when the 8
 * bytes are not in the file, -EXDEV when it will point into another file, -EINVAL when it is not
 * NULL and points to nothing.
 */
int image_pointer(const struct image *image, uint64_t address, uint64_t *ret_target);
/* Whether an address is in a part of the file that may be executed. */
bool image_is_code(const struct image *image, uint64_t address);

/* The address and size of a defined symbol that others can see, -ENOENT. */
int image_symbol(const struct image *image, const char *name, uint64_t *ret_address,
		 uint64_t *ret_size);
/* The content of the first note with this name and type, -ENOENT. */
int image_note(const struct image *image, const char *name, uint32_t type, const void **ret_bytes,
	       uint32_t *ret_size);

/* A section: size bytes at an address in memory and at an offset in the file. */
struct image_section {
	uint64_t address;
	uint64_t offset;
	uint64_t size;
};

/* The first section with this name and bytes in the file, -ENOENT. */
int image_section(const struct image *image, const char *name, struct image_section *ret_section);
/* Bytes by their offset in the file, NULL when they are not all there. */
const void *image_bytes(const struct image *image, uint64_t offset, uint64_t size);

/* The nth library that the file needs, NULL behind the last. */
const char *image_needed(const struct image *image, size_t n);
/*
 * Whether the file brings in no other file but libraries from where only root can write: 0 or
 * -EPERM. Every RPATH and RUNPATH entry must be such a folder; $ORIGIN and other $... are refused
 * (the file runs from memory, which has no folder), so are libraries named by a path, filters and
 * auditors.
 */
int image_check_paths(const struct image *image, struct bpfhost_error *err);

#endif
