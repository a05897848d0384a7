/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The descriptor is read in the order in which it may be believed: the note (is it ours, and of which
 * ABI?), then the ABI and the size that the struct begins with, then what lies within that size. So a
 * plugin of another ABI is told as that, even when everything behind it has moved, and a plugin of an
 * older minor version is read no further than it goes.
 */
#include "loader/descriptor.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>

#include "loader/descriptor_private.h"
#include "loader/descriptor_text.h"

/* What ABI 1.0 had. Later ones are longer, never shorter. */
#define DESCRIPTOR_SIZE_FIRST 136
#define DESCRIPTOR_SIZE_MAX   65536

#define DESCRIPTOR_NEEDS_KNOWN                                                                     \
	(BPFHOST_NEED_LATE_ATTACH | BPFHOST_NEED_LATE_OPEN | BPFHOST_NEED_WRITE_USER |             \
	 BPFHOST_NEED_OVERRIDE | BPFHOST_NEED_SIGNAL | BPFHOST_NEED_NO_TASK_FILTER |               \
	 BPFHOST_NEED_NETLINK)

static int descriptor_check_abi(unsigned int major, unsigned int minor, struct bpfhost_error *err)
{
	if (major == BPFHOST_ABI_MAJOR && minor <= BPFHOST_ABI_MINOR)
		return 0;
	bpfhost_error_set(err, 0, "wanted is plugin ABI %u.0 to %u.%u, found is %u.%u%s",
			  BPFHOST_ABI_MAJOR, BPFHOST_ABI_MAJOR, BPFHOST_ABI_MINOR, major, minor,
			  major == BPFHOST_ABI_MAJOR ? ": this bpfhost is older than the plugin"
						     : "");
	return -EPROTO;
}

static int descriptor_check_note(const struct image *image, uint32_t *ret_abi,
				 struct bpfhost_error *err)
{
	const void *bytes;
	uint32_t size;

	if (image_note(image, BPFHOST_NOTE_NAME, BPFHOST_NOTE_TYPE, &bytes, &size)) {
		bpfhost_error_set(err, 0, "it is no bpfhost plugin: it carries no bpfhost note");
		return -ENOEXEC;
	}
	if (size < sizeof(*ret_abi)) {
		bpfhost_error_set(err, 0, "its bpfhost note has %u bytes, wanted are %zu", size,
				  sizeof(*ret_abi));
		return -ENOEXEC;
	}
	memcpy(ret_abi, bytes, sizeof(*ret_abi));
	return descriptor_check_abi(*ret_abi >> 16, *ret_abi & 0xffff, err);
}

static int descriptor_check_head(struct descriptor_reader *reader,
				 const struct bpfhost_plugin *head, uint32_t abi,
				 uint64_t symbol_size)
{
	struct bpfhost_error *err = reader->err;

	if (((uint32_t)head->abi_major << 16 | head->abi_minor) != abi)
		return descriptor_fail(err, "its note says ABI %u.%u, its descriptor %u.%u",
				       abi >> 16, abi & 0xffff, head->abi_major, head->abi_minor);
	if (head->size < DESCRIPTOR_SIZE_FIRST || head->size > DESCRIPTOR_SIZE_MAX)
		return descriptor_fail(err,
				       "its descriptor says it has %u bytes, wanted are %u to %u",
				       head->size, DESCRIPTOR_SIZE_FIRST, DESCRIPTOR_SIZE_MAX);
	if (symbol_size && symbol_size < head->size)
		return descriptor_fail(err,
				       "its descriptor says it has %u bytes, its symbol has %llu",
				       head->size, (unsigned long long)symbol_size);
	if (!image_read(reader->image, reader->address, head->size))
		return descriptor_fail(err, "its descriptor of %u bytes does not lie in the file",
				       head->size);
	return 0;
}

/* Finds the struct and copies as much of it as both sides know. */
static int descriptor_find(struct descriptor_reader *reader, uint32_t abi)
{
	struct bpfhost_plugin *plugin = &reader->plugin;
	uint64_t size;
	const void *bytes;
	int e;

	if (image_symbol(reader->image, "bpfhost_plugin", &reader->address, &size))
		return descriptor_fail(reader->err, "it exports no bpfhost_plugin");
	bytes = image_read(reader->image, reader->address, DESCRIPTOR_SIZE_FIRST);
	if (!bytes || reader->address % 8)
		return descriptor_fail(reader->err, "its descriptor does not lie in the file");
	memcpy(plugin, bytes, DESCRIPTOR_SIZE_FIRST);
	e = descriptor_check_head(reader, plugin, abi, size);
	if (!e)
		memcpy(plugin, bytes,
		       plugin->size < sizeof(*plugin) ? plugin->size : sizeof(*plugin));
	return e;
}

static int descriptor_read_texts(struct descriptor_reader *reader)
{
	struct descriptor *into = reader->into;
	uint64_t at = reader->address;
	int e;

	e = descriptor_text(reader, at + offsetof(struct bpfhost_plugin, name), "name", 64,
			    &into->name);
	if (!e && !into->name)
		return descriptor_fail(reader->err, "its descriptor has no name");
	if (!e && !descriptor_name_valid(into->name))
		return descriptor_fail(reader->err,
				       "its name \"%s\" is not of 1 to %u of a-z 0-9 _ -",
				       into->name, DESCRIPTOR_NAME_MAX);
	if (!e)
		e = descriptor_text(reader, at + offsetof(struct bpfhost_plugin, version),
				    "version", 64, &into->version);
	if (!e)
		e = descriptor_text(reader, at + offsetof(struct bpfhost_plugin, description),
				    "description", 256, &into->description);
	if (!e)
		e = descriptor_text(reader, at + offsetof(struct bpfhost_plugin, license),
				    "license", 64, &into->license);
	into->version = into->version ? into->version : "";
	into->description = into->description ? into->description : "";
	into->license = into->license ? into->license : "";
	return e;
}

/* A function may be another file's; one of this file must be code. */
static int descriptor_function(struct descriptor_reader *reader, uint64_t address, const char *name,
			       bool *ret_there)
{
	uint64_t target = 0;
	int e = image_pointer(reader->image, address, &target);

	if (e && e != -EXDEV)
		return descriptor_fail(reader->err, "its function %s leads nowhere", name);
	if (!e && target && !image_is_code(reader->image, target))
		return descriptor_fail(reader->err, "its function %s is no code", name);
	*ret_there = e || target;
	return 0;
}

static int descriptor_read_functions(struct descriptor_reader *reader)
{
	static const char *const names[] = { "load", "attach", "poll", "detach" };
	uint64_t vtable = reader->address + offsetof(struct bpfhost_plugin, vtable);
	uint64_t defaults = 0;
	bool there;
	int e;

	if (reader->plugin.vtable_size != sizeof(struct bpfhost_vtable))
		return descriptor_fail(reader->err, "its vtable has %u bytes, wanted are %zu",
				       reader->plugin.vtable_size, sizeof(struct bpfhost_vtable));
	e = image_pointer(reader->image,
			  reader->address + offsetof(struct bpfhost_plugin, defaults), &defaults);
	if ((e && e != -EXDEV) ||
	    (defaults && !image_read(reader->image, defaults, sizeof(struct bpfhost_vtable))))
		return descriptor_fail(reader->err, "its table of defaults leads nowhere");
	for (unsigned int i = 0; i < 4; i++) {
		int failed = descriptor_function(reader, vtable + 8 * i, names[i], &there);

		if (failed)
			return failed;
		if (!there && !e && !defaults)
			return descriptor_fail(reader->err, "it has no function %s and no defaults",
					       names[i]);
		reader->into->own_functions |= there ? 1U << i : 0;
	}
	return descriptor_function(reader,
				   reader->address + offsetof(struct bpfhost_plugin, extension),
				   "extension", &reader->into->has_extension);
}

/* Both ends in its own section, in order; the same address twice, or none, is a plugin without. */
static int descriptor_read_object(struct descriptor_reader *reader)
{
	uint64_t start = 0, end = 0;
	struct image_section section;

	if (image_pointer(reader->image, reader->address + offsetof(struct bpfhost_plugin, object),
			  &start) ||
	    image_pointer(reader->image,
			  reader->address + offsetof(struct bpfhost_plugin, object_end), &end))
		return descriptor_fail(reader->err, "its BPF object leads nowhere");
	if (start == end)
		return 0;
	if (image_section(reader->image, ".bpfhost.bpf", &section))
		return descriptor_fail(reader->err, "it has no section .bpfhost.bpf");
	if (start < section.address || end < start || end - section.address > section.size)
		return descriptor_fail(reader->err,
				       "its BPF object is not in section .bpfhost.bpf");
	if (image_read(reader->image, start, end - start) !=
	    image_bytes(reader->image, section.offset + (start - section.address), end - start))
		return descriptor_fail(reader->err,
				       "its section .bpfhost.bpf is not what is loaded");
	reader->into->object_offset = section.offset + (start - section.address);
	reader->into->object_size = end - start;
	return 0;
}

static int descriptor_check_wishes(struct descriptor_reader *reader)
{
	uint64_t needs = reader->plugin.needs & ~(uint64_t)DESCRIPTOR_NEEDS_KNOWN;
	uint64_t capabilities = reader->plugin.capabilities >> (CAP_LAST_CAP + 1);

	if (needs)
		return descriptor_fail(reader->err,
				       "it needs something unknown: bit %d of its needs",
				       __builtin_ctzll(needs));
	if (capabilities)
		return descriptor_fail(reader->err, "it wants an unknown capability: number %d",
				       __builtin_ctzll(capabilities) + CAP_LAST_CAP + 1);
	return 0;
}

static int descriptor_fill(struct descriptor_reader *reader, const char *file_name)
{
	struct descriptor *into = reader->into;
	int e = descriptor_read_texts(reader);

	if (!e && file_name && strcmp(file_name, into->name))
		return descriptor_fail(reader->err, "its name is \"%s\", so its file must be %s.so",
				       into->name, into->name);
	if (!e)
		e = descriptor_read_functions(reader);
	if (!e)
		e = descriptor_read_options(reader);
	if (!e)
		e = descriptor_read_object(reader);
	if (!e)
		e = descriptor_check_wishes(reader);
	into->abi_major = reader->plugin.abi_major;
	into->abi_minor = reader->plugin.abi_minor;
	into->size = reader->plugin.size;
	into->vtable_size = reader->plugin.vtable_size;
	into->needs = reader->plugin.needs;
	into->capabilities = reader->plugin.capabilities;
	return e;
}

static void descriptor_drop(struct descriptor **pdescriptor)
{
	descriptor_free(*pdescriptor);
}

int descriptor_read(const struct image *image, const char *file_name,
		    struct descriptor **ret_descriptor, struct bpfhost_error *err)
{
	__attribute__((cleanup(descriptor_drop))) struct descriptor *descriptor = NULL;
	struct descriptor_reader reader = { .image = image, .err = err };
	uint32_t abi;
	int e = descriptor_check_note(image, &abi, err);

	if (e)
		return e;
	descriptor = calloc(1, sizeof(*descriptor));
	if (!descriptor)
		return descriptor_no_memory(err);
	reader.into = descriptor;
	e = descriptor_find(&reader, abi);
	if (!e)
		e = descriptor_fill(&reader, file_name);
	if (e)
		return e;
	*ret_descriptor = descriptor;
	descriptor = NULL;
	return 0;
}

void descriptor_free(struct descriptor *descriptor)
{
	if (!descriptor)
		return;
	for (size_t i = 0; descriptor->options && i < descriptor->option_count; i++)
		free((void *)descriptor->options[i].choices);
	free(descriptor->options);
	descriptor_text_free(descriptor->texts);
	free(descriptor);
}
