/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the files of the supervisor share: the run, and its instances. */
#ifndef SUPERVISOR_STATE_H
#define SUPERVISOR_STATE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "bus/merge.h"
#include "bus/ring.h"
#include "cgroup/cgroups.h"
#include "config/config.h"
#include "confine/user.h"
#include "filter/filter.h"
#include "log/log.h"
#include "notify/notify.h"
#include "sink/encoder.h"
#include "sink/output.h"
#include "supervisor/condition.h"
#include "supervisor/kernel_view.h"
#include "supervisor/ledger.h"
#include "supervisor/said.h"
#include "supervisor/types.h"

enum instance_state {
	INSTANCE_NEW,
	INSTANCE_OPENING,  /* its worker opens the plugin */
	INSTANCE_OPENED,   /* and waits for the others */
	INSTANCE_STARTING, /* loads and attaches */
	INSTANCE_LOADED,   /* has loaded, and waits to be told to attach */
	INSTANCE_RUNNING,
	INSTANCE_STOPPING, /* was told to stop */
	INSTANCE_DRAINING, /* its worker is gone, what it left on the bus is taken */
	INSTANCE_WAITING,  /* crashed, will be started again */
	INSTANCE_ENDED,    /* as it should */
	INSTANCE_FAILED,
};

/* What a run wants of an instance: changes of it, by "ctl" and by a reload, are in change.h. */
enum instance_role {
	INSTANCE_STAYS,          /* it is to run */
	INSTANCE_COMES,          /* it is to, once the change is through that brings it */
	INSTANCE_COMES_DISABLED, /* the same, but it is not to run yet */
	INSTANCE_GOES,           /* it runs until that change puts an end to it */
	INSTANCE_DISABLED,       /* it does not run, but its configuration is kept */
	INSTANCE_GONE,           /* only its ledger is kept, to be told at the end */
};

/* What is counted of one worker, from its start to its end. */
struct life {
	uint64_t received;      /* events taken off the bus */
	uint64_t *gaps_seen;    /* a CPU: how many lost events the stream has told */
	uint64_t user_gap_seen; /* the same for events made in user space */
};

struct supervisor;

struct instance {
	struct supervisor *run;
	uint32_t index;
	const struct config_instance *config;
	struct config_instance *own_config; /* that, where it is to be freed with the instance */
	struct config_instance
		*next_config; /* that, once the change under way is certain; NULL: as it is */
	bool next_from_file;  /* likewise */
	enum instance_role role;
	enum instance_role role_before; /* of one that goes: where the change comes to nothing */
	enum instance_role role_after;  /* of one that goes */
	struct instance *instead_of;    /* of one that comes: who goes for it; NULL: nobody */
	bool on_trial;    /* it comes and has not run yet: that it fails is no failure of the run */
	bool told_attach; /* so one on trial was told, behind load */
	bool from_file;   /* the configuration has it; else somebody asked for it */
	bool told_stop;   /* alone, not with the run */
	uint64_t told_stop_at; /* CLOCK_MONOTONIC ns */
	enum instance_state state;
	pid_t pid;
	int pidfd;
	int control;
	int notify; /* eventfd that the worker writes */
	int wake;   /* eventfd that the worker reads */
	struct bus_ring *bus;
	struct merge_source *source;
	struct kernel_view kernel;
	struct types types;
	struct life life;
	struct ledger ledger;
	struct condition condition;
	bool said_end;        /* the worker told how it ended */
	uint64_t said_end_at; /* CLOCK_MONOTONIC ns */
	struct said said;     /* what of its words came into the log */
	bool hung_up;         /* it closed its control socket, and went on */
	bool ended_alone;     /* it was ending before it was killed */
	bool confined;        /* it has said that its filter of system calls is in place */
	pid_t sigsys_from;    /* the process that sent it SIGSYS, as it says; 0: none */
	bool dropping;        /* it goes, and is not to wait for the output */
	bool broken;          /* it broke the format of the bus, nothing more is taken */
	bool hung;            /* it was too long in one call, and killed */
	bool crashed;         /* the worker of this life did not end as it should */
	uint64_t untold;      /* events lost to the stop that no line has told of */
	bool stop_killed;     /* it was too slow to stop */
	uint64_t
		silent_since; /* seen between two calls since then, CLOCK_MONOTONIC ns; 0: it is not */
	uint64_t silent_behind; /* the call behind which it is, by its begin */
	bool releasing;         /* the worker lets go of its probes, and must not be killed */
	uint64_t released_at;   /* CLOCK_MONOTONIC ns; 0: not yet */
	bool drained_all;       /* the worker has said that nothing is attached any more */
	bool settled;           /* the books of this life are closed */
	bool drained;           /* the last look at the bus found nothing more */
	uint64_t slow_at;       /* when to look why attaching takes so long, CLOCK_MONOTONIC ns */
	uint64_t killed_at;     /* CLOCK_MONOTONIC ns; 0: it was not, nor has it hung up */
	pid_t left_pid;         /* an earlier worker that the kernel does not let end; 0: none */
	int left_pidfd;         /* of that */
	bool failed_already;    /* before its worker ended, and that was told */
	bool ran;               /* this life reached INSTANCE_RUNNING */
	bool has_books;         /* one of its lives did or produced: its ledger is told */
	uint32_t crashes;       /* in a row */
	uint64_t running_since; /* CLOCK_MONOTONIC ns */
	uint64_t restart_at;
};

/* What becomes of events that come to the sink. */
enum sink_state {
	SINK_OPEN,
	SINK_FULL,     /* --count is reached: the rest is lost to the stop */
	SINK_OVER,     /* the time of a stop is: the rest is lost to it, and not even looked at */
	SINK_DEAD,     /* a write failed: the rest is lost to the sink */
	SINK_GIVEN_UP, /* it was blocked when the run ended: the rest is lost to the stop */
};

/* What epoll looks at the sink for. */
enum sink_watch {
	SINK_WATCH_NOTHING,
	SINK_WATCH_END,  /* its reader has gone */
	SINK_WATCH_ROOM, /* that too */
};
/* Those of a configuration that run, and those that have ended whose ledgers are still to be told. */
#define SUPERVISOR_INSTANCES_MAX CONFIG_MAX_INSTANCES

struct change;
struct control;

struct supervisor {
	const struct config *config;
	struct bpfhost_filter_values filter_values;
	struct confine_user user; /* whom workers become */
	struct log *log;
	struct notify notify; /* the service manager */
	uint64_t
		reloading_since; /* CLOCK_MONOTONIC ns; 0: it knows of no reload, or that it is over */
	bool told_reloading;     /* it knows of that one */
	uint64_t
		mention_at; /* when to tell it again what it was too busy for, CLOCK_MONOTONIC ns; 0: nothing */
	uint32_t told_running; /* how many instances run, by what that was told, */
	uint32_t told_count;   /* and of how many */
	struct output *output;
	const struct sink_encoder *encoder;
	struct sink_clock clock;
	struct cgroups *cgroups; /* NULL: nothing is said of them */
	struct filter *filter;
	struct merge *merge;
	struct instance *instances[SUPERVISOR_INSTANCES_MAX]; /* by index; NULL: a free place */
	uint32_t ninstances;       /* places in use so far, free ones between them too */
	struct config *own_config; /* that, where a reload has made it; else NULL */
	struct change *change;     /* NULL: none is under way */
	bool reload_wanted;        /* as soon as none is */
	uint32_t log_level;        /* enum bpfhost_level */
	bool began_empty;          /* without any instance */
	struct control *control;   /* NULL: nobody can ask anything */
	int statistics; /* keeps the kernel counting runs of programs; -1: it is not asked to */
	uint64_t since; /* CLOCK_MONOTONIC ns */
	int epoll;
	int signals;
	uint64_t now;            /* CLOCK_MONOTONIC ns, at the begin of this round */
	uint64_t stop_at;        /* --duration; UINT64_MAX: none */
	uint64_t stopping_since; /* 0: not stopping */
	uint64_t looked_at;   /* while stopping: when the limits of the stop were last looked at */
	unsigned int starved; /* how often it was too long between two looks */
	uint64_t committed;   /* events handed to the output */
	enum sink_state sink;
	bool sink_begun;   /* its file holds this run's lines only */
	bool sink_blocked; /* wait until it can be written */
	enum sink_watch sink_watched;
	uint64_t dropping_since; /* since when workers drop what they find; 0: they carry it */
	bool stop_killed;        /* the time to stop in was over, what lived was killed */
	bool told_ledgers;       /* at the end of the run */
	bool started;            /* all have opened and were told to start */
	bool filter_checked;
	bool filter_known;       /* each name in it was, once */
	bool failed;             /* exit status 1 */
	bool had_crash;          /* a worker did not end as it should: exit status 1 too */
	bool misconfigured;      /* exit status 2 */
	bool load_misconfigured; /* the same, unless something ran all the same */
	bool any_ran;
	bool told_ready; /* the service manager was, that we run */
};

uint64_t supervisor_now(void);
/* Whether each instance has come up, or failed in that. */
bool supervisor_all_run(const struct supervisor *run);

/* Each instance in the order of their places: begin with *at 0; NULL behind the last. */
static inline struct instance *supervisor_next(const struct supervisor *run, uint32_t *at)
{
	while (*at < run->ninstances) {
		struct instance *instance = run->instances[(*at)++];

		if (instance)
			return instance;
	}
	return NULL;
}

#define SUPERVISOR_EACH(run, instance)                                                             \
	for (uint32_t at_ = 0; ((instance) = supervisor_next(run, &at_));)

/* From now on lines up to this level are logged (enum bpfhost_level), by the workers too. */
void supervisor_set_log_level(struct supervisor *run, uint32_t level);
/* Tells every instance to stop; the run ends when they have. */
void supervisor_stop(struct supervisor *run);
/* A dry run's line about what would be done, for stdout. */
void supervisor_tell_plan(struct instance *instance, const char *text);

#endif
