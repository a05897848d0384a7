/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The way of the events through the supervisor: bus, order, filter, sink. */
#ifndef SUPERVISOR_STREAM_H
#define SUPERVISOR_STREAM_H

#include "supervisor/state.h"

/* Opens the sink that the configuration asks for. 0, or -errno and it is logged. */
int stream_open(struct supervisor *run);
/* Whether that could open this file, which is left as it is: 0, or -errno with a sentence in err. */
int stream_check_output(const char *path, struct bpfhost_error *err);
void stream_close(struct supervisor *run);

/* One round: takes what the workers have put on the bus, writes what may go. */
void stream_round(struct supervisor *run);
/* Puts a note into the stream: so many events are lost, or the worker starts again (count 0). */
void stream_note_loss(struct instance *instance, enum ledger_loss loss, uint64_t count);
void stream_note_restart(struct instance *instance);
/* Before sleeping: false when there is more to do. stream_awake afterwards in any case. */
bool stream_may_sleep(struct supervisor *run);
void stream_awake(struct supervisor *run);
/* When it has something to do next even if nothing comes; UINT64_MAX: never. */
uint64_t stream_due(const struct supervisor *run);
/* Whether the sink takes lines; behind the last event, only what tells of losses. */
bool stream_sink_lives(const struct supervisor *run);
/* The kernel says that nobody reads any more what is written there: the run ends. */
void stream_sink_gone(struct supervisor *run);
/* No worker is left: writes everything that can be written, counts the rest. */
void stream_finish(struct supervisor *run);
/* From now on events are counted as lost to the stop instead of being written. */
void stream_give_up(struct supervisor *run);
/* The same, but losses are still told: the sink takes lines, only not in time. */
void stream_write_no_more(struct supervisor *run);

#endif
