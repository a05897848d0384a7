/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The end of a worker: how it ended, its ledger, and whether it is started again. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "supervisor/blockage.h"
#include "supervisor/instance.h"
#include "supervisor/instance_private.h"
#include "supervisor/stream.h"
#include "supervisor/strays.h"
#include "worker/worker.h"

#define INSTANCE_BACKOFF_FIRST 100000000ULL   /* ns */
#define INSTANCE_BACKOFF_MAX   10000000000ULL /* ns */
/* Batches of messages, far more than fit into the socket of a worker that is dead. */
#define INSTANCE_LAST_WORDS 64
/* So long without a crash make the earlier ones forgotten. */
#define INSTANCE_HEALTHY_AFTER 60000000000ULL /* ns */

/* How a worker ended, and the most memory that it had in use. */
struct instance_end {
	siginfo_t info;
	uint64_t memory; /* bytes */
};

static void instance_describe_end(const siginfo_t *info, char *out, size_t size)
{
	if (info->si_code == CLD_EXITED)
		snprintf(out, size, "exited with status %d", info->si_status);
	else
		snprintf(out, size, "was ended by SIG%s", sigabbrev_np(info->si_status) ?: "?");
}

/* A signal says nothing of where it came from; what is known of that stands behind the rest of the line. */
static void instance_describe_cause(const struct instance *instance, const siginfo_t *info,
				    char *out, size_t size)
{
	bool killed = info->si_code != CLD_EXITED && info->si_status == SIGKILL;

	*out = '\0';
	if (killed && (instance->ended_alone || !instance->killed_at))
		snprintf(out, size,
			 ", which bpfhost did not send: somebody else did, or the kernel for want "
			 "of memory");
	else if (killed && instance->hung_up && !instance->broken && !instance->hung)
		snprintf(out, size, ", after it had closed its control socket");
	if (info->si_code == CLD_EXITED || info->si_status != SIGSYS)
		return;
	if (instance->sigsys_from)
		snprintf(out, size, ", which process %d sent", (int)instance->sigsys_from);
	else if (instance->confined)
		snprintf(out, size, ", for a system call that no plugin may make");
}

/* A plugin that got no memory mostly crashes, somewhere else. */
static void instance_tell_memory(const struct instance *instance, uint64_t memory)
{
	uint64_t limit = instance->run->config->memory_limit;

	if (limit && memory >= limit / 10 * 9)
		log_write(instance->run->log, BPFHOST_ERROR, instance_name(instance),
			  "it had taken %llu MiB of memory; it gets %llu (--memory-limit)",
			  (unsigned long long)(memory >> 20), (unsigned long long)(limit >> 20));
}

static void instance_tell_crash(struct instance *instance, const struct instance_end *end)
{
	const siginfo_t *info = &end->info;
	uint32_t call = bus_call(instance->bus, NULL);
	char how[64], cause[128], text[CONDITION_TEXT_MAX];

	instance->run->had_crash |= !instance->on_trial;
	instance_describe_end(info, how, sizeof(how));
	instance_describe_cause(instance, info, cause, sizeof(cause));
	snprintf(text, sizeof(text), "plugin %s: its worker %s %s%s%s", instance->config->plugin,
		 how, call ? "in " : "", worker_call_name(call), cause);
	if (!instance->hung) /* else that is the reason, and this what came of it */
		condition_fail(&instance->condition, text);
	log_write(instance->run->log, BPFHOST_ERROR, instance_name(instance), "%s", text);
	instance_tell_memory(instance, end->memory);
}

/* The C library's waitid() knows no usage. */
static bool instance_has_ended(int pidfd, struct instance_end *ret_end)
{
	struct rusage usage = { 0 };
	siginfo_t *info = &ret_end->info;

	*ret_end = (struct instance_end){ 0 };
	if (waitid(P_PIDFD, (id_t)pidfd, info, WEXITED | WNOHANG | WNOWAIT) < 0 || !info->si_pid)
		return false;
	strays_end(info->si_pid);
	if (syscall(SYS_waitid, P_PIDFD, pidfd, info, WEXITED | WNOHANG, &usage) < 0)
		return false;
	ret_end->memory = (uint64_t)usage.ru_maxrss << 10;
	return true;
}

/* From here on only what it left on the bus is taken. NULL: it is still there, but given up. */
static void instance_without_worker(struct instance *instance, const struct instance_end *end)
{
	instance->pid = 0;
	/* What it said last. Bounded, for a child of its own could be talking on. */
	for (int i = 0; i < INSTANCE_LAST_WORDS && instance_listen(instance); i++)
		;
	instance->crashed = !instance->said_end && !instance->stop_killed;
	if (instance->crashed && end)
		instance_tell_crash(instance, end);
	instance_close_fd(&instance->pidfd);
	instance_close_fd(&instance->control);
	instance_close_fd(&instance->wake);
	instance->failed_already = instance->state == INSTANCE_FAILED;
	instance->ran = instance->running_since != 0;
	instance->state = INSTANCE_DRAINING;
	/* The last look at the bus is still to come, whatever an earlier one found. */
	instance->drained = false;
}

/* How it ended could not be told when it was left. */
static void instance_reap_left(struct instance *instance)
{
	struct instance_end end;
	char how[64];

	if (!instance->left_pid || !instance_has_ended(instance->left_pidfd, &end))
		return;
	instance_describe_end(&end.info, how, sizeof(how));
	log_write(instance->run->log, BPFHOST_INFO, instance_name(instance),
		  "its worker that was left behind (pid %d) %s", (int)instance->left_pid, how);
	instance_close_fd(&instance->left_pidfd);
	instance->left_pid = 0;
}

void instance_reap(struct instance *instance)
{
	struct instance_end end;

	instance_reap_left(instance);
	if (instance_alive(instance) && instance_has_ended(instance->pidfd, &end))
		instance_without_worker(instance, &end);
}

/*
 * What it has attached goes when it does. Until then its programs run, and what they count from here on
 * is nobody's.
 */
void instance_leave(struct instance *instance)
{
	char why[BLOCKAGE_TEXT_MAX] = "it is stopped, or inside the kernel";

	blockage_describe(instance->pid, why, sizeof(why));
	log_write(instance->run->log, BPFHOST_ERROR, instance_name(instance),
		  "plugin %s: its worker (pid %d) was to end and does not: %s; leaving it behind",
		  instance->config->plugin, (int)instance->pid, why);
	instance->run->had_crash |= !instance->said_end && !instance->on_trial;
	strays_end_around(instance->pid);
	instance->left_pid = instance->pid;
	instance->left_pidfd = instance->pidfd;
	instance->pidfd = -1;
	instance_without_worker(instance, NULL);
}

/* At a million a second it takes 35 years to get there; a few of them are exact as JSON numbers still. */
#define INSTANCE_CLAIM_MAX (1ULL << 50)

static uint64_t instance_cut_claim(uint64_t claim)
{
	return claim < INSTANCE_CLAIM_MAX ? claim : INSTANCE_CLAIM_MAX;
}

uint64_t instance_claim(const struct instance *instance, enum bus_counter counter)
{
	uint64_t claim = bus_counter(instance->bus, counter);

	if (counter == BUS_USER_LOST && claim < instance->life.user_gap_seen)
		claim = instance->life.user_gap_seen;
	return instance_cut_claim(claim);
}

/* The kernel's counts, which the worker can write too, and those of user space, of the worker of this life. */
static uint64_t instance_produced(const struct instance *instance, uint64_t *ret_lost)
{
	struct kernel_sums sums;

	kernel_view_sums(&instance->kernel, &sums);
	*ret_lost = instance_cut_claim(sums.lost) + instance_claim(instance, BUS_USER_LOST);
	return instance_cut_claim(sums.produced) + instance_claim(instance, BUS_USER_PRODUCED);
}

void instance_ledger(const struct instance *instance, struct ledger *ret_ledger)
{
	uint64_t lost;

	*ret_ledger = instance->ledger;
	if (!instance->bus || instance->settled)
		return;
	ret_ledger->produced += instance_produced(instance, &lost);
	ret_ledger->lost[LEDGER_RING] += lost;
	ret_ledger->filtered += instance_claim(instance, BUS_TAKEN);
}

/* What nobody has seen: produced, not lost to the ring, and yet never arrived here. */
static void instance_settle_ledger(struct instance *instance)
{
	struct ledger *ledger = &instance->ledger;
	uint64_t taken = instance_claim(instance, BUS_TAKEN);
	uint64_t lost, produced = instance_produced(instance, &lost);
	uint64_t known = lost + taken + instance->life.received;
	enum ledger_loss why = instance->crashed ? LEDGER_CRASH : LEDGER_STOP;

	/* A worker that lies about its own counts must not unbalance the books. */
	if (known > produced)
		produced = known;
	ledger->produced += produced;
	instance->has_books |= produced > 0;
	ledger->filtered += taken;
	ledger->lost[LEDGER_RING] += lost;
	ledger->lost[why] += produced - known;
	stream_note_loss(instance, why, produced - known);
}

/* Lines of the log are no events: the ledger knows nothing of them. */
static void instance_tell_lost_lines(const struct instance *instance)
{
	struct log *log = instance->run->log;
	struct kernel_sums sums;
	uint64_t unseen = instance_claim(instance, BUS_LOG_LOST);

	kernel_view_sums(&instance->kernel, &sums);
	if (sums.log_lost)
		log_write(log, BPFHOST_WARN, instance_name(instance),
			  "%llu log lines of its BPF programs were lost (its ring was full)",
			  (unsigned long long)sums.log_lost);
	if (unseen)
		log_write(log, BPFHOST_WARN, instance_name(instance),
			  "%llu of its log lines were lost (the bus was full)",
			  (unsigned long long)unseen);
}

void instance_close_books(struct instance *instance)
{
	if (!instance->bus || instance->settled)
		return;
	instance->settled = true;
	instance_settle_ledger(instance);
	instance_tell_lost_lines(instance);
	instance_tell_unsaid(instance);
}

static void instance_end_life(struct instance *instance)
{
	instance_close_books(instance);
	kernel_view_close(&instance->kernel);
	instance_close_fd(&instance->notify);
	bus_free(instance->bus);
	instance->bus = NULL;
	free(instance->life.gaps_seen);
	instance->life = (struct life){ 0 };
}

static void instance_back_off(struct instance *instance)
{
	struct supervisor *run = instance->run;
	uint64_t wait = INSTANCE_BACKOFF_FIRST << (instance->crashes < 16 ? instance->crashes : 16);

	if (wait > INSTANCE_BACKOFF_MAX)
		wait = INSTANCE_BACKOFF_MAX;
	instance->crashes++;
	instance->restart_at = run->now + wait;
	instance->state = INSTANCE_WAITING;
	log_write(run->log, BPFHOST_WARN, instance_name(instance),
		  "will be started again %sin %llu ms (%u of %u)",
		  instance->left_pid ? "when that has ended, at the earliest " : "",
		  (unsigned long long)(wait / 1000000), instance->crashes,
		  run->config->restart_limit);
}

static void instance_go_on(struct instance *instance)
{
	struct supervisor *run = instance->run;
	bool again =
		instance->crashed && instance->ran && !run->stopping_since && !instance->told_stop;

	if (again && run->now - instance->running_since > INSTANCE_HEALTHY_AFTER)
		instance->crashes = 0;
	if (again && instance->crashes < run->config->restart_limit) {
		instance_back_off(instance);
		return;
	}
	merge_watermark(run->merge, instance->source, UINT64_MAX);
	if (again)
		log_write(run->log, BPFHOST_ERROR, instance_name(instance),
			  "has crashed too often, giving it up");
	if (instance->crashed || instance->failed_already)
		instance_fail(instance);
	else
		instance->state = INSTANCE_ENDED;
}

void instance_settle(struct instance *instance)
{
	instance_end_life(instance);
	instance_go_on(instance);
}
