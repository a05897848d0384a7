/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef BPFHOST_HOST_DESCRIPTOR_H
#define BPFHOST_HOST_DESCRIPTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <bpfhost/error.h>
#include <bpfhost/plugin.h>

#include "loader/image.h"

#define DESCRIPTOR_NAME_MAX    32
#define DESCRIPTOR_OPTIONS_MAX 256
#define DESCRIPTOR_CHOICES_MAX 256

/* Which functions of the vtable are the plugin's own; the others are the SDK's defaults. */
#define DESCRIPTOR_OWN_LOAD   0x1
#define DESCRIPTOR_OWN_ATTACH 0x2
#define DESCRIPTOR_OWN_POLL   0x4
#define DESCRIPTOR_OWN_DETACH 0x8

/*
 * What a plugin says about itself, read from its file, checked and copied: plain data of the host.
 * Texts are UTF-8 without control characters and never NULL, but default_text of an option may be.
 */
struct descriptor {
	uint16_t abi_major;
	uint16_t abi_minor;
	const char *name;
	const char *version;
	const char *description;
	const char *license;

	/* Rows as this host knows them, whatever size the plugin's have; ends with a NULL name. */
	struct bpfhost_option *options;
	size_t option_count;

	uint32_t own_functions; /* DESCRIPTOR_OWN_... */
	uint32_t vtable_size;   /* bytes of the plugin's vtable that may be read, in memory too */
	uint32_t size;          /* the same of its struct bpfhost_plugin */
	bool has_extension;
	uint64_t needs;         /* BPFHOST_NEED_... */
	uint64_t capabilities;  /* bit n is capability n */
	uint64_t object_offset; /* of the BPF object in the file, in bytes */
	uint64_t object_size;   /* 0: the plugin has none */

	struct descriptor_text *texts; /* where the strings live */
};

/*
 * Reads and checks the descriptor of an image. file_name is the file's name without ".so", which
 * the plugin's name must equal; NULL leaves that out. 0, -ENOEXEC for a file that is no plugin,
 * -EPROTO for another ABI, -EINVAL for a bad descriptor, -ENOMEM; with a sentence in err, without
 * the path.
 */
int descriptor_read(const struct image *image, const char *file_name,
		    struct descriptor **ret_descriptor, struct bpfhost_error *err);
void descriptor_free(struct descriptor *descriptor);

/* Whether a text can be a plugin's name: [a-z0-9_-]{1,32}. */
bool descriptor_name_valid(const char *name);
/* The words of needs and capabilities, "late_attach", "net_raw"; NULL for an unknown bit. */
const char *descriptor_need_name(unsigned int bit);
const char *descriptor_capability_name(unsigned int bit);
/* "string", "uint", ...; NULL for what is no type. */
const char *descriptor_type_name(uint32_t type);

#endif
