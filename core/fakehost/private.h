/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the files of the fake host share. */
#ifndef FAKEHOST_PRIVATE_H
#define FAKEHOST_PRIVATE_H

#include <bpfhost/error.h>
#include <bpfhost/fakehost.h>

#define FAKEHOST_ERROR_MAX   4096
#define FAKEHOST_WATCHED_MAX 64

/* Things of one kind; each has a NUL behind it, so that it can be read as text. */
struct fakehost_item {
	void *bytes;
	uint32_t size;
};

struct fakehost_list {
	struct fakehost_item *items;
	uint32_t count;
};

struct fakehost_broken {
	uint32_t after;
	int err; /* 0: it works */
	bool hit;
};

/* KEY=VALUE as the test gave them, until load. */
struct fakehost_given {
	char *key;
	char *text;
};

struct fakehost {
	const struct bpfhost_plugin *plugin;
	struct bpfhost_host host;
	struct bpfhost_instance instance;
	struct bpfhost_filter_values filter;
	struct fakehost_given *given;
	uint32_t ngiven;
	struct bpfhost_setting *settings; /* one a row; NULL before load */
	struct bpfhost_option *options;   /* the plugin's rows, as this version has them */
	uint32_t noptions;
	struct fakehost_list lists[FAKEHOST_KINDS];
	struct fakehost_broken broken[FAKEHOST_CALLS];
	struct fakehost_sums sums;
	int watched[FAKEHOST_WATCHED_MAX];
	char error[FAKEHOST_ERROR_MAX];
};

/* record.c: keeps a copy; 0 or -ENOMEM. */
int fakehost_record_add(struct fakehost *host, enum fakehost_kind kind, const void *bytes,
			uint32_t size);
void fakehost_record_text(struct fakehost *host, enum fakehost_kind kind, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void fakehost_record_free(struct fakehost *host);

/* options.c: reads the plugin's table, whose rows may be those of another version. 0 or -ENOMEM. */
int fakehost_options_read(struct fakehost *host);
int fakehost_options_add(struct fakehost *host, const char *key, const char *text);
/* Makes host->settings out of what was given and the defaults. 0 or -errno with a text. */
int fakehost_options_settle(struct fakehost *host);
void fakehost_options_drop(struct fakehost *host);

/* calls.c */
void fakehost_calls_setup(struct fakehost *host);

#endif
