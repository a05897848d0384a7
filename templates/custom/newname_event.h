/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef NEWIDENT_EVENT_H
#define NEWIDENT_EVENT_H

#include <bpfhost/event.h>
#include <bpfhost/tags.h>

/* What the programs count, in memory that both sides share. */
struct newident_totals {
	__u64 starts;
	__u64 ends;
};

/* Made in user space from time to time. */
struct newident_event {
	struct bpfhost_event header;
	__u64 starts BPFHOST_TAG(counter); /* programs, since the plugin was attached */
	__u64 ends BPFHOST_TAG(counter);   /* threads, likewise */
};

#endif
