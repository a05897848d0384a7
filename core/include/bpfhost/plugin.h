/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The contract between the host and a plugin. A plugin is one .so file that exports one symbol, the
 * constant `bpfhost_plugin`, made by the macro BPFHOST_PLUGIN:
 *
 *	BPFHOST_PLUGIN(.name = "hello", .version = "1.0", .description = "says hello");
 *
 * Structs only grow at the end, and each that may grow begins with or is counted by a size, so that a
 * plugin built against an older minor version goes on working. The others, such as struct
 * bpfhost_setting, bpfhost_item and bpfhost_filter_values, stay as they are within a major version;
 * <bpfhost/layout.h> holds each to that.
 */
#ifndef BPFHOST_PLUGIN_H
#define BPFHOST_PLUGIN_H

#include <bpfhost/host.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A host opens a plugin of its own major version and of no younger minor one. What may change in which is
 * in docs/PLUGINS.md, "What the ABI promises".
 */
#define BPFHOST_ABI_MAJOR 1
#define BPFHOST_ABI_MINOR 0

/* One use of a plugin with its own options. Made by the host; every call carries it. */
struct bpfhost_instance {
	uint32_t size;
	uint32_t reserved;
	const struct bpfhost_host *host;     /* the same from load to detach */
	const struct bpfhost_plugin *plugin; /* its descriptor, in memory */
	void *state; /* the plugin's own: NULL before load, and nobody else's to look at */
	void *sdk;   /* the SDK's that is linked into the plugin: NULL before load, then its own */
};

/*
 * The life of an instance. A function left NULL means the SDK's default, which does the right thing
 * for a plugin that needs nothing special. All run in one thread of a process of their own; which may change
 * nothing of the process that outlives detach, and no call may wait for longer than --call-limit (10 s).
 *
 * Each returns 0 or -errno, after telling host->fail a text ("failed to VERB OBJECT: cause"). Behind a
 * failed load, attach or poll comes detach, then the end of the process; where it is worth while, the host
 * starts another with the same options, which knows nothing of the last. Nothing may be thrown or jumped
 * over these calls (C++ exceptions, longjmp).
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
	 * Handles at most `budget` records (1 to INT32_MAX) and returns how many it did: `budget` means
	 * there may be more, and it is called again at once; fewer, that it need not be. For whatever
	 * reason it is called, it does all that there is to do. Must not wait.
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
	BPFHOST_OPT_BOOL = 2, /* true false yes no on off 1 0 */
	/* These four within min..max, unless both are 0. */
	BPFHOST_OPT_INT = 3,    /* signed decimal or 0x.. */
	BPFHOST_OPT_UINT = 4,   /* unsigned */
	BPFHOST_OPT_SIZE = 5,   /* with unit, 64MiB; min and max in bytes */
	BPFHOST_OPT_TIME = 6,   /* with unit, 250ms; min and max in nanoseconds */
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
 * it must be a constant address inside the file: string literals and static tables. It is made in C, also
 * where the rest of a plugin is C++.
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
	/* The SDK's, linked into the plugin, all four set. NULL where vtable has all four. */
	const struct bpfhost_vtable *defaults;
	const struct bpfhost_option *options; /* NULL: none */

	const void *object; /* the embedded BPF object, section .bpfhost.bpf; equal ends: none */
	const void *object_end;

	uint64_t needs;        /* BPFHOST_NEED_... */
	uint64_t capabilities; /* kept after attach: bit n is capability n of capability.h */

	/*
	 * An extension of the plugin by id and revision, NULL if it has no such: a static struct that begins
	 * with its size. May be asked any number of times, before load too, and for ids that this version
	 * of the plugin has never heard of. NULL for a plugin without any.
	 */
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
	uint32_t reserved;
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
	/* BPFHOST_NEED_LATE_..., of those declared. */
	uint64_t (*needs)(struct bpfhost_instance *self);
};

#ifdef __cplusplus
}
#endif

/* Offsets are part of the contract: here it is held to them. */
#include <bpfhost/layout.h>

#endif
