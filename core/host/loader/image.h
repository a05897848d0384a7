/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef BPFHOST_HOST_IMAGE_H
#define BPFHOST_HOST_IMAGE_H

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
 * bytes are not in the file, -EINVAL when they are not NULL and point to nothing in this file.
 */
int image_pointer(const struct image *image, uint64_t address, uint64_t *ret_target);

/* The address and size of a defined symbol that others can see, -ENOENT. */
int image_symbol(const struct image *image, const char *name, uint64_t *ret_address,
		 uint64_t *ret_size);
/* The content of the first note with this name and type, -ENOENT. */
int image_note(const struct image *image, const char *name, uint32_t type, const void **ret_bytes,
	       uint32_t *ret_size);
/* The section with this name: its bytes and its address, -ENOENT. */
int image_section(const struct image *image, const char *name, const void **ret_bytes,
		  uint64_t *ret_size, uint64_t *ret_address);

/* The nth library that the file needs, NULL behind the last. */
const char *image_needed(const struct image *image, size_t n);
/*
 * Whether every RPATH and RUNPATH entry is an absolute folder that only root can write: 0 or
 * -EPERM. $ORIGIN and other $... are refused: the file runs from a place without a folder.
 */
int image_check_paths(const struct image *image, struct bpfhost_error *err);

#endif
