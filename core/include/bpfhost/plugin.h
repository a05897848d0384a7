/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The contract between the host and a plugin. A plugin is one .so file that exports one symbol, the
 * constant `bpfhost_plugin`, made by the macro BPFHOST_PLUGIN:
 *
 *	BPFHOST_PLUGIN(.name = "hello", .version = "1.0", .description = "says hello");
 *
 * Structs only grow at the end, and each that may grow begins with or is counted by a size, so that a
 * plugin built against an older minor version goes on working. The others, such as struct
 * bpfhost_setting, bpfhost_item and bpfhost_filter_values, stay as they are within a major version.
 */
#ifndef BPFHOST_PLUGIN_H
#define BPFHOST_PLUGIN_H

#include <bpfhost/host.h>

#define BPFHOST_ABI_MAJOR 0
#define BPFHOST_ABI_MINOR 1

/* One use of a plugin with its own options. Made by the host; every call carries it. */
struct bpfhost_instance {
	uint32_t size;
	uint32_t reserved;
	const struct bpfhost_host *host;
	const struct bpfhost_plugin *plugin;
	void *state; /* the plugin's own */
	void *sdk;   /* the SDK's: struct bpfhost_session */
};

/*
 * The life of an instance. A function left NULL means the SDK's default, which does the right thing
 * for a plugin that needs nothing special. All run in one thread of a process of their own.
 *
 * Each returns 0 or -errno, after telling host->fail a text ("failed to VERB OBJECT: cause").
 */
struct bpfhost_vtable {
	/*
	 * Once, with all privileges. Opens the BPF object, sets its options, loads it. Returning
	 * -EINVAL says that the configuration is wrong (exit status 2 when nothing else runs).
	 */
	int (*load)(struct bpfhost_instance *self);
	/*
	 * Once, after load succeeded, with all privileges, which are given up right behind it.
	 * 0: attached, all or some of it (see host->probes). -EOPNOTSUPP: this kernel cannot.
	 */
	int (*attach)(struct bpfhost_instance *self);
	/*
	 * Whenever a watched descriptor is readable, the timer is due, or the ring may hold records.
	 * Handles at most `budget` records and returns how many it did: `budget` means there may be
	 * more, and it is called again at once. Must not wait.
	 */
	int (*poll)(struct bpfhost_instance *self, uint32_t budget);
	/*
	 * Once, whatever load and attach came to, also half way: undoes everything. Detaches first,
	 * then hands over what is still in the ring.
	 */
	int (*detach)(struct bpfhost_instance *self);
};

enum bpfhost_option_type {
	BPFHOST_OPT_STRING = 1,
	BPFHOST_OPT_BOOL = 2,   /* true false yes no on off 1 0 */
	BPFHOST_OPT_INT = 3,    /* signed decimal or 0x.., within min..max unless both are 0 */
	BPFHOST_OPT_UINT = 4,   /* unsigned, within min..max unless both are 0 */
	BPFHOST_OPT_SIZE = 5,   /* with unit, 64MiB */
	BPFHOST_OPT_TIME = 6,   /* with unit, 250ms */
	BPFHOST_OPT_CHOICE = 7, /* one of `choices` */
	BPFHOST_OPT_PROBE = 8,  /* the probe grammar; the host checks its syntax */
};

#define BPFHOST_OPT_LIST     0x1 /* may be repeated; each adds an item */
#define BPFHOST_OPT_REQUIRED 0x2 /* has no default and must be given */

/* One row of the option table, which ends with a row whose name is NULL. */
struct bpfhost_option {
	const char *name;
	const char *help;           /* one line */
	const char *default_text;   /* as a user would write it; NULL: none */
	const char *const *choices; /* ends with NULL */
	uint32_t type;              /* enum bpfhost_option_type */
	uint32_t flags;             /* BPFHOST_OPT_LIST, BPFHOST_OPT_REQUIRED */
	int64_t min;
	int64_t max;
};

/* What a worker keeps after attach besides its descriptors; see docs/SECURITY.md. */
#define BPFHOST_NEED_LATE_ATTACH 0x1 /* attaches while running */
#define BPFHOST_NEED_LATE_OPEN   0x2 /* opens files while running */
/* The kernel side changes what it traces; the configuration must grant it. */
#define BPFHOST_NEED_WRITE_USER 0x4
#define BPFHOST_NEED_OVERRIDE   0x8
#define BPFHOST_NEED_SIGNAL     0x10
/* The events come from no process: --pid, --comm, --uid and --cgroup cannot apply. */
#define BPFHOST_NEED_NO_TASK_FILTER 0x20
#define BPFHOST_NEED_NETLINK        0x40 /* asks the kernel about networks while running */

/*
 * The descriptor. Its bytes are read from the file to list and inspect a plugin, so every pointer in
 * it must be a constant address inside the file: string literals and static tables.
 */
struct bpfhost_plugin {
	uint16_t abi_major;
	uint16_t abi_minor;
	uint32_t size; /* sizeof(struct bpfhost_plugin) as the plugin knows it */

	const char *name; /* [a-z0-9_-]{1,32}, the file is NAME.so */
	const char *version;
	const char *description; /* one line */
	const char *license;

	uint32_t vtable_size; /* sizeof(struct bpfhost_vtable) */
	uint32_t option_size; /* sizeof(struct bpfhost_option) */
	struct bpfhost_vtable vtable;
	const struct bpfhost_vtable *defaults; /* the SDK's, linked into the plugin */
	const struct bpfhost_option *options;  /* NULL: none */

	const void *object; /* the embedded BPF object, section .bpfhost.bpf */
	const void *object_end;

	uint64_t needs;        /* BPFHOST_NEED_... */
	uint64_t capabilities; /* kept after attach: bit n is capability n of capability.h */

	/* An extension of the plugin by id and revision, NULL if it has no such. */
	const void *(*extension)(const char *id);
};

/* The mark that tells a plugin from any other .so: an ELF note with this name and type. */
#define BPFHOST_NOTE_NAME "bpfhost"
#define BPFHOST_NOTE_TYPE 1

struct bpfhost_note {
	uint32_t namesz;
	uint32_t descsz;
	uint32_t type;
	char name[8];
	uint32_t abi; /* major << 16 | minor */
};

extern const struct bpfhost_vtable bpfhost_sdk_defaults;
extern const unsigned char bpfhost_object_start[];
extern const unsigned char bpfhost_object_end[];

/* clang-format off */
#define BPFHOST_PLUGIN(...)                                                                        \
	__attribute__((section(".note.bpfhost"), used, aligned(4)))                                \
	static const struct bpfhost_note bpfhost_note_ = {                                         \
		8, 4, BPFHOST_NOTE_TYPE, BPFHOST_NOTE_NAME,                                        \
		BPFHOST_ABI_MAJOR << 16 | BPFHOST_ABI_MINOR                                        \
	};                                                                                         \
	__attribute__((visibility("default"))) extern const struct bpfhost_plugin bpfhost_plugin;  \
	const struct bpfhost_plugin bpfhost_plugin = {                                             \
		.abi_major = BPFHOST_ABI_MAJOR,                                                    \
		.abi_minor = BPFHOST_ABI_MINOR,                                                    \
		.size = sizeof(struct bpfhost_plugin),                                             \
		.vtable_size = sizeof(struct bpfhost_vtable),                                      \
		.option_size = sizeof(struct bpfhost_option),                                      \
		.defaults = &bpfhost_sdk_defaults,                                                 \
		.object = bpfhost_object_start,                                                    \
		.object_end = bpfhost_object_end,                                                  \
		__VA_ARGS__                                                                        \
	}
/* clang-format on */

/*
 * Extension "bpfhost.probes/1" of a plugin: what could be attached here. Called instead of load in a
 * process of its own. glob is NULL for all; "TARGET:GLOB" where the user gave two words, and "pid:N" where
 * the first is a number. found is called once a probe, in sorted order; detail is
 * NULL or, when verbose, a few lines about its fields.
 */
#define BPFHOST_EXT_PROBES "bpfhost.probes/1"

struct bpfhost_ext_probes {
	uint32_t size;
	int (*list)(struct bpfhost_instance *self, const char *glob, int verbose,
		    void (*found)(void *ctx, const char *probe, const char *detail), void *ctx);
};

/*
 * Extension "bpfhost.late/1" of a plugin that declares LATE_ATTACH or LATE_OPEN: which of the declared
 * needs this instance really has. Called once, after attach; without it, all. An instance with none gives
 * up its privileges as others do.
 */
#define BPFHOST_EXT_LATE "bpfhost.late/1"

struct bpfhost_ext_late {
	uint32_t size;
	uint32_t reserved;
	uint64_t (*needs)(struct bpfhost_instance *self);
};

/* Offsets are part of the contract. */
_Static_assert(offsetof(struct bpfhost_plugin, size) == 4, "ABI");
#if UINTPTR_MAX == UINT64_MAX
_Static_assert(offsetof(struct bpfhost_plugin, name) == 8, "ABI");
_Static_assert(offsetof(struct bpfhost_plugin, vtable) == 48, "ABI");
_Static_assert(offsetof(struct bpfhost_plugin, options) == 88, "ABI");
_Static_assert(offsetof(struct bpfhost_plugin, extension) == 128, "ABI");
_Static_assert(sizeof(struct bpfhost_option) == 56, "ABI");
_Static_assert(offsetof(struct bpfhost_host, instance) == 16, "ABI");
_Static_assert(offsetof(struct bpfhost_host, log) == 56, "ABI");
_Static_assert(offsetof(struct bpfhost_host, extension) == 168, "ABI");
_Static_assert(offsetof(struct bpfhost_instance, sdk) == 32, "ABI");
_Static_assert(sizeof(struct bpfhost_setting) == 16, "ABI");
_Static_assert(sizeof(struct bpfhost_item) == 16, "ABI");
#endif
_Static_assert(sizeof(struct bpfhost_ring_fds) == 24, "ABI");
_Static_assert(sizeof(struct bpfhost_filter_values) == 976, "ABI");
_Static_assert(sizeof(struct bpfhost_event) == 64, "ABI");
_Static_assert(sizeof(struct bpfhost_counters) == 64, "ABI");

#endif
